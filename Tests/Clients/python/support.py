"""A server in a process of its own, and what tests with clients of it have in common."""

import faulthandler
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import uuid

from kurrentdbclient import KurrentDBClient, NewEvent, exceptions

BINARY = os.environ["DAYBOOK_BINARY"]
THOROUGH = os.environ.get("DAYBOOK_THOROUGH") == "1"
# A sanitizer (Scripts/sanitize) keeps several bytes for each one of the server.
MEMORY_TIMES = 8 if {"TSAN_OPTIONS", "ASAN_OPTIONS"} & set(os.environ) else 1

# A test ends after so long, whatever it waits for.
TEST_SECONDS_MAX = 600 if THOROUGH else 120
# What a server may take to start or to end, on a machine that does much else.
TURN_SECONDS_MAX = 60


class Server:
    """`daybook serve` on a free port of this machine, or on one that it had before."""

    def __init__(self, store, *flags):
        self.store = store
        self.flags = flags
        self.port = 0
        self.process = None
        self.log = []
        self.start()

    def start(self):
        """Starts it and waits until it says that it serves."""
        words = [BINARY, "serve", "--store", self.store, "--port", str(self.port), "--json"]
        self.process = subprocess.Popen(
            words + list(self.flags), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env={**os.environ, "SWIFT_BACKTRACE": "enable=no"})
        self.reader = threading.Thread(
            target=self._keep_log, args=(self.process.stderr,), daemon=True)
        self.reader.start()
        line = self.process.stdout.readline()
        if not line:
            self.ended()
            raise AssertionError(f"the server does not start: {self.log}")
        self.port = json.loads(line)["port"]

    def _keep_log(self, stream):
        for line in stream:
            self.log.append(line.decode(errors="replace").rstrip())

    def stop(self):
        """Asks it to end, and waits for that: with its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def kill(self):
        """Ends it as a power cut does."""
        self.process.kill()
        self.ended()

    def ended(self):
        code = self.process.wait(TURN_SECONDS_MAX)
        self.reader.join(TURN_SECONDS_MAX)
        self.process.stdout.close()
        self.process.stderr.close()
        return code

    @property
    def is_running(self):
        return self.process.poll() is None

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def memory(self):
        """The bytes of memory that it has for itself."""
        return self._memory("RssAnon:")

    @property
    def memory_peak(self):
        """The most bytes of memory that it ever had, what it shares with others among them."""
        return self._memory("VmHWM:")

    def _memory(self, name):
        with open(f"/proc/{self.process.pid}/status") as status:
            for line in status:
                if line.startswith(name):
                    return int(line.split()[1]) << 10
        raise AssertionError("the system does not tell the memory of a process")

    def errors(self):
        """What it says in its log that has gone wrong."""
        return [line for line in self.log if '"level":"error"' in line.replace(" ", "")
                or not line.startswith("{")]

    def client(self, **words):
        return KurrentDBClient(f"kdb://{self.address}?Tls=false", **words)


class Bounded(unittest.TestCase):
    """Tests that end."""

    seconds_max = TEST_SECONDS_MAX

    def setUp(self):
        def give_up(*_):
            raise AssertionError(f"not done after {self.seconds_max} s")

        signal.signal(signal.SIGALRM, give_up)
        signal.alarm(self.seconds_max)
        # Where not even that helps.
        faulthandler.dump_traceback_later(self.seconds_max + 30, exit=True)
        self.addCleanup(faulthandler.cancel_dump_traceback_later)
        self.addCleanup(signal.alarm, 0)
        self.seed = int(os.environ.get("DAYBOOK_SEED", random.randrange(1 << 32)))
        self.random = random.Random(self.seed)

    def folder(self):
        """A folder that is gone after the test."""
        path = tempfile.mkdtemp(prefix="daybook-clients-")
        self.addCleanup(shutil.rmtree, path, ignore_errors=True)
        return path

    def server(self, *flags, store=None):
        """A server of this test alone, on a store of its own."""
        server = Server(store or self.folder() + "/store", *flags)
        self.addCleanup(lambda: server.is_running and server.kill())
        return server

    def client(self, server, **words):
        client = server.client(**words)
        self.addCleanup(client.close)
        return client

    def reached(self, client):
        """The client, once it has reached a server that was started again.

        All clients of a process that tried while there was none wait a while before they try again,
        and fail at once until then, also those that are made later.
        """
        def answered():
            try:
                client.get_commit_position(timeout=TURN_SECONDS_MAX)
            except exceptions.KurrentDBClientError:
                return False
            return True

        self.eventually(answered, "a client reaches the server that was started again")
        return client

    def eventually(self, condition, what):
        """Asks until the answer is yes."""
        end = time.monotonic() + TURN_SECONDS_MAX
        while not (answer := condition()):
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.01)
        return answer


class Served(Bounded):
    """Tests that share one server, each with streams of its own."""

    flags = ()

    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.mkdtemp(prefix="daybook-clients-")
        cls.addClassCleanup(shutil.rmtree, cls.place, ignore_errors=True)
        cls.served = Server(cls.place + "/store", *cls.flags)
        cls.addClassCleanup(cls._end)
        cls.db = cls.served.client()
        cls.addClassCleanup(cls.db.close)

    @classmethod
    def _end(cls):
        if not cls.served.is_running:
            raise AssertionError(f"the server is gone: {cls.served.log[-20:]}")
        code = cls.served.stop()
        if code != 0 or cls.served.errors():
            raise AssertionError(f"the server ended with {code}: {cls.served.errors()[-20:]}")

    def stream(self, category="account"):
        """The name of a stream that nobody else has."""
        return f"{category}-{uuid.uuid4().hex}"


def event(type="Deposited", data=b'{"amount": 50}', **words):
    return NewEvent(type=type, data=data, **words)


def events(count, type="Deposited"):
    return [event(type, b'{"number": %d}' % number) for number in range(count)]


def ids(events):
    return [event.id for event in events]


def positions(events):
    """The revisions of events that were read."""
    return [event.stream_position for event in events]
