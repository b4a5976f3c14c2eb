"""Admins of the tests' own Documents."""

from django.contrib import admin

from admin_ext import (
    DocumentAdmin,
    DocumentTabularInline,
    EmbeddedStackedInline,
    EmbeddedTabularInline,
)

from .documents import Address, Author, Book, Chapter, Publisher, Review


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
