"""The notes service as SQL models under Django's own admin."""
