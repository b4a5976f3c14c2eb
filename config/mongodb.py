"""The embedded development MongoDB: a real mongod, from a wheel."""

import contextlib
import errno
import fcntl
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from importlib.util import find_spec
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

DEFAULT_PORT = 27117
DATABASE = "notes"
REPLICA_SET = "embedded"

START_TIMEOUT = 60  # seconds; a killed run's journal may have to be replayed
STOP_TIMEOUT = 20  # seconds
POLL = 0.02  # seconds
ADDRESS_IN_USE = 48  # mongod's exit code
LISTENING = b'"id":23016,'  # in its log: "Waiting for connections"

# Codes of MongoDB's errors:
# https://www.mongodb.com/docs/manual/reference/error-codes/
NOT_YET_INITIALIZED = 94
ALREADY_INITIALIZED = 23

OWN_SERVER = (
    "set MONGODB_URI to a MongoDB server of your own, as in "
    "mongodb://host:27017/database."
)

# Asks the kernel to stop the process when its parent ends in any way (1 is
# PR_SET_PDEATHSIG, 15 is SIGTERM), then becomes mongod. In a program of its own
# because code between fork and exec is not safe beside the driver's threads.
LAUNCHER = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(1, 15)
if os.getppid() != int(sys.argv[1]):
    sys.exit("the parent is gone")
os.execv(sys.argv[2], sys.argv[2:])
"""


class EmbeddedMongoDBError(Exception):
    """The embedded MongoDB cannot run; the message says why in one sentence."""


def default_uri(data_dir):
    """Return the connection string of the embedded server of a data folder."""
    return uri_for_port(recorded_port(data_dir) or DEFAULT_PORT)


def uri_for_port(port, database=DATABASE):
    """Return the connection string of an embedded server's database."""
    return f"mongodb://127.0.0.1:{port}/{database}?directConnection=true"


def recorded_port(data_dir):
    """Return the port that the embedded server last had, or None."""
    try:
        return int((data_dir / "port").read_text())
    except (FileNotFoundError, ValueError):
        return None


class EmbeddedMongoDB:
    """A single-node replica set on the loopback interface, as a context manager.

    The server ends with the process that started it, even if that is killed.
    Without a port, the one of the last run is used, or DEFAULT_PORT, or any free
    one. Raise EmbeddedMongoDBError if it cannot be started. ``parameters`` are more of
    the server's, as ``enableTestCommands=1``; ``cache`` is its memory for data, in GB.
    """

    def __init__(self, data_dir, port=None, parameters=(), cache=0.5):
        self.data_dir = Path(data_dir).absolute()
        self.wanted_port = port
        self.parameters = parameters
        self.cache = cache
        self.port = None
        self._lock = None
        self._process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc_info):
        self.stop()

    @property
    def uri(self):
        """The connection string of the server's default database."""
        return uri_for_port(self.port)

    @property
    def pid(self):
        """The process id of mongod, or None."""
        return self._process and self._process.pid

    @property
    def log(self):
        """The file that mongod writes its log to."""
        return self.data_dir / "mongod.log"

    def start(self):
        """Start mongod and wait until it accepts writes."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._lock = lock_folder(self.data_dir)
        try:
            stop_left_over(self.data_dir)
            self._start_on_a_port(*find_mongod(self.data_dir))
        except BaseException:
            self.stop()
            raise
        (self.data_dir / "port").write_text(f"{self.port}\n")

    def stop(self):
        """Stop mongod, if it runs, and wait until it has ended."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _start_on_a_port(self, mongod, environment):
        """Start mongod; another program may take a free port before it does."""
        for port in self._candidate_ports():
            self.port = port
            self.log.write_bytes(b"")
            self._process = spawn(mongod, self._arguments(), environment)
            if self._wait_until_listening():
                self._wait_until_primary()
                return
            self._process = None
        raise EmbeddedMongoDBError(
            f"Port {self.port}, wanted for the embedded MongoDB, is used by another "
            "program."
        )

    def _candidate_ports(self):
        if self.wanted_port:
            candidates = [self.wanted_port]
        else:
            candidates = [recorded_port(self.data_dir), DEFAULT_PORT, *free_ports(3)]
        usable = [port for port in candidates if port and is_port_free(port)]
        self.port = candidates[-1]
        return usable

    def _arguments(self):
        return [
            *("--dbpath", str(self.data_dir)),
            *("--port", str(self.port)),
            *("--bind_ip", "127.0.0.1", "--nounixsocket"),
            *("--replSet", REPLICA_SET, "--oplogSize", "128"),  # MB
            *("--wiredTigerCacheSizeGB", str(self.cache)),
            *("--logpath", str(self.log), "--logappend", "--quiet"),
            *("--enableFreeMonitoring", "off"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
            # There is no other member to hand over to before stopping.
            *("--setParameter", "shutdownTimeoutMillisForSignaledShutdown=0"),
            *(part for each in self.parameters for part in ("--setParameter", each)),
        ]

    def _wait_until_listening(self):
        """Return whether mongod listens, False if another program has its port."""
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            if self._process.poll() is not None and self._is_address_in_use():
                return False
            self._check_alive()
            # Whether the port answers would not do: another program's may.
            if LISTENING in self.log.read_bytes():
                return True
            time.sleep(POLL)
        raise self._failure("did not listen in time")

    def _is_address_in_use(self):
        """Tell whether mongod ended because of its port.

        When two bind at the same moment the second aborts while it starts to listen.
        """
        is_known = self._process.returncode == ADDRESS_IN_USE
        return is_known or b"Address already in use" in self.log.read_bytes()

    def _wait_until_primary(self):
        """Initiate or repair the replica set and wait until it accepts writes."""
        deadline = time.monotonic() + START_TIMEOUT
        with MongoClient(
            "127.0.0.1",
            self.port,
            directConnection=True,
            serverSelectionTimeoutMS=START_TIMEOUT * 1000,
        ) as client:
            try:
                configure_replica_set(client, f"127.0.0.1:{self.port}")
                while not client.admin.command("hello")["isWritablePrimary"]:
                    self._check_alive()
                    if time.monotonic() > deadline:
                        raise self._failure("did not become primary in time")
                    time.sleep(POLL)
            except PyMongoError as error:
                raise self._failure(f"cannot be used ({error})") from error

    def _check_alive(self):
        if self._process.poll() is not None:
            raise self._failure(f"ended with exit code {self._process.returncode}")

    def _failure(self, what):
        lines = self.log.read_text(errors="replace").splitlines()[-5:]
        return EmbeddedMongoDBError(
            "\n".join([f"The embedded MongoDB {what}; the end of {self.log}:", *lines])
        )


def configure_replica_set(client, host):
    """Make the server the only member of its replica set, under its present port."""
    try:
        config = client.admin.command("replSetGetConfig")["config"]
    except OperationFailure as error:
        if error.code != NOT_YET_INITIALIZED:
            raise
        initiate_replica_set(client, host)
        return
    if config["members"][0]["host"] != host:
        config["members"][0]["host"] = host
        config["version"] += 1
        client.admin.command("replSetReconfig", config, force=True)


def initiate_replica_set(client, host):
    """Initiate it. The driver sends a command again when its answer was lost."""
    members = [{"_id": 0, "host": host}]
    try:
        client.admin.command(
            "replSetInitiate", {"_id": REPLICA_SET, "members": members}
        )
    except OperationFailure as error:
        if error.code != ALREADY_INITIALIZED:
            raise


def spawn(mongod, arguments, environment):
    """Start mongod as a process that ends with this one; return its Popen.

    The kernel takes the end of the thread that started a process for the end of
    its parent, so the thread stays until mongod has ended. A session of its own
    keeps the terminal's Ctrl-C away from it: the parent stops it in order.
    """
    command = [sys.executable, "-I", "-S", "-c", LAUNCHER, str(os.getpid()), mongod]
    started = []
    is_started = threading.Event()

    def start_and_stay():
        try:
            process = subprocess.Popen(
                [*map(str, command), *arguments],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            started.append(process)
        finally:
            is_started.set()
        process.wait()

    threading.Thread(target=start_and_stay, name="mongod", daemon=True).start()
    is_started.wait()
    return started[0]


def lock_folder(data_dir):
    """Return an open file whose lock says that the data folder is ours.

    The kernel drops the lock when this process ends. Raise EmbeddedMongoDBError
    if another process has it.
    """
    lock = (data_dir / "owner.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with lock:
            lock.seek(0)
            owner = lock.read() or "another process"
        raise EmbeddedMongoDBError(
            f"The embedded MongoDB of {data_dir} is already running, started by "
            f"{owner}."
        ) from None
    lock.truncate(0)
    lock.write(f"process {os.getpid()}")
    lock.flush()
    return lock


def stop_left_over(data_dir):
    """Stop the mongod of a killed run, if it still has the data folder."""
    pid = recorded_pid(data_dir)
    if pid is None or not is_mongod_of(pid, data_dir):
        return
    for sign, seconds in ((signal.SIGTERM, STOP_TIMEOUT), (signal.SIGKILL, 5)):
        os.kill(pid, sign)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not is_mongod_of(pid, data_dir):
                return
            time.sleep(POLL)
    raise EmbeddedMongoDBError(f"Process {pid} has {data_dir} and cannot be stopped.")


def recorded_pid(data_dir):
    """Return the process id that mongod wrote into its lock file, or None."""
    try:
        return int((data_dir / "mongod.lock").read_text())
    except (FileNotFoundError, ValueError):
        return None


def is_mongod_of(pid, data_dir):
    """Return whether a process is a mongod on this data folder."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False
    return Path(os.fsdecode(command[0])).name == "mongod" and (
        os.fsencode(data_dir) in command
    )


def is_port_free(port, host="127.0.0.1"):
    """Return whether a port can be listened on."""
    with socket.socket() as probe:
        # As servers do, so that a port just left by one counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            # A low port that only root may use is not free for us either.
            return error.errno not in (errno.EADDRINUSE, errno.EACCES)
    return True


# Below those from which Linux takes one for an outgoing connection, perhaps just
# before it is listened on (ip_local_port_range: from 32768).
PORTS = range(20_000, 32_768)


def free_ports(count):
    """Return ports that nothing listens on at the moment."""
    probes = []
    for port in random.sample(PORTS, len(PORTS)):
        if len(probes) == count:
            break
        with contextlib.suppress(OSError):
            probes.append(socket.create_server(("127.0.0.1", port)))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


# The binary and its shared libraries


def find_mongod(data_dir):
    """Return mongod's path and the environment in which it can be run.

    Raise EmbeddedMongoDBError if there is none for this machine.
    """
    mongod = executable(packaged_mongod(), data_dir)
    environment = {"PATH": os.defpath, "LC_ALL": "C"}
    problem = load_problem(mongod, environment)
    if "libcurl.so.4" in problem:
        environment["LD_LIBRARY_PATH"] = bundled_libcurl(data_dir)
        problem = load_problem(mongod, environment)
    if problem:
        raise EmbeddedMongoDBError(explain(problem))
    return mongod, environment


def packaged_mongod():
    """Return the path of the mongod that the wheel carries."""
    spec = find_spec("fiftyone")
    for folder in (spec and spec.submodule_search_locations) or ():
        mongod = Path(folder, "db", "bin", "mongod")
        if mongod.is_file():
            return mongod
    raise EmbeddedMongoDBError(
        "The embedded MongoDB is there for Linux on x86_64 only; " + OWN_SERVER
    )


def executable(mongod, data_dir):
    """Return mongod, made executable where the installer dropped the bit."""
    if os.access(mongod, os.X_OK):
        return mongod
    try:
        mongod.chmod(0o755)
    except PermissionError:
        copy = data_dir / "bin" / "mongod"
        copy.parent.mkdir(exist_ok=True)
        shutil.copyfile(mongod, copy)
        copy.chmod(0o755)
        return copy
    return mongod


def load_problem(mongod, environment):
    """Return what keeps mongod from being run at all, or an empty string."""
    result = subprocess.run(
        [mongod, "--version"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode == 0:
        return ""
    return result.stderr.strip() or f"exit code {result.returncode}"


def explain(problem):
    """Return the sentence for a reason that keeps mongod from being run."""
    if "libcurl" in problem:
        return (
            "The embedded MongoDB needs libcurl.so.4: run `apt-get install libcurl4`, "
            "or " + OWN_SERVER
        )
    if "libssl.so.3" in problem or "libcrypto.so.3" in problem:
        return (
            "The embedded MongoDB needs OpenSSL 3 (libssl.so.3), which this system "
            "does not have; " + OWN_SERVER
        )
    if problem == f"exit code {-signal.SIGILL}":
        return (
            "The embedded MongoDB needs a processor with AVX, which this one does not "
            "have; " + OWN_SERVER
        )
    return f"The embedded MongoDB cannot be run here ({problem}); {OWN_SERVER}"


def bundled_libcurl(data_dir):
    """Return a library path with the libcurl that pycurl's wheel bundles.

    A minimal Debian has no libcurl.so.4. The wheel's has a name of its own, by
    which mongod would not find it. Empty if the wheel is not there.
    """
    spec = find_spec("pycurl")
    libraries = spec and Path(spec.origin).parent.parent / "pycurl.libs"
    found = sorted(libraries.glob("libcurl-*.so*")) if libraries else []
    if not found:
        return ""
    folder = data_dir / "lib"
    folder.mkdir(exist_ok=True)
    link = folder / "libcurl.so.4"
    link.unlink(missing_ok=True)
    link.symlink_to(found[0])
    return f"{folder}:{libraries}"
