"""The differences that are declared are those that the docs tell."""

import re
from pathlib import Path

from .differences import DIFFERENCES

DOCS = Path(__file__).parents[2] / "docs" / "options.md"


def told():
    """Return {difference: reason} of the docs, as written there."""
    section = DOCS.read_text().partition("## What MongoDB makes different")[2]
    text = " ".join(section.partition("\n## ")[0].split())
    return dict(re.findall(r"- \*\*(.+?)\.\*\* (.+?)(?= - \*\*|$)", text))


def test_the_docs_tell_every_difference_with_its_reason():
    """Each is a line "- **Its name.** Its reason." in docs/options.md."""
    declared = {name: each.reason for name, each in DIFFERENCES.items()}
    assert {name.lower(): reason for name, reason in told().items()} == declared
