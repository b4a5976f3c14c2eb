"""The odd rows that such a service really has, each a change to an ordinary row.

An oddity takes the row (a dict, changed in place) and a running number.
"""

from datetime import UTC, datetime

from bson import Int64

from .ids import LARGEST, demo_id

# Counters from here down belong to documents that were deleted long ago.
DELETED = LARGEST - 1000
NUMBER_AS_NAME = 12345
LONG_AGO = 1_546_300_800  # 2019-01-01, before the first row


def deleted_id(collection, number):
    """Return a key that no document of the collection has."""
    return demo_id(collection, DELETED + number % 1000, LONG_AGO)


def parent_is_empty_text(row, number):
    row["parent"] = ""


def owner_was_deleted(row, number):
    row["user"] = deleted_id("users", number)


def unknown_keys(row, number):
    row["legacyId"] = Int64(9_007_199_254_740_993 + number)
    row["rank"] = 3.0
    row["importedFrom"] = {"file": "export-2019.csv", "line": number % 100_000}
    row["__v"] = 0


def body_is_missing(row, number):
    del row["body"]


def type_is_null(row, number):
    row["type"] = None


def type_is_an_old_word(row, number):
    row["type"] = "task_completed"


def start_is_missing(row, number):
    row.pop("start", None)


def tags_are_null(row, number):
    row["tags"] = None


def date_is_missing(row, number):
    row.pop("date", None)


def parent_is_null(row, number):
    row["parent"] = None
    row["prev"] = ""


def parent_was_deleted(row, number):
    row["parent"] = deleted_id("notes", number)


def tag_was_deleted(row, number):
    row["tags"] = [*row["tags"], deleted_id("tags", number)]


def body_from_another_system(row, number):
    row["body"] = f"  {row['body']}  \r\nPasted from a mail. \r\n"


def sharing_is_empty(row, number):
    row["shareSettings"] = {}


def sharing_has_unknown_keys(row, number):
    row["shareSettings"] = {"public": {"view": True, "until": "2027"}, "team": []}


def owner_is_missing(row, number):
    del row["user"]


NOTE_ODDITIES = (
    parent_is_empty_text,
    owner_was_deleted,
    unknown_keys,
    body_is_missing,
    type_is_null,
    type_is_an_old_word,
    tags_are_null,
    date_is_missing,
    parent_is_null,
    parent_was_deleted,
    tag_was_deleted,
    body_from_another_system,
    sharing_is_empty,
    sharing_has_unknown_keys,
    owner_is_missing,
    start_is_missing,
)


def username_is_a_number(row, number):
    row["username"] = NUMBER_AS_NAME + number


def email_is_missing(row, number):
    del row["email"]


def email_is_null(row, number):
    row["email"] = None


def never_set_a_password(row, number):
    del row["hashedPassword"]


def keys_of_an_older_version(row, number):
    row["lastLogin"] = datetime(2023, 3, 26, 1, 59, 59, 999_000, UTC)
    row["loginCount"] = Int64(number)
    row["quota"] = 0.1
    row["preferences"] = {"theme": "dark", "columns": ["body", "tags"]}


USER_ODDITIES = (
    username_is_a_number,
    email_is_missing,
    keys_of_an_older_version,
    email_is_null,
    never_set_a_password,
)


def name_is_missing(row, number):
    del row["name"]


TAG_ODDITIES = (name_is_missing, owner_was_deleted, unknown_keys)


def filter_is_null(row, number):
    row["filter"] = None


def filter_is_missing(row, number):
    del row["filter"]


def filter_has_other_keys(row, number):
    row["filter"] |= {"type": "task", "limit": Int64(20), "since": {"days": 7.0}}


def filter_tags_are_null(row, number):
    row["filter"]["tags"] = None


WIDGET_ODDITIES = (
    filter_has_other_keys,
    filter_is_null,
    filter_is_missing,
    filter_tags_are_null,
    owner_was_deleted,
)

KEY_ODDITIES = (owner_was_deleted, unknown_keys)
