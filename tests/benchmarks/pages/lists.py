"""The options that both sites share: 100 rows of five columns, one a reference."""


class Notes:
    """The list of notes that is measured."""

    list_display = ("title", "type", "user", "start", "date")
    list_filter = ("type", "checked", "archived", "start")
    list_per_page = 100
    date_hierarchy = None
    ordering = ("-start",)
    search_fields = ("^user__username",)


class RichNotes(Notes):
    """The same with what costs more."""

    date_hierarchy = "start"
    search_fields = ("body",)


class Users:
    """Users are found by the beginning of their names, which have an index."""

    search_fields = ("^username",)
    ordering = ("username",)
