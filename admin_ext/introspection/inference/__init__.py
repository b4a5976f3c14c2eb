"""Profiles of collections → the Documents that a person might have declared."""

from .database import infer, infer_database

__all__ = ["infer", "infer_database"]
