"""DocumentForm leaves alone what nobody touched, and odd documents raise nothing."""

import pytest
from django import forms

from admin_ext.forms import DocumentForm
from admin_ext.meta import present

from .twins.mongo.documents import Genre, Ticket


class TicketForm(DocumentForm):
    class Meta:
        model = Ticket
        fields = ("number", "holder", "seat", "tier", "genres")

    def clean_number(self):
        return self.cleaned_data["number"].strip()

    def clean_holder(self):
        return self.cleaned_data["holder"].title()

    def clean(self):
        if (self.cleaned_data.get("seat") or 0) > 400:
            raise forms.ValidationError("Too far away.")
        return self.cleaned_data


@pytest.fixture
def ticket(mongo):
    """Store a ticket; return the loaded one."""
    present(Ticket)

    def store(**values):
        mongo.tickets.insert_one({"_id": 1, **values})
        return Ticket._default_manager.get(pk=1)

    return store


def sent(form_class, document, **values):
    """Return the form as a browser sends it after ``values`` were entered."""
    shown = form_class(instance=document)
    data = {bound.html_name: bound.value() for bound in shown}
    data = {name: "" if value is None else value for name, value in data.items()}
    return form_class(data | values, instance=document)


def stored(mongo):
    return mongo.tickets.find_one({"_id": 1})


def test_method_of_the_form_gets_a_text_where_none_is_stored(mongo, ticket):
    document = ticket(tier="box")
    form = sent(TicketForm, document, seat="7")
    assert form.is_valid(), form.errors
    form.save()
    assert stored(mongo) == {"_id": 1, "tier": "box", "seat": 7}


def test_method_of_the_form_is_not_asked_about_an_odd_value(mongo, ticket):
    document = ticket(number=5, tier="box", holder=["x"])
    form = sent(TicketForm, document, seat="7")
    assert form.is_valid(), form.errors
    form.save()
    kept = {"_id": 1, "number": 5, "tier": "box", "holder": ["x"]}
    assert stored(mongo) == kept | {"seat": 7}


def test_what_a_method_of_the_form_returns_is_stored(mongo, ticket):
    form = sent(TicketForm, ticket(number="A-10", tier="box", holder="dan"))
    assert form.is_valid(), form.errors
    form.save()
    assert stored(mongo)["holder"] == "Dan"


def test_check_that_raises_on_a_stored_value_is_an_error_of_the_form(mongo, ticket):
    form = sent(TicketForm, ticket(number="A-10", seat="first"), tier="box")
    assert not form.is_valid()
    (message,) = form.non_field_errors()
    assert message.startswith("This cannot be checked as it is stored: ")
    assert "seat" not in form.errors
    assert sent(TicketForm, form.instance, tier="box", seat="5").is_valid()


def test_check_that_raises_on_a_new_document_is_raised(mongo):
    class Broken(TicketForm):
        def clean(self):
            return self.cleaned_data["number"] + 1

    with pytest.raises(TypeError):
        Broken({"number": "A-10", "tier": "box"}).is_valid()


def test_clean_of_the_document_that_raises_is_an_error_of_the_form(
    mongo, ticket, monkeypatch
):
    def clean(self):
        return len(self.holder)

    monkeypatch.setattr(Ticket, "clean", clean)
    form = sent(TicketForm, ticket(number="A-10", holder=7, tier="box"), seat="3")
    assert "This cannot be checked" in form.non_field_errors()[0]
    assert stored(mongo)["holder"] == 7


def test_stored_references_outside_of_the_limit_stay(mongo, ticket):
    present(Genre)
    mongo.genres.insert_many([{"_id": 1, "name": "Beat"}, {"_id": 2, "name": "Folk"}])
    document = ticket(number="A-10", tier="box", genres=[1])
    labels = [
        label for _, label in TicketForm(instance=document).fields["genres"].choices
    ]
    assert labels == ["Folk", "Beat"]
    form = sent(TicketForm, document, seat="3")
    assert form.is_valid(), form.errors
    form.save()
    assert stored(mongo)["genres"] == [1]


def test_required_field_that_nobody_touched_may_stay_missing(mongo, ticket):
    document = ticket(number="A-10")
    page = str(TicketForm(instance=document)["tier"])
    assert '<option value="" selected>---------</option>' in page
    assert "required" not in page
    form = sent(TicketForm, document, holder="Eve")
    assert form.is_valid(), form.errors
    form.save()
    assert stored(mongo) == {"_id": 1, "number": "A-10", "holder": "Eve"}
