"""Settings of this project's site."""

from tests.benchmarks.pages.settings import *  # noqa: F403

ROOT_URLCONF = "tests.benchmarks.pages.ours.urls"
