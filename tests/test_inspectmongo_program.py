"""manage.py inspectmongo as a program: on a terminal, through a pipe, interrupted."""

import os
import signal
import subprocess
import sys

import pytest

from tests.inspecting import classes, fill_shop, uri_of
from tests.terminals import read_until, terminals


@pytest.fixture
def shop(bare_mongo):
    """Customers and their orders."""
    return fill_shop(bare_mongo)


SETTINGS = """\
from config.settings import *

INSTALLED_APPS = [*(each for each in INSTALLED_APPS if each != "documents"), "retail"]
ALLOWED_HOSTS = ["testserver"]
"""

VISIT = """\
import django

django.setup()

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

call_command("migrate", verbosity=0)
call_command("check")
person = User.objects.create_superuser("ada")
client = Client()
client.force_login(person)
for path in ("", "retail/", "retail/order/", "retail/customer/7/change/"):
    print(path, client.get(f"/admin/{path}").status_code)
"""


@pytest.fixture
def environment(shop, settings, tmp_path):
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "MONGODB_URI": uri_of(shop, shop.name),
        "DATA_DIR": str(tmp_path / "data"),
        "DEBUG": "1",
        "PYTHONPATH": f"{settings.BASE_DIR}:{tmp_path}",
        # A module is UTF-8, whatever the terminal is.
        "PYTHONIOENCODING": "ascii",
    }


def test_from_a_connection_string_to_a_working_admin(
    shop, settings, tmp_path, environment, mongo_profile
):
    shop.customers.update_one({"_id": 7}, {"$set": {"name": "Zoë 日本"}})
    (tmp_path / "site_settings.py").write_text(SETTINGS)
    (tmp_path / "visit.py").write_text(VISIT)
    program = [sys.executable, str(settings.BASE_DIR / "manage.py"), "inspectmongo"]
    options = {"env": environment, "cwd": tmp_path, "check": True}
    with mongo_profile() as operations:
        subprocess.run([*program, "--into", "retail"], **options)
        environment["DJANGO_SETTINGS_MODULE"] = "site_settings"
        visit = subprocess.run(
            [sys.executable, "visit.py"], **options, capture_output=True, text=True
        )
    assert visit.stdout.splitlines() == [
        "System check identified no issues (0 silenced).",
        *(" 200", "retail/ 200", "retail/order/ 200", "retail/customer/7/change/ 200"),
    ]
    assert not operations.writes


@pytest.fixture
def start(environment, tmp_path):
    """Start the command on a terminal of its own. See tests.terminals."""
    with terminals("inspectmongo", environment, tmp_path) as start:
        yield start


def test_a_terminal_shows_a_bar_and_one_line(shop, start):
    shop["日本"].insert_one({"x": "日本"})
    process, terminal = start()
    text = process.communicate(timeout=30)[0]
    shown = read_until(terminal, "in all")
    assert process.returncode == 0
    assert classes(text)
    assert "日本" in text
    assert "orders: 100%" in shown or "orders:   0%" in shown
    assert "documents in 0" not in shown


def test_ctrl_c_is_one_word(shop, start, tmp_path, mongo_faults):
    with mongo_faults("orders", blockConnection=True, blockTimeMS=1_500):
        process, terminal = start("--into", "retail")
        read_until(terminal, "orders:")
        process.send_signal(signal.SIGINT)
        shown = read_until(terminal, r"\.\r\n")
        assert process.wait(20) == 3
    assert "Interrupted." in shown
    assert "Traceback" not in shown
    assert not (tmp_path / "retail").exists()


def test_a_reader_that_goes_away_is_no_traceback(shop, start):
    reader, writer = os.pipe()
    os.close(reader)
    process, terminal = start(stdout=writer)
    os.close(writer)
    shown = read_until(terminal, "in all")
    assert process.wait(20) == 3
    assert "Traceback" not in shown


def test_a_full_disk_is_one_sentence(shop, start):
    with open("/dev/full", "w") as full:
        process, terminal = start(stdout=full)
        shown = read_until(terminal, r"device\.\r\n")
        assert process.wait(20) == 3
    assert "Standard output cannot be written: No space left on device." in shown
    assert "Traceback" not in shown
