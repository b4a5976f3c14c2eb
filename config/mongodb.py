"""The embedded development MongoDB: a real mongod, from a wheel."""

DEFAULT_PORT = 27117
DATABASE = "notes"


def default_uri(data_dir):
    """Return the connection string of the embedded server of a data folder."""
    return uri(recorded_port(data_dir) or DEFAULT_PORT)


def uri(port, database=DATABASE):
    """Return the connection string of an embedded server's database."""
    return f"mongodb://127.0.0.1:{port}/{database}?directConnection=true"


def recorded_port(data_dir):
    """Return the port that the embedded server last had, or None."""
    try:
        return int((data_dir / "port").read_text())
    except (FileNotFoundError, ValueError):
        return None
