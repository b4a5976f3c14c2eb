"""The add and change pages."""


def test_default_change_form(twins):
    twins.submit("album/1/change/", title="Other", genres=["3"])


def test_default_add_form(twins):
    twins.submit("album/add/", title="New", year="2001")
