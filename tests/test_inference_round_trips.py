"""Documents of each rule are read with mongoengine, and saved as they were."""

import pytest

from .round_trips import generated, saved_otherwise
from .test_inference_pages import COLLECTIONS

# What mongoengine by itself does not load or save, which comments tell: null among
# embedded documents, an empty text for an ObjectId.
REFUSED = {"lists", "odd"}


@pytest.mark.django_db
@pytest.mark.parametrize("name", [each for each in COLLECTIONS if each not in REFUSED])
def test_loaded_documents_are_saved_as_they_were(
    name, bare_mongo, mongodb_database, tmp_path
):
    bare_mongo[name].insert_many([{**each} for each in COLLECTIONS[name]])
    with generated(bare_mongo, tmp_path) as app:
        assert saved_otherwise(app, mongodb_database) == []
