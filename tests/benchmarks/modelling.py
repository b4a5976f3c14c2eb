"""What inspectmongo makes of each data set, against what a person would declare.

    python -m tests.benchmarks.modelling

Prints a table in Markdown: collections, documents, seconds, doubts, and the share of
the fields of the right class, with those that are of another. Each generated app is
imported and registered.
"""

import tempfile
from pathlib import Path
from time import perf_counter

from tests.benchmarks.site import serving

HEAD = ("data", "collections", "documents", "s", "doubts", "fields", "as a person")


def main():
    with serving() as (_client, database):
        from tests.data_sets import DATA_SETS

        print(line(*HEAD))
        print(line("---", *["---:"] * (len(HEAD) - 1)))
        for data in DATA_SETS:
            if not data.is_here:
                print(line(data.name, *["missing"] * (len(HEAD) - 1)))
                continue
            database.client.drop_database(database.name)
            data.load(database)
            figures, otherwise = measured(data, database)
            print(line(data.name, *figures))
            for path, cls in otherwise.items():
                print(line(f"  {path}: {cls}", *[""] * (len(HEAD) - 1)))


def line(*cells):
    return f"| {' | '.join(map(str, cells))} |"


def measured(data, database):
    """Return the cells of a row, and {"collection.path": class} of what differs."""
    from admin_ext.introspection.inspecting import Inspection
    from admin_ext.introspection.kinds import collections_of
    from tests.generated import installed

    started = perf_counter()
    found, skipped = collections_of(database)
    inspection = Inspection(database, skipped=skipped)
    for each in found:
        for _number in inspection.look(each, inspection.reading(each)):
            pass
    models = inspection.models()
    seconds = perf_counter() - started
    with (
        tempfile.TemporaryDirectory() as folder,
        installed(models, Path(folder)) as app,
    ):
        classes = {each._get_collection_name(): each for each in app.registered}
        otherwise = data.otherwise(classes)
    read = sum(each.read for each in models.documents if each.parent is None)
    share = 1 - len(otherwise) / data.number
    figures = (
        len(models.documents),
        f"{read:,}",
        f"{seconds:.1f}",
        models.doubts,
        data.number,
        f"{share:.0%}",
    )
    return figures, otherwise


if __name__ == "__main__":
    main()
