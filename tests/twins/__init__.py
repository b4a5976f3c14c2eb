"""Django's admin on SQL models is the oracle for the admin on Documents.

The record shop of ``rows.py`` exists twice: as SQL models (``sql/models.py``, shown by
Django's own ModelAdmin on Django's own AdminSite) and as Documents
(``mongo/documents.py``, shown by DocumentAdmin). A test declares the same options for
both, sends the same requests to both, and the pages and what is stored afterwards
must be equal. Left out of a page is what stands in an element of class ``admin-ext``,
and nothing else; what MongoDB forces to differ is named in ``differences.py`` with
its reason, and has to be named again by each request that meets it.

    def test_list_of_a_year(twins):
        twins.admin("Album", list_display=("title", "year"), list_filter=("year",))
        twins.get("album/?year=1999")

    def test_title_is_changed(twins):
        twins.admin("Album", fields=("title", "year"))
        twins.submit("album/1/change/", title="Other")
"""
