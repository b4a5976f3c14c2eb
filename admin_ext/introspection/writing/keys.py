"""Keys that programs draw, which nobody types."""

from admin_ext.introspection.models import Field, Model


def is_drawn_key(field: Field, model: Model | None) -> bool:
    """Tell whether a field is the ObjectId that each embedded document of a class has.

    Mongoose gives them to the members of lists; one that is added needs one too.
    """
    return (
        model is not None
        and model.is_embedded
        and field.stored == "_id"
        and field.kind == "ObjectIdField"
        and bool(field.options.get("required"))
        and not field.doubts
    )
