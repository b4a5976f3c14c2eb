"""The classes of a database, walked from the Documents inwards."""

from collections.abc import Iterable, Iterator

from admin_ext.introspection.models import Field, Model


def with_subclasses(model: Model) -> list[Model]:
    """Return a class and those below it, bases first."""
    result = [model]
    for each in model.subclasses:
        result += with_subclasses(each)
    return result


def own_fields(model: Model) -> Iterator[Field]:
    """Yield the fields of a class and their members, without the classes below."""
    for field in model.fields:
        while field is not None:
            yield field
            field = field.member


def used_by(documents: Iterable[Model]) -> Iterator[tuple[Model, Field]]:
    """Yield (class, field of it that embeds documents), outer classes first."""
    waiting = [*documents]
    seen = {id(each) for each in waiting}
    for owner in waiting:
        for field in own_fields(owner):
            if field.embedded is None:
                continue
            yield owner, field
            for each in with_subclasses(field.embedded):
                if id(each) not in seen:
                    seen.add(id(each))
                    waiting.append(each)


def embedded_in(documents: Iterable[Model]) -> Iterator[Field]:
    """Yield every field that embeds documents, outer ones first."""
    for _, field in used_by(documents):
        yield field


def embedded_classes(documents: Iterable[Model]) -> Iterator[Model]:
    """Yield every embedded class once, before those that use it."""
    seen: set[int] = set()

    def below(model: Model) -> Iterator[Model]:
        for field in own_fields(model):
            embedded = field.embedded
            if embedded is not None and id(embedded) not in seen:
                yield from all_of(embedded)

    def all_of(model: Model) -> Iterator[Model]:
        seen.add(id(model))
        yield from below(model)
        yield model
        for each in model.subclasses:
            yield from all_of(each)

    for model in documents:
        yield from below(model)
