"""How long the driver looks for a server within a time limit: a patch of pymongo's."""

from pymongo.synchronous.topology import Topology


def look_for_servers_no_longer():
    """Let a page whose server is down say so after ``serverSelectionTimeoutMS``.

    Within ``pymongo.timeout`` the driver (4.20) looks for a server as long as that
    lasts, though by its specification the shorter of both counts.
    https://github.com/mongodb/specifications/blob/master/source/client-side-operations-timeout/client-side-operations-timeout.md#server-selection
    """
    within_timeout = Topology.get_server_selection_timeout

    def shorter_of_both(self):
        own = self._settings.server_selection_timeout
        return min(own, within_timeout(self))

    Topology.get_server_selection_timeout = shorter_of_both
