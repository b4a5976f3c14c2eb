"""A module of admin_ext imports only from rows above its own."""

import ast
from collections import Counter
from pathlib import Path

import pytest

import admin_ext

ROOT = Path(admin_ext.__file__).parent

# Inside a package and inside a row modules may import one another.
ROWS = (
    {
        *("bars", "exceptions", "compat", "limits", "memory", "notices", "parameters"),
        *("addresses", "hooks", "registry", "reversing", "secret_names", "visibility"),
    },
    {"declared"},
    {"drawing", "fieldsets"},
    {"failures", "replicas"},
    {"ejson", "hydration"},
    {"stored_paths"},
    {"identities", "keys"},
    {"changesets"},
    {"cuts"},
    {"free_values"},
    {"files"},
    {"geometry"},
    {"conflicts", "marks"},
    {"history"},
    {"boundfields"},
    {"selects", "widgets", "untouched", "formfields"},
    {"media"},
    {"nested"},
    {"fileforms"},
    {"fields"},
    {"beginnings", "indexes", "textindex", "values_as_text"},
    {"plans"},
    {"introspection"},
    {"reference_lookups"},
    {"lookups"},
    {"aggregations", "periods"},
    {"counting"},
    {"delete_rules", "fetching"},
    {"querysets"},
    {"meta"},
    {"policies"},
    {"references"},
    {"keyset"},
    {"mentions"},
    {"display"},
    {"sending"},
    {"undeclared"},
    {"oddities"},
    {"rows"},
    {"validation"},
    {"saving"},
    {"forms"},
    {"formsets"},
    {"raw"},
    {"referrers"},
    {"drift"},
    {"projection"},
    {"omissions"},
    {"filters", "search", "deletion", "downloads", "longforms", "sent", "pagination"},
    {"index_awareness"},
    {"changelist", "checks", "choosing", "datehierarchy", "result_counts"},
    {"schema"},
    {"health"},
    {"protection"},
    {"reveal"},
    {"undoing"},
    {"options"},
    {"unmodelled"},
    {"rules"},
    {"autocomplete", "jumping", "permissions", "middleware"},
    {"sites"},
    {"signin"},
    {"models", "migrations"},
    {"admin"},
    {"apps", "management", "templatetags"},
    {"__init__"},
)
ROW_OF = {name: number for number, row in enumerate(ROWS) for name in row}

# The application and the project; admin_ext is a package for any other.
BELOW = {"config", "documents", "tests"}

MODULES = sorted(ROOT.rglob("*.py"))


def module_of(path):
    """Return the name that ROWS uses for a file."""
    return path.relative_to(ROOT).with_suffix("").parts[0]


def imported(path):
    """Yield (module of admin_ext or other top-level name, is it admin_ext's)."""
    package = ("admin_ext", *path.relative_to(ROOT).parent.parts)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [tuple(alias.name.split(".")) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else ()
            base += tuple(node.module.split(".")) if node.module else ()
            names = [(*base, alias.name) for alias in node.names]
        else:
            continue
        for name in names:
            if name[0] == "admin_ext":
                yield name[1] if name[1] in ROW_OF else "__init__", True
            else:
                yield name[0], False


def name_of(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_imports_only_from_rows_above_its_own(path):
    own = module_of(path)
    for name, is_ours in imported(path):
        if not is_ours:
            assert name not in BELOW, f"{own} imports {name}"
        elif name != own:
            assert ROW_OF[name] <= ROW_OF[own], f"{own} imports {name}"


def private_imports(path):
    """Return the private names and modules of other packages that a file imports."""
    froms = (
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and not node.level
    )
    names = [f"{node.module}.{each.name}" for node in froms for each in node.names]
    return [name for name in names if "._" in name]


def test_only_compat_imports_private_names():
    found = {module_of(path) for path in MODULES if private_imports(path)}
    assert found == {"compat"}


def test_every_module_has_a_row():
    assert {module_of(path) for path in MODULES} == set(ROW_OF)


def test_modules_are_short():
    long = [name_of(path) for path in MODULES if path.read_text().count("\n") > 500]
    assert long == []


def test_every_module_says_what_it_is_for():
    for path in MODULES:
        if path.read_text():
            assert ast.get_docstring(ast.parse(path.read_text())), path


def test_the_package_holds_only_the_public_names():
    tree = ast.parse((ROOT / "__init__.py").read_text())
    kinds = [type(node) for node in tree.body]
    assert kinds == [ast.Expr, *[ast.ImportFrom] * 3, ast.Assign]
    assert sorted(admin_ext.__all__) == [
        "DocumentAdmin",
        "DocumentStackedInline",
        "DocumentTabularInline",
        "EmbeddedStackedInline",
        "EmbeddedTabularInline",
        "ReferenceStateFieldListFilter",
        "reads",
    ]


def test_documents_of_the_tests_have_names_of_their_own():
    """Of two classes of one name mongoengine knows the last that was imported."""
    names = Counter(
        node.name
        for path in Path(__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base).endswith("Document") for base in node.bases)
    )
    assert [name for name, count in names.items() if count > 1] == []
