"""From a database to Documents and an admin, and back: nothing is changed.

Real data, and random schemas: the Documents are those that a person would declare,
every page opens, and to save what nobody touched changes no byte. TRY=20 tries twenty
times as many random ones; ROUND_TRIP=0 opens every document of the real ones.
"""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .data_sets import DATA_SETS
from .properties import times
from .round_trips import documents_of, generated, saved_otherwise, sent_otherwise
from .schemas import disagreements, documents, schemas

pytestmark = pytest.mark.django_db

# Documents of each collection whose pages are opened; 0 for all.
OPENED = int(os.environ.get("ROUND_TRIP", "10"))


@pytest.fixture(params=DATA_SETS, ids=lambda each: each.name)
def data(request, bare_mongo):
    """A data set that is stored; published ones are not part of this project."""
    if not request.param.is_here:
        names = ", ".join(request.param.files)
        pytest.skip(f"The published samples are not here: {names}")
    request.param.load(bare_mongo)
    return request.param


@pytest.fixture
def app(data, bare_mongo, tmp_path):
    with generated(bare_mongo, tmp_path) as app:
        yield app


def test_documents_are_those_of_a_person(app, data):
    classes = {each._get_collection_name(): each for each in documents_of(app)}
    assert data.otherwise(classes) == data.disagreements


def test_every_document_is_saved_as_it_was(app, mongodb_database):
    assert documents_of(app)
    assert saved_otherwise(app, mongodb_database) == []


def test_pages_that_nobody_touched_change_nothing(app, mongodb_database, admin_client):
    for each in documents_of(app):
        assert admin_client.get(app.list_url(each.__name__)).status_code == 200
    assert sent_otherwise(app, mongodb_database, admin_client, most=OPENED) == []


@times(8)
@given(schema=schemas, seed=st.integers(0, 10_000))
def test_random_schemas_are_found_again_and_their_documents_saved_untouched(
    bare_mongo, admin_client, tmp_path_factory, schema, seed
):
    bare_mongo.things.drop()
    bare_mongo.things.insert_many(documents(schema, seed, 120))
    with generated(bare_mongo, tmp_path_factory.mktemp("app")) as app:
        (document,) = documents_of(app)
        assert not disagreements(document, schema)
        assert saved_otherwise(app, bare_mongo) == []
        assert sent_otherwise(app, bare_mongo, admin_client, most=8) == []
