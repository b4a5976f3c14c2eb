"""Django's shell, with every Document imported and the MongoDB named."""

import sys
from urllib.parse import unquote

import mongoengine
from django.apps import apps
from django.conf import settings
from django.core.management.commands import shell
from django.utils.module_loading import autodiscover_modules, import_string


class Command(shell.Command):
    def get_auto_imports(self):
        """Return Django's import paths, then those of the Documents.

        Overrides Django's hook (5.2). Where names clash, the later path gets the
        name, so that a Document comes before a model.
        """
        paths = [path_of(document) for document in installed_documents()]
        return [*super().get_auto_imports(), *paths]

    def get_namespace(self, **options):
        """Return what the shell starts with: {name: object}.

        Overrides Django's (5.2), except that a class whose name was taken by a
        Document is added under a second name, and that the databases are printed.
        """
        namespace = super().get_namespace(**options)
        if not namespace:
            return namespace
        hidden = hidden_classes(namespace, self.get_auto_imports())
        if options.get("verbosity", 0) > 0:
            self.stdout.write(self.describe(namespace, hidden), ending="\n\n")
        return namespace | hidden

    def describe(self, namespace, hidden):
        """Return the lines about databases and about names that clash."""
        lines = [
            f'MongoDB: {describe_database(database)} (alias "{alias}")'
            for alias, database in getattr(settings, "MONGODB_DATABASES", {}).items()
        ]
        for alias, hidden_class in hidden.items():
            name = hidden_class.__name__
            lines.append(
                f"{name} is {path_of(namespace[name])}; "
                f"{path_of(hidden_class)} is {alias}."
            )
        return "\n".join(lines)


def installed_documents():
    """Return the concrete Documents of the installed apps, in the order of the apps.

    As with Django's models, the Documents of an earlier app come later, and so keep
    a name that two apps use.
    """
    autodiscover_modules("documents")
    order = [config.label for config in apps.get_app_configs()]
    found = [
        (order.index(config.label), document)
        for document in subclasses(mongoengine.Document)
        if (config := apps.get_containing_app_config(document.__module__))
        and is_concrete(document)
        and is_importable(document)
    ]
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [document for _, document in found]


def subclasses(base):
    """Yield every class below `base` once, in the order of definition."""
    seen = set()
    for direct in base.__subclasses__():
        for each in (direct, *subclasses(direct)):
            if each not in seen:
                seen.add(each)
                yield each


def is_concrete(document):
    """Return whether the class has a collection of its own.

    The base classes of django-mongoengine (0.6) are not marked as abstract; they are
    known by `swap_base`.
    """
    return not document._meta.get("abstract") and "swap_base" not in vars(document)


def is_importable(document):
    """Return whether the class is what its module holds under its name."""
    module = sys.modules.get(document.__module__)
    return getattr(module, document.__name__, None) is document


def hidden_classes(namespace, paths):
    """Return the classes of `paths` that another one hides: {second name: class}.

    The second name is the app's label and the class's name: AuthUser.
    """
    hidden = {}
    for path in paths:
        each = import_string(path)
        if namespace.get(each.__name__) is not each:
            label = apps.get_containing_app_config(each.__module__).label
            hidden[label.title().replace("_", "") + each.__name__] = each
    return {alias: each for alias, each in hidden.items() if alias not in namespace}


def path_of(document):
    """Return the dotted path from which a class is imported."""
    return f"{document.__module__}.{document.__name__}"


def describe_database(database):
    """Return an entry of MONGODB_DATABASES as "name at hosts", without credentials.

    Nothing is connected to or looked up.
    """
    hosts = database.get("host") or "localhost"
    hosts = [hosts] if isinstance(hosts, str) else hosts
    name = database.get("name") or database.get("db") or "test"
    shown = []
    for host in hosts:
        if "://" in host:
            # As for mongoengine, the name in a connection string comes first.
            address, _, path = host.partition("?")[0].partition("://")[2].partition("/")
            name = unquote(path) or name
            shown.append(address.rpartition("@")[2])
        else:
            port = "" if ":" in host else f":{database.get('port') or 27017}"
            shown.append(host + port)
    return f"{name} at {','.join(shown)}"
