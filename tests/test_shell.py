"""manage.py shell: Documents at hand, and the MongoDB named."""

import os
import subprocess
import sys
from io import StringIO

import pytest
from bson import ObjectId
from django.apps import apps
from django.contrib.auth import models as auth
from django.core.management import call_command

from admin_ext.management.commands.shell import Command, describe_database
from documents import documents


def run(command, **options):
    """Run a command in the shell and return what the shell says before it."""
    out = StringIO()
    call_command("shell", command=command, stdout=out, **options)
    return out.getvalue()


def test_documents_are_queried_without_an_import(mongo, capsys):
    mongo.notes.insert_many([{"type": "task"}, {"type": "task"}, {"type": "note"}])
    run('print(Note.objects(type="task").count())')
    assert capsys.readouterr().out == "2\n"


def test_a_query_follows_references_and_odd_rows(mongo, capsys):
    user = mongo.users.insert_one({"username": 12345}).inserted_id
    mongo.notes.insert_one({"user": user, "parent": "", "type": None})
    run("print(Note.objects(user=User.objects.first()).first().user)")
    assert capsys.readouterr().out == "12345\n"


def test_every_document_of_the_app_is_imported():
    namespace = Command().get_namespace(verbosity=0)
    for name in ("User", "Note", "Tag", "Widget", "Key"):
        assert namespace[name] is getattr(documents, name)


def test_base_classes_are_not_imported():
    namespace = Command().get_namespace(verbosity=0)
    assert "Document" not in namespace
    assert "DynamicDocument" not in namespace


def test_every_model_stays_reachable():
    held = set(map(id, Command().get_namespace(verbosity=0).values()))
    assert not [model for model in apps.get_models() if id(model) not in held]


def test_a_document_wins_the_name_and_the_model_gets_a_second_one():
    namespace = Command().get_namespace(verbosity=0)
    assert namespace["User"] is documents.User
    assert namespace["AuthUser"] is auth.User


def test_the_clash_is_told():
    assert (
        "User is documents.documents.User; django.contrib.auth.models.User is AuthUser."
    ) in run("pass")


def test_the_database_is_told(settings):
    settings.MONGODB_DATABASES = {
        "default": {"name": "shop", "host": "mongodb://127.0.0.1:27017/shop"},
        "archive": {"name": "old", "host": "10.0.0.5", "port": 27018},
    }
    said = run("pass")
    assert 'MongoDB: shop at 127.0.0.1:27017 (alias "default")\n' in said
    assert 'MongoDB: old at 10.0.0.5:27018 (alias "archive")\n' in said


@pytest.mark.parametrize(
    ("database", "description"),
    [
        (
            {"name": "n", "host": "mongodb://ann:p%40ss@a:1,b:2/shop?authSource=x"},
            "shop at a:1,b:2",
        ),
        ({"name": "n", "host": "mongodb+srv://ann:pass@c.example.org/"}, "n at c."),
        ({"name": "n", "host": "mongodb://c:27017?tls=true"}, "n at c:27017"),
        ({"name": "n", "host": ["a:1", "b:2"]}, "n at a:1,b:2"),
        ({"db": "n", "username": "ann", "password": "pass"}, "n at localhost:27017"),
    ],
)
def test_no_credentials_and_no_options_are_told(database, description):
    told = describe_database(database)
    assert told.startswith(description)
    assert not any(secret in told for secret in ("ann", "pass", "p%40ss", "?", "@"))


def test_quiet_and_bare_shells_say_nothing():
    assert not run("pass", verbosity=0)
    assert not run("pass", no_imports=True)


def test_opening_the_shell_asks_mongodb_nothing(mongo_commands):
    with mongo_commands() as commands:
        run("pass")
    assert not commands


def test_manage_py_shell_runs_a_query(mongo, settings, tmp_path):
    mongo.notes.insert_many([{"type": "task"}, {"type": "note"}])
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "MONGODB_URI": settings.MONGODB_DATABASES["default"]["host"],
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": "x" * 50,
    }
    ran = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", "print(Note.objects.count())"],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"MongoDB: {mongo.name} at " in ran.stdout
    assert ran.stdout.endswith("\n2\n")


def test_a_document_that_is_saved_in_the_shell_is_stored(mongo):
    key = ObjectId()
    mongo.notes.insert_one({"_id": key, "body": "old", "legacy": 1})
    run(f"n = Note.objects.get(id='{key}'); n.body = 'new'; n.save()")
    assert mongo.notes.find_one() == {"_id": key, "body": "new", "legacy": 1}
