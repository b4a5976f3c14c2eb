"""`make bench` runs, on few rows; what it measures is no test."""

import json
import os
import subprocess
import sys

import pytest

from config.paths import BASE_DIR


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished run over 300 notes, and the folder of its report."""
    folder = tmp_path_factory.mktemp("bench")
    sizes = {"BENCH_SIZES": "300", "BENCH_ROUNDS": "1", "BENCH_DATA": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.pages"],
        cwd=BASE_DIR,
        env={**os.environ, **sizes, "BENCH_LARGE": "", "BENCH_PAGES": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, folder / "report"


def test_the_benchmark_measures_every_page_in_all_three_ways(run):
    _told, folder = run
    report = json.loads((folder / "benchmark.json").read_text())
    pages = report["figures"]["300"]
    assert {"first", "deep", "last", "form", "save", "autocomplete"} <= pages.keys()
    for systems in pages.values():
        assert {*systems} == {"ours", "django", "floor"}
        assert all(each["p50"] > 0 for each in systems.values())
    assert pages["first"]["ours"]["rows"] == pages["first"]["django"]["rows"] == 100
    assert pages["first"]["ours"]["commands"] > 1


def test_the_benchmark_says_which_bounds_it_could_not_measure(run):
    told, folder = run
    assert "not measured" in told
    assert "| not measured |" in (folder / "speed.md").read_text()
    assert (folder / "images" / "benchmark.svg").read_text().startswith("<svg")
