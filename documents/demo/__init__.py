"""Demo data: what the note-taking service would have written in a few years.

It is written with the driver, as the service would, never through mongoengine, and
every key, date and word follows from the seed.
"""

from .load import ForeignDocuments, is_loaded, load

__all__ = ["ForeignDocuments", "is_loaded", "load"]
