"""Clients that send much and end nothing: what they can make the server hold has a limit, and is given back."""

import socket
import struct
import time
import uuid

from kurrentdbclient import StreamState, exceptions
from kurrentdbclient.protos.v1 import shared_pb2, streams_pb2

from support import Bounded, event
from wire import PREFACE, Wire, message

STREAMS = "/event_store.client.streams.Streams/"
MEGABYTE = 1 << 20
# The least that the server takes for what is under way.
ROOM = 64 * MEGABYTE


class HeldBytesTests(Bounded):
    def setUp(self):
        super().setUp()
        self.one = self.server("--in-flight-bytes-max", "64M")

    def pour(self, path, bodies):
        """Begins a call with each body on one connection and ends none.
        Gives how many calls the server ended, and how much memory it has for the rest."""
        before = self.one.memory
        with Wire(self.one) as wire:
            for number, body in enumerate(bodies):
                wire.send(wire.head(path, stream=2 * number + 1))
                wire.pour(2 * number + 1, body)
            grown = self.one.memory - before
            ended = dict(wire.ended)
        print(f"{grown >> 20} MB held, {len(ended)} of {len(bodies)} ended", end=" ", flush=True)
        self.assertEqual(set(ended.values()), {"8"}, "they are told that there is no room")
        # A buffer that grows has twice what is in it.
        self.assertLess(grown, 2 * ROOM)
        return ended

    def tearDown(self):
        """All of it is given back: an append that needs much of the room is taken."""
        client = self.client(self.one)
        new = [event(data=bytes(15 * MEGABYTE)) for _ in range(2)]
        client.append_events("after-1", current_version=StreamState.NO_STREAM, events=new)
        self.assertEqual(client.get_current_version("after-1"), 1)
        self.assertEqual(self.one.stop(), 0)
        self.assertEqual(self.one.errors(), [])

    def test_messages_that_are_never_whole(self):
        half = struct.pack(">BI", 0, 20 * MEGABYTE) + bytes(10 * MEGABYTE)
        ended = self.pour(STREAMS + "Delete", [half] * 30)
        self.assertGreaterEqual(len(ended), 30 - ROOM // (10 * MEGABYTE))

    def test_appends_that_are_never_whole(self):
        def piece(number):
            request = streams_pb2.BatchAppendReq(
                correlation_id=shared_pb2.UUID(string=str(uuid.uuid4())))
            request.options.stream_identifier.stream_name = b"account-1"
            request.options.any.SetInParent()
            request.proposed_messages.add(
                id=shared_pb2.UUID(string=str(uuid.uuid4())), data=bytes(10 * MEGABYTE),
                metadata={"type": "A", "content-type": "application/octet-stream"})
            return message(request.SerializeToString())

        before = self.one.memory
        with Wire(self.one) as wire:
            wire.send(wire.head(STREAMS + "BatchAppend"))
            for number in range(30):
                wire.pour(1, piece(number))
            self.assertEqual(wire.ended, {}, "appends are refused, and their call goes on")
            grown = self.one.memory - before
        print(f"{grown >> 20} MB held", end=" ", flush=True)
        self.assertLess(grown, 2 * ROOM)

    def test_appends_that_are_never_ended(self):
        options = streams_pb2.AppendReq()
        options.options.stream_identifier.stream_name = b"account-1"
        options.options.any.SetInParent()
        one = streams_pb2.AppendReq(proposed_message=streams_pb2.AppendReq.ProposedMessage(
            id=shared_pb2.UUID(string=str(uuid.uuid4())), data=bytes(10 * MEGABYTE),
            metadata={"type": "A", "content-type": "application/octet-stream"}))
        body = message(options.SerializeToString()) + message(one.SerializeToString())
        self.pour(STREAMS + "Append", [body] * 30)


class SlowClientTests(Bounded):
    """Clients that take their time, of which there is none to spare."""

    def setUp(self):
        super().setUp()
        self.one = self.server(
            "--header-timeout", "1s", "--body-timeout", "1s", "--idle-timeout", "1s",
            "--connections-max", "50")

    def ends(self, sent):
        """What the server says before it closes a connection on which only this was sent."""
        with socket.create_connection(("127.0.0.1", self.one.port), 30) as slow:
            slow.sendall(sent)
            said = b""
            while more := slow.recv(1 << 16):
                said += more
            return said

    def test_a_connection_on_which_nothing_comes_is_closed(self):
        self.assertEqual(self.ends(b""), b"")

    def test_a_head_that_does_not_end_is_given_up(self):
        for begun in (b"G", b"GET /info HTTP/1.1\r\nhos", b"PRI", PREFACE[:20]):
            self.assertRegex(self.ends(begun), rb"\A(HTTP/1.1 408 |\0\0|\Z)", begun)

    def test_a_body_that_does_not_end_is_given_up(self):
        head = b"POST /info HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n"
        self.assertRegex(self.ends(head + b"abc"), rb"\AHTTP/1.1 4\d\d ")

    def test_a_connection_that_is_used_no_more_is_closed(self):
        said = self.ends(b"GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n")
        self.assertRegex(said, rb"\AHTTP/1.1 200 OK\r\n")

    def test_slow_clients_do_not_keep_others_out(self):
        slow = [socket.create_connection(("127.0.0.1", self.one.port), 30) for _ in range(50)]
        self.addCleanup(lambda: [each.close() for each in slow])
        for each in slow:
            each.sendall(b"GET /info HTT")
        client = self.client(self.one)

        def is_let_in():
            try:
                client.append_event(
                    "account-1", current_version=StreamState.ANY, event=event(), timeout=5)
            except exceptions.KurrentDBClientError:
                return False
            return True

        self.eventually(is_let_in, "there is room when the slow ones were let go")

    def test_a_call_may_take_its_time(self):
        client = self.client(self.one)
        with client.subscribe_to_stream("account-1") as subscription:
            # Longer than any of the times above.
            time.sleep(3.5)
            client.append_event("account-1", current_version=StreamState.ANY, event=event())
            self.assertEqual(next(subscription).stream_position, 0)


class CountTests(Bounded):
    def test_more_subscriptions_than_may_be_are_refused(self):
        server = self.server("--subscribers-max", "5")
        client = self.client(server)
        opened = [client.subscribe_to_stream("account-1") for _ in range(5)]
        with self.assertRaisesRegex(exceptions.KurrentDBClientError, "subscribers-max"):
            client.subscribe_to_stream("account-1")
        # Reads that end are none.
        with self.assertRaises(exceptions.NotFoundError):
            client.get_stream("account-1")
        opened.pop().stop()

        def is_taken():
            try:
                opened.append(client.subscribe_to_stream("account-1"))
            except exceptions.KurrentDBClientError:
                return False
            return True

        self.eventually(is_taken, "a place that was left is free")
        client.append_event("account-1", current_version=StreamState.ANY, event=event())
        for each in opened:
            self.assertEqual(next(each).stream_position, 0)
            each.stop()

    def test_more_appends_than_may_be_open_on_one_call_end_it(self):
        server = self.server()
        with Wire(server) as wire:
            wire.send(wire.head(STREAMS + "BatchAppend"))
            for _ in range(1_100):
                request = streams_pb2.BatchAppendReq(
                    correlation_id=shared_pb2.UUID(string=str(uuid.uuid4())))
                request.options.stream_identifier.stream_name = b"account-1"
                request.options.any.SetInParent()
                wire.pour(1, message(request.SerializeToString()))
            self.assertEqual(wire.answer()[0]["grpc-status"], "8")
        self.assertEqual(server.stop(), 0)
