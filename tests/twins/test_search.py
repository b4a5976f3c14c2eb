"""The search of the list and of autocomplete: words, prefixes, lookups, paths."""

import pytest

from .shop import SIDES

KEYS = "a pasted key finds its document"

WORDS = [
    *(
        "",
        "+",
        "morning",
        "MORNING",
        "ing",
        "night+bus",
        "bus+night",
        "%22night+bus%22",
    ),
    *(
        "%27night+bus%27",
        "%22bus+night%22",
        "ada",
        "reed+morning",
        "ada+evening",
        "%25",
    ),
    *("_", "%5C", ".*", "%28", "%27s", "%26", "%3Ci%3E", "x5", "BD-00", "zzz", "n+n+n"),
    *("%22", "%27%27", "%00", "tom%27s", "slashes", "%22the+slashes%22", "o%22o", "-"),
]


@pytest.mark.parametrize("words", WORDS)
def test_words(twins, words):
    twins.admin("Album", search_fields=("title", "code", "artist__name"))
    twins.get(f"album/?q={words}")


FIELDS = [
    (("^title",), ("m", "bus", "night", "NI")),
    (("=title",), ("morning", "%22night+bus%22", "night")),
    (("title__exact",), ("Morning", "morning")),
    (("title__iexact",), ("morning",)),
    (("title__contains",), ("orn",)),
    (("title__startswith",), ("M", "bus")),
    (("title__istartswith",), ("m",)),
    (("title__endswith",), ("us", "ght")),
    (("title__iendswith",), ("US",)),
    (("artist__name", "label__city"), ("leeds", "moss+bristol", "reed+bristol")),
    (("^artist__name",), ("the", "reed")),
    (("=artist__code",), ("ADA", "50%25_")),
    (("artist__pk",), ("be",)),
    (("label__name__startswith",), ("C",)),
    (("reissue_of__title",), ("morning",)),
    (("reissue_of__artist__name",), ("reed",)),
    (("genres__name",), ("beat", "o")),
    (("credits__name",), ("dan", "e")),
    (("credits__artist__name",), ("zoe",)),
    (("sleeve__colour",), ("re", "green")),
    (("sleeve__designer__name",), ("ben",)),
    (("year",), ("19", "68", "1970", "x", "19+7")),
    (("=year",), ("1970", "197")),
    (("^year",), ("197",)),
    (("year__exact",), ("1970", "197", "x")),
    (("rating",), ("4.5", "2.2")),
    (("recorded",), ("1967", "1999-11", "-12-")),
    (("released",), ("1968-05-31", "23:30", "1970")),
    (("notes", "website", "contact"), ("line", "example.org", "org+second")),
    (("title", "year"), ("morning+1968", "morning+1970", "19+night")),
]


@pytest.mark.parametrize(("fields", "words"), FIELDS, ids=lambda value: value[0])
def test_fields(twins, fields, words):
    twins.admin("Album", search_fields=fields)
    for each in words:
        twins.get(f"album/?q={each}")


def test_a_search_beside_filters_order_and_dates(twins):
    twins.admin(
        "Album",
        search_fields=("title", "artist__name"),
        search_help_text="Title, or <who> made it.",
        list_filter=("kind", "label", "available"),
        date_hierarchy="released",
        list_display=("title", "year"),
        list_per_page=2,
    )
    for query in (
        "?q=n",
        "?q=n&kind__exact=lp",
        "?q=n&o=-2",
        "?q=n&p=2",
        "?q=n&all=",
        "?q=n&released__year=1968",
        "?q=n&label__id__exact=1&_facets=True",
        "?q=zzz&_facets=True",
        "?q=n&_popup=1",
    ):
        twins.get(f"album/{query}")


def test_without_search_fields_there_is_no_search(twins):
    twins.get("album/?q=morning")


def test_search_fields_of_the_request(twins):
    def get_search_fields(self, request):
        return ("title",) if "by_title" in request.GET.get("q", "") else ("code",)

    twins.admin("Album", get_search_fields=get_search_fields)
    for words in ("bd", "morning", "by_title"):
        twins.get(f"album/?q={words}")


def test_search_results_of_ones_own(twins):
    def get_search_results(self, request, queryset, search_term):
        parent = super(type(self), self).get_search_results
        queryset, duplicates = parent(request, queryset, search_term.lstrip("#"))
        return queryset.filter(available=True), duplicates

    twins.admin(
        "Album", search_fields=("title",), get_search_results=get_search_results
    )
    for words in ("", "%23n", "n", "bus"):
        twins.get(f"album/?q={words}")


def test_words_in_several_members_of_a_list(twins):
    members = "words in several members of a list"
    twins.admin("Album", search_fields=("credits__name", "genres__name"))
    for words in ("dan+ben", "jazz+noise"):
        pages = twins.get(f"album/?q={words}", differs=[members])
        assert "0 results" in pages["sql"]
        assert "0 results" not in pages["mongo"]
    twins.get("album/?q=jazz+x")


def test_a_pasted_key(twins):
    twins.admin("Album", search_fields=("title",))
    twins.admin("Concert", search_fields=("place",))
    twins.admin("Artist", search_fields=("name",))
    concert = "00000000-0000-4000-8000-000000000002"
    for address, text in (
        ("album/?q=3", "Night Bus"),
        ("artist/?q=a%2Fb+c", "/artist/a_2Fb%20c/change/"),
        (f"concert/?q={concert}", "Barn"),
    ):
        page = twins.get(address, differs=[KEYS])["mongo"]
        assert text in page
        assert "1 result" in page
    for address in ("album/?q=33", "artist/?q=a%2Fb", "concert/?q=00000000"):
        twins.get(address)


@pytest.mark.parametrize(
    "term", ["", "a", "reed", "REED+ada", "%22odd%22", "zzz", "%3Cb%3E"]
)
def test_autocomplete(twins, term):
    twins.admin("Artist", search_fields=("name", "^code"), ordering=("name",))
    responses = {}
    for side in SIDES:
        query = f"app_label={side}twin&model_name=album&field_name=artist&term={term}"
        url = twins.url(side, f"/autocomplete/?{query}")
        responses[side] = twins.ask(side, "get", url)
    twins.compare(responses)
