"""Settings, each tried in a process of its own with an environment of its own."""

import json
import socket
import subprocess
import sys

import pytest

from config.databases import mongodb_databases
from config.paths import BASE_DIR

PRODUCTION = {"SECRET_KEY": "x7-" + "kT3qVw9ZrB" * 6, "ALLOWED_HOSTS": "example.com"}
DEVELOPMENT = {"DEBUG": "1"}


@pytest.fixture
def run(tmp_path):
    """Run Python with nothing but the given environment: run(environment, *args)."""

    def run_python(environment, *arguments):
        return subprocess.run(
            [sys.executable, *arguments],
            env={"DATA_DIR": str(tmp_path), **environment},
            cwd=BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )

    return run_python


@pytest.fixture
def setting(run):
    """Return a setting, by way of JSON: setting(environment, expression)."""

    def evaluate(environment, expression):
        code = f"import json; from config import settings; out = settings.{expression}"
        result = run(environment, "-c", f"{code}; print(json.dumps(out, default=str))")
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    return evaluate


@pytest.fixture
def refusal(run):
    """Return the last line that a refused start writes: refusal(environment)."""

    def refuse(environment):
        result = run(environment, "-c", "from config import settings")
        assert result.returncode == 1
        return result.stderr.splitlines()[-1].partition("ImproperlyConfigured: ")[2]

    return refuse


def test_production_refuses_to_start_without_a_secret_key(refusal):
    assert refusal({}) == (
        "SECRET_KEY must be set to a long random string (or DEBUG=1 for development)."
    )


def test_production_passes_the_deployment_check(run):
    result = run(PRODUCTION, "manage.py", "check", "--deploy", "--fail-level=WARNING")
    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout


def test_a_read_only_production_passes_it_as_well(run):
    environment = {**PRODUCTION, "READ_ONLY": "1"}
    result = run(environment, "manage.py", "check", "--deploy", "--fail-level=WARNING")
    assert result.returncode == 0, result.stderr


def test_development_needs_no_environment_but_debug(run):
    result = run(DEVELOPMENT, "manage.py", "check")
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("value", ["", "0", "off", "False"])
def test_debug_is_off_unless_set(setting, value):
    assert setting({**PRODUCTION, "DEBUG": value}, "DEBUG") is False


@pytest.mark.parametrize(
    "name", ["SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"]
)
def test_https_is_required_unless_switched_off(setting, name):
    assert setting(PRODUCTION, name) is True
    assert setting({**PRODUCTION, name: "off"}, name) is False
    assert setting(DEVELOPMENT, name) is False


def test_hsts_is_an_hour_unless_set(setting):
    assert setting(PRODUCTION, "SECURE_HSTS_SECONDS") == 3600
    environment = {**PRODUCTION, "SECURE_HSTS_SECONDS": "31536000"}
    assert setting(environment, "SECURE_HSTS_SECONDS") == 31536000


def test_a_site_is_read_only_on_request(setting):
    assert setting(PRODUCTION, "ADMIN_EXT_READ_ONLY") is False
    assert setting({**PRODUCTION, "READ_ONLY": "1"}, "ADMIN_EXT_READ_ONLY") is True


def test_the_header_of_a_proxy_is_trusted_only_on_request(setting, refusal):
    name = "SECURE_PROXY_SSL_HEADER"
    assert setting(PRODUCTION, name) is None
    value = "HTTP_X_FORWARDED_PROTO,https"
    assert setting({**PRODUCTION, name: value}, name) == value.split(",")
    assert "must be a header and its value" in refusal({**PRODUCTION, name: "yes"})


def test_sqlite_is_the_default_and_waits_for_other_writers(setting, tmp_path):
    database = setting(PRODUCTION, "DATABASES['default']")
    assert database["NAME"] == str(tmp_path / "db.sqlite3")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert database["OPTIONS"]["timeout"] == 20


def test_empty_variables_count_as_unset(setting):
    names = ("DATABASE_URL", "MONGODB_URI", "TIME_ZONE", "SECURE_HSTS_SECONDS")
    environment = {**PRODUCTION, **dict.fromkeys(names, "")}
    assert "sqlite3" in setting(environment, "DATABASES['default']")["ENGINE"]
    assert setting(environment, "TIME_ZONE") == "UTC"
    assert setting(environment, "SECURE_HSTS_SECONDS") == 3600


def test_a_malformed_database_url_is_told_in_one_sentence(refusal):
    assert refusal({**PRODUCTION, "DATABASE_URL": "people.db"}) == (
        "DATABASE_URL must name a database, as in postgres://user:password@host/name "
        "or sqlite:////folder/file."
    )


def test_postgres_by_database_url(setting):
    url = "postgres://ann:p%40ss@db.example.com:5433/people"
    database = setting({**PRODUCTION, "DATABASE_URL": url}, "DATABASES['default']")
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["HOST"], database["PORT"]) == ("db.example.com", 5433)
    assert (database["NAME"], database["PASSWORD"]) == ("people", "p@ss")
    assert database["CONN_HEALTH_CHECKS"] is True


def test_the_default_mongodb_is_the_embedded_one(setting, tmp_path):
    (tmp_path / "mongodb").mkdir()
    (tmp_path / "mongodb" / "port").write_text("4711\n")
    database = setting(DEVELOPMENT, "MONGODB_DATABASES['default']")
    assert database["host"] == "mongodb://127.0.0.1:4711/notes?directConnection=true"


def test_dates_are_aware_and_uuids_standard(setting):
    database = setting(DEVELOPMENT, "MONGODB_DATABASES['default']")
    assert database["tz_aware"] is True
    assert database["uuidRepresentation"] == "standard"
    assert database["serverSelectionTimeoutMS"] == 3_000


def test_options_in_the_connection_string_win(setting):
    uri = "mongodb://h/shop?serverselectiontimeoutms=9&uuidRepresentation=javaLegacy"
    database = setting({**DEVELOPMENT, "MONGODB_URI": uri}, "MONGODB_DATABASES")
    assert "serverSelectionTimeoutMS" not in database["default"]
    assert "uuidRepresentation" not in database["default"]
    code = (
        "import django; django.setup(); import mongoengine;"
        "options = mongoengine.get_connection().options;"
        "print(options.server_selection_timeout)"
    )
    assert "0.009" in django_output(uri, code)


def django_output(uri, code):
    """Return what code prints in a process with Django set up on a MongoDB."""
    environment = {"MONGODB_URI": uri, "DJANGO_SETTINGS_MODULE": "config.settings"}
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={**DEVELOPMENT, **environment},
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    return result.stdout


def test_several_named_mongodb_databases(setting):
    uris = {
        "MONGODB_URI": "mongodb://one/shop",
        "MONGODB_URI_ARCHIVE": "mongodb+srv://ann:secret@two.example.com/old?w=1",
    }
    databases = setting({**DEVELOPMENT, **uris}, "MONGODB_DATABASES")
    assert {alias: value["name"] for alias, value in databases.items()} == {
        "default": "shop",
        "archive": "old",
    }


@pytest.mark.parametrize(
    "uri", ["mongodb://ann:secret@host", "mongodb+srv://ann:secret@h.example.com/?w=1"]
)
def test_a_connection_string_must_name_a_database(refusal, uri):
    assert refusal({**DEVELOPMENT, "MONGODB_URI": uri}) == (
        "MONGODB_URI must name a database, as in mongodb://host:27017/database."
    )


@pytest.mark.parametrize(
    "uri", ["localhost", "mongodb://ann:sec/ret@host/shop", "mongodb://a:b@h:port/x"]
)
def test_a_malformed_connection_string_is_not_shown(run, refusal, uri):
    environment = {**DEVELOPMENT, "MONGODB_URI_OLD": uri}
    assert refusal(environment).startswith(
        "MONGODB_URI_OLD must be a connection string"
    )
    assert uri not in run(environment, "-c", "from config import settings").stderr


def test_error_reports_hide_connection_strings(run):
    code = (
        "import django; django.setup(); from django.test import RequestFactory;"
        "from django.views.debug import get_exception_reporter_filter as get;"
        "request = RequestFactory().get('/');"
        "print(get(request).get_safe_settings(), get(request).get_safe_request_meta("
        "RequestFactory(**__import__('os').environ).get('/')))"
    )
    environment = {
        **DEVELOPMENT,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "MONGODB_URI": "mongodb://ann:hidden-1@host/shop",
        "DATABASE_URL": "postgres://ann:hidden-2@host/shop",
    }
    output = run(environment, "-c", code)
    assert "MONGODB_DATABASES" in output.stdout, output.stderr
    assert "hidden-" not in output.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("manage.py", "check"),
        ("manage.py", "migrate", "--verbosity=0"),
        ("-c", "import config.wsgi, config.asgi"),
    ],
)
def test_start_up_does_not_connect_to_mongodb(run, arguments):
    with socket.create_server(("127.0.0.1", 0)) as server:
        uri = f"mongodb://127.0.0.1:{server.getsockname()[1]}/shop"
        result = run({**DEVELOPMENT, "MONGODB_URI": uri}, *arguments)
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("server", ["wsgi", "asgi"])
def test_what_is_loaded_at_the_start_is_not_looked_through_for_garbage(run, server):
    code = f"import gc, config.{server}; print(gc.get_freeze_count() > 50_000)"
    result = run({**DEVELOPMENT, "MONGODB_URI": "mongodb://127.0.0.1:1/x"}, "-c", code)
    assert result.stdout.strip() == "True", result.stderr


@pytest.mark.django_db
def test_the_root_leads_to_the_admin(client):
    response = client.get("/")
    assert (response.status_code, response.url) == (302, "/admin/")


def test_lists_can_have_a_connection_of_their_own():
    uri = "mongodb://a,b/shop?replicaSet=rs0&readPreference=secondaryPreferred"
    databases = mongodb_databases({"MONGODB_LISTS_URI": uri}, "mongodb://a/shop")
    assert databases["default_lists"]["host"] == uri
    assert {*databases} == {"default", "default_lists"}


@pytest.mark.parametrize(
    "environment, expected",
    [
        ({}, [1209600, 1209600, False, False]),
        ({"SESSION_HOURS": "8"}, [28800, 28800, False, False]),
        ({"SESSION_IDLE_MINUTES": "10"}, [1209600, 600, True, False]),
        ({"SESSION_ENDS_WITH_BROWSER": "1"}, [1209600, 1209600, False, True]),
    ],
)
def test_how_long_a_session_lasts(setting, environment, expected):
    names = (
        "[settings.ADMIN_EXT_SESSION_SECONDS, settings.SESSION_COOKIE_AGE, "
        "settings.SESSION_SAVE_EVERY_REQUEST, settings.SESSION_EXPIRE_AT_BROWSER_CLOSE]"
    )
    found = setting(DEVELOPMENT | environment, f"DEBUG and {names}")
    assert found == expected


def test_lockout_and_codes_are_set_by_the_environment(setting):
    environment = {
        **DEVELOPMENT,
        "LOCKOUT_FAILURES": "0",
        "REQUIRE_TOTP": "Editors,Support",
        "TRUSTED_PROXIES": "2",
    }
    assert setting(environment, "AXES_LOCK_OUT_AT_FAILURE") is False
    assert setting(environment, "ADMIN_EXT_REQUIRE_TOTP") == ["Editors", "Support"]
    assert setting(environment, "ADMIN_EXT_TRUSTED_PROXIES") == 2
