"""Admins of the tests' own Documents."""

from django.contrib import admin

from admin_ext import (
    DocumentAdmin,
    DocumentTabularInline,
    EmbeddedStackedInline,
    EmbeddedTabularInline,
)

from .documents import Address, Author, Book, Chapter, Publisher, Review
from .drift_documents import Hull, Yard
from .file_documents import Contract, Folder, Paper, Picture, Slip
from .geo_documents import Theater
from .guarded_admin import PatientAdmin, StayAdmin, WardAdmin
from .guarded_documents import Patient, Stay, Ward
from .key_documents import (
    Amount,
    Counted,
    Freely,
    Holder,
    Moment,
    Placed,
    Plainly,
    Pointer,
    Slugged,
    Stock,
    Unique,
)
from .map_documents import Cabinet, Drawer
from .odd_documents import (
    Coupon,
    Everything,
    Leaflet,
    Loose,
    Lorry,
    Meeting,
    Parcel,
    Token,
    Tree,
    Vehicle,
)
from .reference_documents import Ferry, Ship, Town, Trip
from .remote_documents import Crate, Rack, Warehouse
from .schema_documents import Sensor

# It lists every model of the tests on every page, a quarter of what is drawn. Browsers
# see it (tests/browser/conftest.py), and so do the twins, whose sites are their own.
admin.site.enable_nav_sidebar = False


@admin.register(Author)
class AuthorAdmin(DocumentAdmin):
    list_display = ("code", "name", "born")
    list_editable = ("name",)
    search_fields = ("name", "code")


class OfficeInline(EmbeddedStackedInline):
    model = Address
    field_name = "offices"
    extra = 1


@admin.register(Publisher)
class PublisherAdmin(DocumentAdmin):
    inlines = (OfficeInline,)
    search_fields = ("name",)


class ReviewInline(EmbeddedTabularInline):
    model = Review
    field_name = "reviews"
    extra = 1


class ChapterInline(DocumentTabularInline):
    model = Chapter
    fk_name = "book"
    extra = 1


@admin.register(Book)
class BookAdmin(DocumentAdmin):
    list_display = (
        "title",
        "author",
        "kind",
        "published",
        "in_print",
        "shout",
        "others",
    )
    list_filter = ("kind", "in_print", "published", "author", "others", "pages")
    search_fields = ("title", "author__name", "=isbn")
    date_hierarchy = "published"
    autocomplete_fields = ("publisher",)
    filter_horizontal = ("others",)
    inlines = (ReviewInline, ChapterInline)

    @admin.display(description="shouted", ordering="title", empty_value="silence")
    def shout(self, book):
        return book.title.upper()


@admin.register(Chapter)
class ChapterAdmin(DocumentAdmin):
    list_display = ("heading", "number", "book")
    raw_id_fields = ("book",)


@admin.register(Meeting)
class MeetingAdmin(DocumentAdmin):
    list_display = ("id", "starts", "day", "main__label", "room")
    list_filter = (
        "starts",
        "day",
        "main__label",
        "parts__label",
        "extra__kind",
        ("main__label", admin.EmptyFieldListFilter),
        ("room", admin.RelatedOnlyFieldListFilter),
        "room__name",
    )
    date_hierarchy = "starts"
    list_per_page = 10


@admin.register(Everything)
class EverythingAdmin(DocumentAdmin):
    list_display = ("string", "size", "reference", "references")
    list_filter = (
        "string",
        "size",
        "boolean",
        "uuid",
        "decimal",
        "reference",
        "references",
        "list",
        "dict",
        "geo_point",
        "dynamic",
        "embedded_list",
    )
    search_fields = ("string", "integer", "reference__place", "embedded__label")


@admin.register(Tree)
class TreeAdmin(DocumentAdmin):
    list_display = ("name", "root", "branches", "leaves", "free")
    list_filter = ("name", "leaves", "root__name", "free__a")
    search_fields = ("name", "root__name", "leaves")


@admin.register(Theater)
class TheaterAdmin(DocumentAdmin):
    list_display = ("name", "corner", "route", "stops", "location")


@admin.register(Vehicle, Lorry, Parcel, Token, Coupon, Loose, Leaflet)
class OddAdmin(DocumentAdmin):
    pass


@admin.register(Amount, Freely, Moment, Counted, Placed, Plainly, Slugged, Unique)
class KeyedAdmin(DocumentAdmin):
    list_display = ("pk", "name")
    list_editable = ("name",)
    search_fields = ("name",)


@admin.register(Pointer)
class PointerAdmin(DocumentAdmin):
    list_display = ("title", "slugged", "placed", "plainly", "many")
    list_filter = ("placed", "slugged", "plainly")
    raw_id_fields = ("slugged", "freely")
    autocomplete_fields = ("plainly", "unique")


@admin.register(Stock)
class StockAdmin(KeyedAdmin):
    save_as = True


class StockInline(DocumentTabularInline):
    model = Stock
    extra = 1
    show_change_link = True


@admin.register(Holder)
class HolderAdmin(DocumentAdmin):
    inlines = (StockInline,)
    raw_id_fields = ("stored_in",)
    save_as = True


class CrateInline(DocumentTabularInline):
    model = Crate
    extra = 1


@admin.register(Rack)
class RackAdmin(DocumentAdmin):
    list_display = ("label", "warehouse", "formerly", "spares", "warehouse__name")
    list_filter = ("warehouse", "label", "warehouse__opened")
    search_fields = ("label", "warehouse__name")
    show_facets = admin.ShowFacets.ALWAYS
    autocomplete_fields = ("warehouse",)
    raw_id_fields = ("formerly",)
    filter_horizontal = ("spares",)
    inlines = (CrateInline,)


@admin.register(Warehouse)
class WarehouseAdmin(DocumentAdmin):
    list_display = ("id", "name", "opened")
    list_editable = ("name",)
    list_filter = ("opened",)
    search_fields = ("name",)
    date_hierarchy = "opened"
    show_facets = admin.ShowFacets.ALWAYS


@admin.register(Crate)
class CrateAdmin(DocumentAdmin):
    list_display = ("mark", "shelf")
    list_filter = ("shelf", "shelf__label")
    show_facets = admin.ShowFacets.ALWAYS


class RowInline(EmbeddedTabularInline):
    model = Picture
    field_name = "rows"
    extra = 1


class PaperInline(DocumentTabularInline):
    model = Paper
    exclude = ("note",)
    extra = 1


@admin.register(Folder)
class FolderAdmin(DocumentAdmin):
    list_display = ("name", "file", "photo", "seal", "files", "secret")
    exclude = ("secret",)
    readonly_fields = ("locked",)
    inlines = (RowInline, PaperInline)
    save_as = True


@admin.register(Slip)
class SlipAdmin(DocumentAdmin):
    pass


@admin.register(Contract)
class ContractAdmin(DocumentAdmin):
    list_display = ("title", "file")
    list_editable = ("file",)


@admin.register(Town, Ship, Ferry)
class PlaceAdmin(DocumentAdmin):
    list_display = ("name",)
    search_fields = ("name",)


@admin.register(Trip)
class TripAdmin(DocumentAdmin):
    list_display = ("title", "plain", "cached", "generic", "plains", "generics")
    save_as = True


class DrawerInline(EmbeddedTabularInline):
    model = Drawer
    field_name = "rows"
    extra = 1


@admin.register(Cabinet)
class CabinetAdmin(DocumentAdmin):
    inlines = (DrawerInline,)
    save_as = True


@admin.register(Sensor)
class SensorAdmin(DocumentAdmin):
    """Shows neither the serial number, which is a secret, nor the note."""

    fields = (
        *("name", "level", "seen", "parent", "measures", "labels", "free", "never"),
    )


@admin.register(Hull)
class HullAdmin(DocumentAdmin):
    """A guest sees the hulls of one yard only."""

    list_display = ("id", "name", "grade")
    search_fields = ("name",)
    list_per_page = 5

    def get_queryset(self, request):
        found = super().get_queryset(request)
        return found.filter(yard="mine") if request.user.username == "guest" else found


admin.site.register(Yard, DocumentAdmin)
admin.site.register(Patient, PatientAdmin)
admin.site.register(Stay, StayAdmin)
admin.site.register(Ward, WardAdmin)
