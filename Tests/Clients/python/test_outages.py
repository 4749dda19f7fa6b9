"""A server that is killed while clients write, and one whose disk is full."""

import os
import random
import shutil
import subprocess
import tempfile
import threading
import time
import unittest
import uuid

import grpc
from kurrentdbclient import NewEvents, StreamState, exceptions

from support import THOROUGH, Bounded, event, events, ids

ANY, NO_STREAM = StreamState.ANY, StreamState.NO_STREAM


class Writer(threading.Thread):
    """Appends to streams of its own, and repeats what was not acknowledged until it is."""

    def __init__(self, number, server, seed, over):
        super().__init__(daemon=True)
        self.random = random.Random(f"{seed}-{number}")
        self.streams = [f"load-{number}-{part}" for part in range(2)]
        self.expected = {stream: [] for stream in self.streams}
        self.client = server.client()
        self.over = over
        self.acknowledged = 0
        self.repeated = 0
        self.fault = None

    def run(self):
        try:
            while not self.over.is_set():
                self.append()
        except Exception as fault:
            self.fault = fault
        finally:
            self.client.close()

    def append(self):
        """One append of one of the kinds, whole or not at all, until it is acknowledged."""
        kind = self.random.choice(["one", "list", "any", "several"])
        stream = self.random.choice(self.streams)
        count = 1 if kind == "one" else self.random.randrange(1, 20)
        new = {stream: [event(data=os.urandom(self.random.randrange(300)),
                              content_type="application/octet-stream") for _ in range(count)]}
        if kind == "several":
            new = {stream: events(2) for stream in self.streams}
        versions = {stream: len(self.expected[stream]) - 1 for stream in new}
        versions = {s: NO_STREAM if v < 0 else v for s, v in versions.items()}
        while True:
            try:
                self.submit(kind, new, versions)
                break
            except exceptions.WrongCurrentVersionError:
                raise
            except exceptions.KurrentDBClientError:
                # Nobody knows whether it was recorded: that is what a repetition is for.
                self.repeated += 1
                if self.over.is_set():
                    return
                time.sleep(0.02)
        for stream, added in new.items():
            self.expected[stream] += ids(added)
        self.acknowledged += 1

    def submit(self, kind, new, versions):
        (stream, added), *_ = new.items()
        if kind == "one":
            self.client.append_event(
                stream, current_version=versions[stream], event=added[0], timeout=10)
        elif kind == "several":
            self.client.multi_append_to_stream(
                [NewEvents(s, n, versions[s]) for s, n in new.items()], timeout=10)
        else:
            version = ANY if kind == "any" else versions[stream]
            self.client.append_events(stream, current_version=version, events=added, timeout=10)


class KillTests(Bounded):
    # How often the server is killed.
    kills = 40 if THOROUGH else 4

    def test_what_was_acknowledged_stays_and_nothing_comes_twice(self):
        server = self.server()
        over = threading.Event()
        writers = [Writer(number, server, self.seed, over) for number in range(6)]
        for writer in writers:
            writer.start()
        for _ in range(self.kills):
            done = sum(writer.acknowledged for writer in writers)
            self.eventually(
                lambda: sum(writer.acknowledged for writer in writers) > done + 20
                or any(writer.fault for writer in writers), f"appends go on, seed {self.seed}")
            time.sleep(self.random.random() * 0.5)
            server.kill()
            time.sleep(self.random.random() * 0.2)
            server.start()
        over.set()
        for writer in writers:
            writer.join(60)
            self.assertFalse(writer.is_alive())
            self.assertIsNone(writer.fault, f"seed {self.seed}")
        self.assertGreater(sum(writer.repeated for writer in writers), 0)
        self.check(server, writers)
        self.assertEqual(server.stop(), 0)

    def check(self, server, writers):
        client = self.reached(self.client(server))
        everything = []
        for writer in writers:
            for stream, expected in writer.expected.items():
                if not expected:
                    continue
                recorded = client.get_stream(stream)
                everything += ids(recorded)
                # Behind what was acknowledged stands at most the append that was given up.
                self.assertEqual(ids(recorded)[:len(expected)], expected, f"seed {self.seed}")
                self.assertLessEqual(len(recorded), len(expected) + 20)
                self.assertEqual(
                    [e.stream_position for e in recorded], list(range(len(recorded))))
        self.assertEqual(len(everything), len(set(everything)), f"seed {self.seed}")
        with client.read_all() as response:
            all = ids(response)
        self.assertLessEqual(set(everything), set(all))
        self.assertEqual(len(all), len(set(all)))
        print(f"{len(all)} events, {self.kills} kills, seed {self.seed}", end=" ", flush=True)

    @staticmethod
    def subscribed(client, position):
        """A subscription; nothing while the client believes that the server is not there."""
        try:
            return client.subscribe_to_all(commit_position=position, timeout=30)
        except exceptions.KurrentDBClientError:
            return None

    def test_a_subscription_that_goes_on_after_each_kill_sees_each_event_once(self):
        server = self.server()
        client = self.client(server)
        over, taken = threading.Event(), []
        writer = Writer(0, server, self.seed, over)
        writer.start()
        position = None
        for _ in range(self.kills):
            subscription = self.eventually(
                lambda: self.subscribed(client, position), "the server is there again")
            killer = threading.Timer(0.3 + self.random.random() * 0.5, server.kill)
            killer.start()
            try:
                for each in subscription:
                    taken.append(each)
                    position = each.commit_position
            except exceptions.KurrentDBClientError:
                pass
            killer.join()
            server.start()
        over.set()
        writer.join(60)
        self.assertIsNone(writer.fault, f"seed {self.seed}")
        with self.reached(client).read_all() as response:
            recorded = list(response)
        # All that was told of is there: nothing is told before it is durable.
        self.assertGreater(len(taken), 0)
        self.assertEqual(ids(taken), ids(recorded)[:len(taken)], f"seed {self.seed}")


class SmallDisk:
    """A file system that is full soon: in memory, or ext4 in a file."""

    def __init__(self, megabytes, kind="tmpfs"):
        self.path = tempfile.mkdtemp(prefix="daybook-small-")
        self.image = self.path + ".image"
        steps = [["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", self.path]]
        if kind == "ext4":
            steps = [["truncate", "-s", f"{megabytes}M", self.image],
                     ["mkfs.ext4", "-q", "-m", "0", self.image],
                     ["mount", "-o", "loop", self.image, self.path]]
        if not all(shutil.which(step[0]) for step in steps) or any(
                subprocess.run(step, capture_output=True).returncode for step in steps):
            self.forget()
            raise unittest.SkipTest("a file system can be mounted by root only, and not everywhere")

    def fill(self):
        """Takes all the room that is left."""
        with open(self.path + "/ballast", "ab", buffering=0) as file:
            size = 1 << 20
            while size:
                try:
                    file.write(bytes(size))
                except OSError:
                    size //= 2
            os.fsync(file)

    def free(self):
        os.remove(self.path + "/ballast")

    def remove(self):
        subprocess.run(["umount", "-l", self.path], check=True, capture_output=True)
        self.forget()

    def forget(self):
        os.rmdir(self.path)
        if os.path.exists(self.image):
            os.remove(self.image)


class FullDiskTests(Bounded):
    def test_a_full_disk_is_told_and_nothing_is_lost(self):
        self.fill_and_free(SmallDisk(64))

    def test_so_it_is_on_a_file_system_with_a_journal_of_its_own(self):
        self.fill_and_free(SmallDisk(96, "ext4"))

    def fill_and_free(self, disk):
        self.addCleanup(disk.remove)
        server = self.server(store=disk.path + "/store")
        client = self.client(server)
        written = []

        def append(kind):
            new = [event(data=bytes(100_000), content_type="application/octet-stream")]
            version = len(written) - 1 if written else NO_STREAM
            if kind == "list":
                client.append_events("account-1", current_version=version, events=new)
            elif kind == "one":
                client.append_event("account-1", current_version=version, event=new[0])
            else:
                client.multi_append_to_stream([NewEvents("account-1", new, version)])
            written.extend(ids(new))

        append("one")
        disk.fill()
        refusals = {}
        for kind in ("list", "one", "several"):
            for _ in range(200):
                try:
                    append(kind)
                except exceptions.KurrentDBClientError as refusal:
                    refusals[kind] = refusal
                    break
        self.assertEqual(set(refusals), {"list", "one", "several"})
        for kind, refusal in refusals.items():
            self.assertNotIsInstance(refusal, exceptions.ServiceUnavailableError)
            # For a list the client keeps the words to itself.
            if kind == "list":
                self.assertIsInstance(refusal, exceptions.UnknownError)
            else:
                self.assertRegex(str(refusal), "(?i)disk is full|no space", kind)
        self.assertEqual(self.code(server), grpc.StatusCode.RESOURCE_EXHAUSTED)
        # It goes on serving what there is.
        self.assertEqual(ids(client.get_stream("account-1")), written)
        disk.free()

        def goes_on():
            try:
                append("list")
            except exceptions.KurrentDBClientError:
                return False
            return True

        self.eventually(goes_on, "appends go on when there is room")
        for kind in ("one", "several", "list"):
            append(kind)
        self.assertEqual(ids(client.get_stream("account-1")), written)
        self.assertEqual(server.stop(), 0)
        server.start()
        self.assertEqual(ids(self.reached(client).get_stream("account-1")), written)

    def code(self, server):
        """The code with which a single append ends, as gRPC tells it."""
        from test_raw_calls import append_requests, proposed
        with grpc.insecure_channel(server.address) as channel:
            method = channel.stream_unary("/event_store.client.streams.Streams/Append")
            requests = append_requests(f"account-{uuid.uuid4()}", proposed(data=bytes(1 << 20)))
            try:
                method((request.SerializeToString() for request in requests), timeout=30)
            except grpc.RpcError as error:
                return error.code()
        return None

    def test_a_server_started_on_a_full_disk_says_so(self):
        disk = SmallDisk(8)
        self.addCleanup(disk.remove)
        disk.fill()
        with self.assertRaisesRegex(AssertionError, "(?i)disk|space|room"):
            self.server(store=disk.path + "/store")
        disk.free()
        client = self.client(self.server(store=disk.path + "/store"))
        client.append_event("account-1", current_version=NO_STREAM, event=event())
