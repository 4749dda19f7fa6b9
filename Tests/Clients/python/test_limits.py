"""Clients that send much and end nothing: what they can make the server hold has a limit, and is given back."""

import socket
import struct
import time
import uuid

from kurrentdbclient import StreamState, exceptions
from kurrentdbclient.protos.v1 import shared_pb2, streams_pb2

from support import Bounded, event
from wire import (
    ACK, CALL, CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, PING, PREFACE, Wire, frame, message)

STREAMS = "/event_store.client.streams.Streams/"
V2 = "/kurrentdb.protocol.v2.streams.StreamsService/"
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

    def test_one_connection_does_not_keep_others_from_writing(self):
        half = struct.pack(">BI", 0, 20 * MEGABYTE) + bytes(10 * MEGABYTE)
        with Wire(self.one) as wire:
            for number in range(5):
                wire.send(wire.head(STREAMS + "Delete", stream=2 * number + 1))
                wire.pour(2 * number + 1, half)
            self.assertEqual(wire.ended, {7: "8", 9: "8"}, "it has what one may have")
            self.one_appends("beside-1")
            self.assertEqual(len(wire.ended), 2, "it still has it")

    def one_appends(self, stream):
        """Another client appends as much as one append may have, about."""
        client = self.client(self.one)
        new = [event(data=bytes(10 * MEGABYTE)) for _ in range(3)]
        client.append_events(stream, current_version=StreamState.NO_STREAM, events=new)

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

    def test_whole_messages_of_calls_that_are_never_ended(self):
        self.pour(STREAMS + "Delete", [message(bytes(10 * MEGABYTE))] * 30)

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


class LeftBehindTests(Bounded):
    """Calls that clients have begun and do not go on with."""

    def setUp(self):
        super().setUp()
        self.one = self.server("--in-flight-bytes-max", "64M", "--body-timeout", "2s")
        self.wires = [Wire(self.one) for _ in range(8)]
        for wire in self.wires:
            self.addCleanup(wire.socket.close)

    def all_end(self, path, body):
        """Each connection sends this and no more: what becomes of their calls, and of the appends of others."""
        for wire in self.wires:
            wire.send(wire.head(path))
            wire.pour(1, body)
        client = self.client(self.one)
        new = [event(data=bytes(10 * MEGABYTE)) for _ in range(3)]

        def is_appended():
            try:
                client.append_events("account-1", current_version=StreamState.ANY, events=new)
            except exceptions.KurrentDBClientError:
                return False
            return True

        self.eventually(is_appended, "the room of those that do not go on is given back")
        codes = [wire.ended.get(1) or wire.answer()[0]["grpc-status"] for wire in self.wires]
        self.assertIn("4", codes)
        self.assertLessEqual(set(codes), {"4", "8"}, "their time was up, or there was no room")
        self.assertEqual(self.one.stop(), 0)
        self.assertEqual(self.one.errors(), [])

    def test_half_messages(self):
        half = struct.pack(">BI", 0, 20 * MEGABYTE) + bytes(15 * MEGABYTE)
        self.all_end(STREAMS + "Delete", half)

    def test_appends_without_an_end(self):
        options = streams_pb2.AppendReq()
        options.options.stream_identifier.stream_name = b"account-1"
        options.options.any.SetInParent()
        one = streams_pb2.AppendReq(proposed_message=streams_pb2.AppendReq.ProposedMessage(
            id=shared_pb2.UUID(string=str(uuid.uuid4())), data=bytes(15 * MEGABYTE),
            metadata={"type": "A", "content-type": "application/octet-stream"}))
        self.all_end(
            STREAMS + "Append", message(options.SerializeToString()) + message(one.SerializeToString()))

    def test_batches_that_are_never_whole(self):
        request = streams_pb2.BatchAppendReq(
            correlation_id=shared_pb2.UUID(string=str(uuid.uuid4())))
        request.options.stream_identifier.stream_name = b"account-1"
        request.options.any.SetInParent()
        with Wire(self.one) as idle, Wire(self.one) as begun:
            idle.send(idle.head(STREAMS + "BatchAppend"))
            begun.send(begun.head(STREAMS + "BatchAppend"))
            begun.pour(1, message(request.SerializeToString()))
            self.assertEqual(begun.answer()[0]["grpc-status"], "4")
            # A client that keeps such a call for its appends to come has longer than that.
            request.is_final = True
            idle.pour(1, message(request.SerializeToString()))
            self.assertEqual(idle.ended, {})
            while idle.take()[0] != DATA:
                pass
        self.assertEqual(self.one.stop(), 0)


class StrangeMessageTests(Bounded):
    """Messages that take little to send and would take much to hold, or to answer."""

    def setUp(self):
        super().setUp()
        self.one = self.server()

    def tearDown(self):
        self.assertEqual(self.one.stop(), 0)
        self.assertEqual(self.one.errors(), [])

    def test_millions_of_empty_events(self):
        before = self.one.memory_peak
        for path, element in (
                (STREAMS + "BatchAppend", b"\x1a\0"), (V2 + "AppendRecords", b"\x0a\0"),
                (V2 + "AppendRecords", b"\x12\0"), (V2 + "AppendSession", b"\x12\0")):
            with Wire(self.one) as wire:
                wire.send(wire.head(path))
                wire.pour(1, message(element * (3 * MEGABYTE)))
                wire.send(frame(DATA, END_STREAM, 1))
                self.assertEqual(wire.answer()[0].get("grpc-status"), "3", path)
        grown = self.one.memory_peak - before
        print(f"{grown >> 20} MB at most", end=" ", flush=True)
        self.assertLess(grown, 128 * MEGABYTE)

    def test_names_that_are_megabytes_long(self):
        before = self.one.memory
        with Wire(self.one) as wire:
            wire.send(wire.head(STREAMS + "BatchAppend"))
            for _ in range(100):
                request = streams_pb2.BatchAppendReq(
                    correlation_id=shared_pb2.UUID(string=str(uuid.uuid4())))
                request.options.stream_identifier.stream_name = b"x" * (2 * MEGABYTE)
                request.options.any.SetInParent()
                wire.pour(1, message(request.SerializeToString()))
            grown = self.one.memory - before
            request = streams_pb2.AppendReq()
            request.options.stream_identifier.stream_name = b"x" * (2 * MEGABYTE)
            request.options.any.SetInParent()
            wire.send(wire.head(STREAMS + "Append", 3))
            wire.pour(3, message(request.SerializeToString()))
            self.assertEqual(wire.answer(3)[0].get("grpc-status"), "3")
        print(f"{grown >> 20} MB held", end=" ", flush=True)
        self.assertLess(grown, 64 * MEGABYTE)

    def test_an_answer_names_no_more_than_clients_take(self):
        # 1 message options: 1 string, which the answer repeats.
        id = b"x" * 100_000
        text = b"\x0a" + varint(len(id)) + id
        with Wire(self.one) as wire:
            wire.send(wire.head("/event_store.client.operations.Operations/StopScavenge"))
            wire.pour(1, message(b"\x0a" + varint(len(text)) + text))
            wire.send(frame(DATA, END_STREAM, 1))
            fields = wire.answer()[0]
        self.assertEqual(fields["grpc-status"], "5")
        self.assertLess(sum(len(name) + len(value) + 32 for name, value in fields.items()), 8192)


def varint(number):
    return bytes([number & 127 | 128]) + varint(number >> 7) if number > 127 else bytes([number])


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

    def test_heads_are_not_kept(self):
        server = self.server()
        # After the first time each of them is a byte on the wire.
        fields = [("x-more", "y" * 4_000)] * 15
        with Wire(server) as wire:
            wire.send(wire.head(STREAMS + "BatchAppend", fields=fields))
            before = server.memory
            for stream in range(3, 2_001, 2):
                wire.send(wire.head(STREAMS + "BatchAppend", stream=stream, fields=fields))
            wire.send(frame(PING, 0, 0, bytes(8)))
            while wire.take()[:2] != (PING, ACK):
                pass
            grown = server.memory - before
        print(f"{grown >> 20} MB more for 1,000 calls", end=" ", flush=True)
        # Their fields take 60 MB.
        self.assertLess(grown, 20 * MEGABYTE)
        self.assertEqual(server.stop(), 0)

    def test_a_field_of_any_length_ends_its_call_alone(self):
        server = self.server()
        with Wire(server) as wire:
            wire.send(wire.head(STREAMS + "BatchAppend"))
            for stream, length in ((3, 65_500), (5, 70_000), (7, 200_000)):
                self.send_head(wire, stream, [("long", "y" * length)])
                told, _ = wire.answer(stream)
                self.assertEqual((told[":status"], told["grpc-status"]), ("431", "8"), told)
            # 62,500 bytes on the wire, and a hundred thousand when they are unpacked.
            self.send_head(wire, 13, [("long", "0" * 100_000)], huffman=True)
            self.assertEqual(wire.answer(13)[0]["grpc-status"], "8")
            # The call of before goes on, and what its client's table holds is what the server's does.
            wire.pour(1, message(streams_pb2.BatchAppendReq(
                correlation_id=shared_pb2.UUID(string=str(uuid.uuid4()))).SerializeToString()))
            wire.send(wire.head(STREAMS + "Delete", stream=15) + frame(DATA, END_STREAM, 15))
            self.assertIn("grpc-status", wire.answer(15)[0])
            # As much as is looked at, so that nothing is left unread when the connection is closed.
            wire.send(frame(HEADERS, 0, 17, bytes(16_384)))
            wire.send(frame(CONTINUATION, 0, 17, bytes(16_384)) * 15)
            # ENHANCE_YOUR_CALM
            self.assertEqual(wire.answer(17)[0], {"goaway": 11})
        self.eventually(
            lambda: any("more than 256 KiB" in line for line in server.log), "the log says why")
        self.assertEqual(server.stop(), 0)

    def send_head(self, wire, stream, fields, huffman=False):
        """Sends a head in as many frames as it takes."""
        all = [*CALL, (":path", STREAMS + "BatchAppend"), *fields]
        all.sort(key=lambda field: not field[0].startswith(":"))
        block = wire.encoder.encode(all, huffman=huffman)
        for start in range(0, len(block), 16_384):
            end = END_HEADERS if start + 16_384 >= len(block) else 0
            wire.send(frame(CONTINUATION if start else HEADERS, end, stream, block[start:start + 16_384]))

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
