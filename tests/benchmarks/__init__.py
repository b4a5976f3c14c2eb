"""Measurements, not tests: each prints a table. They are run by `make bench`."""
