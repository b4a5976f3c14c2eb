"""Settings, entry points and the embedded development MongoDB."""
