"""What MongoDB forces to differ from Django's admin on SQL, each with its reason.

A request names the differences that it meets. It fails when one of them no longer
occurs, so that nothing stays here that is not true any more.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """A difference of the pages' lines: what each twin has is replaced by nothing.

    ``sql`` and ``mongo``: pattern of the lines, joined by newlines, that only this twin
    has; None when it has nothing of its own.
    """

    reason: str
    sql: str | None = None
    mongo: str | None = None
    common: str = ""

    def without(self, side: str, text: str) -> str:
        """Return the page of one side without what is its own."""
        pattern = getattr(self, side)
        return re.sub(pattern, self.common, text) if pattern else text


ROW_OF_A_LIST = r"<li>\n(?:\w+-genre relationships?|Credits?): [^\n]*\n</li>\n"

ROWS_BEYOND_99 = r'(?s)<tr class="form-row" id="track_set-\d{3,4}">\n.*?</tr>\n'

DIFFERENCES: dict[str, Difference] = {
    "embedded rows have no key": Difference(
        "The rows of an embedded list have their place in it; in SQL two hidden fields "
        "tell the row's key and its parent's.",
        sql=r'<input id="id_credits-\S+-(id|album)"[^\n]*>\n</input>\n',
    ),
    "an embedded document has no key": Difference(
        "Of an EmbeddedDocumentField there is one; in SQL two hidden fields tell the "
        "row's key and its parent's.",
        sql=r'<input id="id_home-\S+-(id|artist)"[^\n]*>\n</input>\n',
    ),
    "a list of references is a column": Difference(
        "An array is read with its document, so that a list can show it; Django calls "
        "it an error in SQL (admin.E109) and shows the name of a manager.",
        sql=r'(?<=<td class="field-genres">\n)[^\n]*\n',
        mongo=r'(?<=<td class="field-genres">\n)[^\n]*\n',
    ),
    "a pasted key finds its document": Difference(
        "Nobody remembers an ObjectId, and everybody has one at hand: Django finds a "
        "key only where search_fields names it.",
        sql=r"(?s)\A200\n.*",
        mongo=r"(?s)\A200\n.*",
    ),
    "no sort by another collection": Difference(
        "MongoDB's find sorts by what is in the document; to sort by a path into "
        "another collection it would have to read both as a whole.",
        sql=r'<th class="sortable column-(elsewhere|(?:album|artist|label|reissue_of)__'
        r'\S+)" scope="col">\n<div class="text">\n<a href="[^"]*">\n([^\n]*)\n</a>',
        mongo=r'<th class="column-(elsewhere|(?:album|artist|label|reissue_of)__\S+)"'
        r' scope="col">\n<div class="text">\n<span>\n([^\n]*)\n</span>',
        common=r"\1 \2",
    ),
    "words in several members of a list": Difference(
        "A condition on an array holds when any member meets it, each condition by "
        "itself; Django wants all words in one and the same related row.",
        sql=r"(?s)\A200\n.*",
        mongo=r"(?s)\A200\n.*",
    ),
    "rows of lists are part of the document": Difference(
        "Members of an array and embedded rows go with their document, or out of it; "
        "in SQL they are rows of tables of their own, which a deletion names.",
        sql=rf"<ul>\n(?:{ROW_OF_A_LIST})+</ul>\n|{ROW_OF_A_LIST}",
    ),
    "a page knows its document": Difference(
        "What a page showed comes back signed, so that nobody overwrites what somebody "
        "else changed meanwhile; a form that was sent for another document is refused.",
        mongo=r"<li>\nThis page did not arrive as it was sent\. [^\n]*\n</li>\n",
    ),
    "rows that nobody sent are not drawn": Difference(
        "Django draws up to 2,000 blank rows beside the error about their number, each "
        "of which costs a form of a document; here there are 100 beyond what was sent.",
        sql=ROWS_BEYOND_99,
        mongo=ROWS_BEYOND_99,
    ),
    "a reference is sorted by its key": Difference(
        "Django sorts by the order of the referenced model, which is in another "
        "collection; here it is what is stored that is sorted by.",
        sql=r"(?s)<tbody>.*</tbody>",
        mongo=r"(?s)<tbody>.*</tbody>",
    ),
    "no select holds a whole collection": Difference(
        "Beyond reference_max_choices documents a reference is searched by itself, or "
        "its key is typed, and two boxes are no boxes; Django's select holds millions.",
        sql=r"(?s)\A200\n.*",
        mongo=r"(?s)\A200\n.*",
    ),
}
