"""Measurements, not tests: each prints a table. `make bench` runs those of `pages`."""
