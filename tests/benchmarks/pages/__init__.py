"""What a page costs here, in Django's admin on SQLite, and with the driver alone.

Run by `make bench`; docs/speed.md tells what is measured and how.
"""
