"""The pages that ask before they delete."""


def test_one_document(twins):
    twins.submit("artist/50_25_5F_3F_23_26/delete/", post="yes")
