"""Calls by grpcio and by hand that KurrentDB's client never makes: the server says what is wrong and goes on."""

import os
import socket
import struct
import threading
import time
import uuid

import grpc
from kurrentdbclient import StreamState
from kurrentdbclient.protos.v1 import shared_pb2, streams_pb2

from support import Served, event, events
from wire import (ACK, DATA, END_HEADERS, END_STREAM, HEADERS, PING, PREFACE, RESET, SETTINGS,
                  WINDOW, Wire, frame, message)

STREAMS = "/event_store.client.streams.Streams/"
V2 = "/kurrentdb.protocol.v2.streams.StreamsService/"
V1 = "/daybook.v1.EventStoreService/"
UNARY = [STREAMS + "Delete", STREAMS + "Tombstone", V2 + "AppendRecords", V1 + "Append",
         V1 + "Delete"]
STREAMING = [STREAMS + "Append", STREAMS + "BatchAppend", V2 + "AppendSession",
             V1 + "AppendPipelined"]
# Of one message; answered by several, or by what there is.
READING = [STREAMS + "Read", V1 + "Read", V1 + "Subscribe"]
LOOK_UPS = [V1 + name for name in (
    "GetHead", "GetStream", "ListStreams", "GetRecord", "ListRecords", "GetTracking",
    "ListJournals")]
Code = grpc.StatusCode


def read_request(stream=None, **words):
    """A request to read that is whole, but for what a test changes."""
    options = streams_pb2.ReadReq.Options(
        count=10, no_filter=shared_pb2.Empty(),
        uuid_option=streams_pb2.ReadReq.Options.UUIDOption(string=shared_pb2.Empty()))
    if stream:
        options.stream.stream_identifier.stream_name = stream.encode()
        options.stream.start.CopyFrom(shared_pb2.Empty())
    else:
        options.all.start.CopyFrom(shared_pb2.Empty())
    for name, value in words.items():
        setattr(options, name, value)
    return streams_pb2.ReadReq(options=options)


def append_requests(stream, *new, **expected):
    options = streams_pb2.AppendReq.Options(
        stream_identifier=shared_pb2.StreamIdentifier(stream_name=stream.encode()),
        **(expected or {"any": shared_pb2.Empty()}))
    yield streams_pb2.AppendReq(options=options)
    for each in new:
        yield streams_pb2.AppendReq(proposed_message=each)


def proposed(**words):
    words = {
        "id": shared_pb2.UUID(string=str(uuid.uuid4())), "data": b"{}",
        "metadata": {"type": "Deposited", "content-type": "application/json"}} | words
    return streams_pb2.AppendReq.ProposedMessage(**words)


class RawCase(Served):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel = grpc.insecure_channel(cls.served.address, options=(
            ("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)))
        cls.addClassCleanup(cls.channel.close)

    def tearDown(self):
        """Whatever it was asked, the server goes on with what others want."""
        stream = self.stream()
        self.db.append_event(stream, current_version=StreamState.NO_STREAM, event=event())
        self.assertEqual(len(self.db.get_stream(stream)), 1)

    def call(self, path, *messages, timeout=30, **words):
        """Makes a call with these bytes as its messages; gives all messages of the answer."""
        encoded = [each if isinstance(each, bytes) else each.SerializeToString()
                   for each in messages]
        method = self.channel.stream_stream(path)
        return list(method(iter(encoded), timeout=timeout, **words))

    def refused(self, code, path, *messages, says=".", **words):
        with self.assertRaises(grpc.RpcError) as caught:
            self.call(path, *messages, **words)
        self.assertEqual(caught.exception.code(), code, caught.exception.details())
        self.assertRegex(caught.exception.details(), says, path)
        return dict(caught.exception.trailing_metadata())


class CallTests(RawCase):
    def test_unknown_methods_are_not_implemented(self):
        for path in (STREAMS + "Nothing", "/nothing.Nothing/Read", STREAMS.lower() + "read",
                     "/", STREAMS + "Read/"):
            self.refused(Code.UNIMPLEMENTED, path, b"")

    def test_bytes_that_are_no_message_are_the_clients_mistake(self):
        broken = [b"\xff", b"\x0a\x05ab", b"\x08" + b"\xff" * 10, b"\x0b", b"\x00\x00",
                  b"\x0a" + b"\xff" * 9 + b"\x01"]
        for path in UNARY + STREAMING + READING + LOOK_UPS:
            for request in broken:
                self.refused(Code.INVALID_ARGUMENT, path, request)

    def test_any_bytes_are_answered(self):
        # Some are subscriptions, which go on until they are ended.
        for path in set(UNARY + STREAMING + READING + LOOK_UPS) - {V1 + "Subscribe"}:
            for _ in range(30):
                request = self.random.randbytes(self.random.randrange(60))
                try:
                    self.call(path, request)
                except grpc.RpcError as error:
                    self.assertIn(error.code(), (Code.INVALID_ARGUMENT, Code.FAILED_PRECONDITION,
                                                 Code.NOT_FOUND),
                                  f"{path} {request.hex()} seed {self.seed}: {error.details()}")

    def test_a_method_of_one_message_takes_one(self):
        for path in UNARY + READING + LOOK_UPS:
            # An append of daybook.v1 says it as all that is invalid, with a detail.
            code = Code.INVALID_ARGUMENT if path == V1 + "Append" else Code.UNIMPLEMENTED
            self.refused(code, path)
            self.refused(code, path, b"", b"")

    def test_a_message_that_is_too_long_is_refused(self):
        for path in UNARY + STREAMING:
            self.refused(Code.RESOURCE_EXHAUSTED, path, bytes(40 << 20), says="at most")

    def test_compressed_messages_are_not_taken(self):
        for compression in (grpc.Compression.Gzip, grpc.Compression.Deflate):
            self.refused(
                Code.UNIMPLEMENTED, STREAMS + "Read", read_request("a" * 1000),
                compression=compression, says="send them plain")

    def test_fields_that_nobody_knows_are_ignored(self):
        fields = [("x-unknown", "yes"), ("x-some-bin", b"\x00\xff\x80"), ("trace-bin", b""),
                  ("connection-name", "a" * 4000), ("requires-leader", "maybe"),
                  ("authorization", "Basic !!!")]
        stream = self.stream()
        self.call(STREAMS + "Append", *append_requests(stream, proposed()), metadata=fields)
        self.assertEqual(len(self.db.get_stream(stream)), 1)

    def test_more_fields_than_may_be_are_refused(self):
        for fields in ([("x-long", "a" * 70_000)], [(f"x-{n}", "a") for n in range(300)]):
            with self.assertRaises(grpc.RpcError):
                self.call(STREAMS + "Read", read_request("a"), metadata=fields)

    def test_a_call_that_is_never_ended_is_ended_by_its_time(self):
        method = self.channel.stream_stream(STREAMS + "Append")
        forever = threading.Event()

        def requests():
            for request in append_requests(self.stream(), proposed()):
                yield request.SerializeToString()
            forever.wait()

        with self.assertRaises(grpc.RpcError) as caught:
            list(method(requests(), timeout=0.3))
        forever.set()
        self.assertEqual(caught.exception.code(), Code.DEADLINE_EXCEEDED)

    def test_a_call_that_is_broken_off_records_nothing(self):
        method, stream = self.channel.stream_stream(STREAMS + "Append"), self.stream()
        sent, forever = threading.Event(), threading.Event()

        def requests():
            for request in append_requests(stream, *[proposed() for _ in range(10)]):
                yield request.SerializeToString()
            sent.set()
            forever.wait()

        call = method(requests())
        sent.wait(30)
        call.cancel()
        forever.set()
        self.assertEqual(self.db.get_current_version(stream), StreamState.NO_STREAM)

    def test_many_calls_broken_off_leave_nothing_behind(self):
        method = self.channel.unary_stream(STREAMS + "Read")
        request = read_request(self.stream())
        request.options.subscription.CopyFrom(streams_pb2.ReadReq.Options.SubscriptionOptions())
        for _ in range(100):
            call = method(request.SerializeToString())
            next(call)
            call.cancel()


class ReadRequestTests(RawCase):
    def test_what_is_no_whole_request_is_refused(self):
        Options = streams_pb2.ReadReq.Options
        stream = self.stream()
        for name in ("uuid_option", "count", "no_filter", "stream"):
            request = read_request(stream)
            request.options.ClearField(name)
            self.refused(Code.INVALID_ARGUMENT, STREAMS + "Read", request)
        request = read_request(stream)
        request.options.subscription.CopyFrom(Options.SubscriptionOptions())
        request.options.read_direction = Options.Backwards
        self.refused(Code.INVALID_ARGUMENT, STREAMS + "Read", request, says="forwards")
        request = read_request(stream)
        request.options.filter.event_type.prefix.append("a")
        self.refused(Code.INVALID_ARGUMENT, STREAMS + "Read", request, says="filter")
        request = read_request()
        request.options.all.position.commit_position = 1
        request.options.all.position.prepare_position = 2
        self.refused(Code.INVALID_ARGUMENT, STREAMS + "Read", request, says="invalid position")
        self.refused(Code.INVALID_ARGUMENT, STREAMS + "Read", b"")

    def test_a_name_that_is_no_text_is_refused(self):
        request = read_request(self.stream())
        request.options.stream.stream_identifier.stream_name = b"\xff\xfe"
        self.refused(Code.INVALID_ARGUMENT, STREAMS + "Read", request)

    def test_ids_come_as_the_client_wants_them(self):
        stream, new = self.stream(), event()
        self.db.append_event(stream, current_version=StreamState.ANY, event=new)
        request = read_request(stream)
        request.options.uuid_option.structured.CopyFrom(shared_pb2.Empty())
        (answer,) = self.call(STREAMS + "Read", request)
        id = streams_pb2.ReadResp.FromString(answer).event.event.id
        halves = struct.pack(">qq", id.structured.most_significant_bits,
                             id.structured.least_significant_bits)
        self.assertEqual(uuid.UUID(bytes=halves), new.id)

    def test_first_and_last_revision_come_with_a_read_that_asks(self):
        stream = self.stream()
        self.db.append_events(stream, current_version=StreamState.ANY, events=events(5))
        request = read_request(stream, count=1)
        request.options.control_option.compatibility = 1
        told = {}
        for answer in self.call(STREAMS + "Read", request):
            answer = streams_pb2.ReadResp.FromString(answer)
            kind = answer.WhichOneof("content")
            told[kind] = getattr(answer, kind)
        self.assertEqual((told["first_stream_position"], told["last_stream_position"]), (0, 4))


class AppendRequestTests(RawCase):
    def append(self, *requests):
        (answer,) = self.call(STREAMS + "Append", *requests)
        return streams_pb2.AppendResp.FromString(answer)

    def test_what_is_no_append_is_refused(self):
        path, stream = STREAMS + "Append", self.stream()
        options = next(append_requests(stream))
        one = streams_pb2.AppendReq(proposed_message=proposed())
        nothing = streams_pb2.AppendReq(options=streams_pb2.AppendReq.Options(
            stream_identifier=shared_pb2.StreamIdentifier(stream_name=stream.encode())))
        for requests in ([], [one], [options, options], [one, options], [nothing], [b""]):
            self.refused(Code.INVALID_ARGUMENT, path, *requests)
        self.assertEqual(self.db.get_current_version(stream), StreamState.NO_STREAM)

    def test_an_event_needs_its_properties(self):
        stream = self.stream()
        for metadata in ({}, {"type": "A"}, {"content-type": "application/json"}):
            trailers = self.refused(
                Code.INVALID_ARGUMENT, STREAMS + "Append",
                *append_requests(stream, proposed(metadata=metadata)))
            self.assertEqual(
                trailers["exception"], "missing-required-metadata-property", metadata)

    def test_wrong_versions_are_told_in_both_ways(self):
        stream = self.stream()
        self.append(*append_requests(stream, proposed(), proposed()))
        wrong = self.append(*append_requests(stream, proposed(), revision=7)).wrong_expected_version
        self.assertEqual((wrong.current_revision, wrong.expected_revision), (1, 7))
        self.assertEqual((wrong.current_revision_20_6_0, wrong.expected_revision_20_6_0), (1, 7))
        missing = self.append(
            *append_requests(self.stream(), proposed(), revision=7)).wrong_expected_version
        self.assertEqual(missing.WhichOneof("current_revision_option"), "current_no_stream")

    def test_appends_interleave_on_one_call(self):
        streams = [self.stream() for _ in range(20)]
        requests, owner = [], {}
        for stream in streams:
            correlation = str(uuid.uuid4())
            owner[correlation] = stream
            for piece in range(3):
                request = streams_pb2.BatchAppendReq(
                    correlation_id=shared_pb2.UUID(string=correlation), is_final=piece == 2)
                if piece == 0:
                    options = request.options
                    options.stream_identifier.stream_name = stream.encode()
                    options.no_stream.SetInParent()
                request.proposed_messages.add(
                    id=shared_pb2.UUID(string=str(uuid.uuid4())), data=b"%d" % piece,
                    metadata={"type": "A", "content-type": "application/json"})
                requests.append((piece, self.random.random(), request))
        requests.sort(key=lambda each: each[:2])
        answers = [streams_pb2.BatchAppendResp.FromString(answer) for answer in self.call(
            STREAMS + "BatchAppend", *[request for _, _, request in requests])]
        self.assertEqual({answer.correlation_id.string for answer in answers}, set(owner))
        for answer in answers:
            self.assertEqual(answer.success.current_revision, 2)
        for stream in streams:
            self.assertEqual([e.data for e in self.db.get_stream(stream)], [b"0", b"1", b"2"])

    def test_pieces_that_belong_to_no_append_end_the_call_or_are_refused(self):
        self.refused(
            Code.INVALID_ARGUMENT, STREAMS + "BatchAppend",
            streams_pb2.BatchAppendReq(is_final=True))
        correlation = shared_pb2.UUID(string=str(uuid.uuid4()))
        (answer,) = self.call(
            STREAMS + "BatchAppend",
            streams_pb2.BatchAppendReq(correlation_id=correlation, is_final=True))
        answer = streams_pb2.BatchAppendResp.FromString(answer)
        self.assertEqual(answer.WhichOneof("result"), "error")

    def test_an_append_that_is_never_whole_records_nothing(self):
        stream = self.stream()
        request = streams_pb2.BatchAppendReq(
            correlation_id=shared_pb2.UUID(string=str(uuid.uuid4())))
        request.options.stream_identifier.stream_name = stream.encode()
        request.options.any.SetInParent()
        self.assertEqual(self.call(STREAMS + "BatchAppend", request), [])
        self.assertEqual(self.db.get_current_version(stream), StreamState.NO_STREAM)


class FrameTests(RawCase):
    """What no library sends: frames made by hand."""

    READ = STREAMS + "Read"

    def answered(self, body, end=END_STREAM, **words):
        """What comes of a call with this body."""
        with Wire(self.served) as wire:
            wire.send(wire.head(self.READ, **words) + frame(DATA, end, 1, body))
            return wire.answer()[0]

    def test_a_whole_call(self):
        stream = self.stream()
        self.db.append_events(stream, current_version=StreamState.ANY, events=events(3))
        whole = message(read_request(stream).SerializeToString())
        for size in (1, 3, 7, len(whole)):
            with Wire(self.served) as wire:
                pieces = [whole[at:at + size] for at in range(0, len(whole), size)]
                wire.send(wire.head(self.READ) + b"".join(
                    frame(DATA, 0, 1, piece) for piece in pieces) + frame(DATA, END_STREAM, 1))
                fields, body = wire.answer()
                self.assertEqual(fields["grpc-status"], "0")
                self.assertGreater(len(body), 100)

    def test_a_message_that_is_not_whole(self):
        whole = message(read_request().SerializeToString())
        for body in (b"\0", whole[:4], whole[:5], whole[:-1], whole + b"\0\0"):
            self.assertIn(self.answered(body)["grpc-status"], ("12", "13"), body)

    def test_flags_of_a_message_that_nobody_knows(self):
        for flag in (1, 2, 0x80, 0xff):
            self.assertEqual(self.answered(message(b"", flag))["grpc-status"], "13")

    def test_a_message_that_announces_more_than_may_be(self):
        for length in (40 << 20, 0xFFFFFFFF):
            fields = self.answered(struct.pack(">BI", 0, length), end=0)
            self.assertEqual(fields["grpc-status"], "8")

    def test_calls_that_are_none(self):
        body = message(read_request().SerializeToString())
        self.assertEqual(self.answered(body, without=["te"])["grpc-status"], "13")
        for fields, status in (
                ([("grpc-timeout", "soon")], "3"), ([("grpc-timeout", "99999999999S")], "3"),
                ([("grpc-timeout", "0n")], "4"), ([("grpc-timeout", "0H")], "4")):
            self.assertEqual(self.answered(body, fields=fields)["grpc-status"], status, fields)
        # A field for bytes that holds none is nobody's business but its reader's.
        self.assertEqual(
            self.answered(body, fields=[("x-bin", "!!!")])["grpc-status"], "0")

    def test_a_call_without_any_body(self):
        with Wire(self.served) as wire:
            wire.send(wire.head(self.READ, flags=END_HEADERS | END_STREAM))
            self.assertEqual(wire.answer()[0]["grpc-status"], "12")

    def test_fields_that_break_the_rules_end_the_stream(self):
        for fields in ([("Upper", "a")], [("connection", "close")], [(":path", "/twice")]):
            with Wire(self.served) as wire:
                wire.send(wire.head(self.READ, fields=fields) + frame(DATA, END_STREAM, 1))
                ended = wire.answer()[0]
                self.assertTrue(
                    "reset" in ended or "goaway" in ended or ended.get(":status") == "400", ended)

    def test_frames_that_break_the_rules_end_the_connection(self):
        cases = {
            "a stream of an even number": lambda wire: wire.head(self.READ, stream=2),
            "data of no stream": lambda wire: frame(DATA, 0, 0, b"a"),
            "data of a stream that was not begun": lambda wire: frame(DATA, 0, 5, b"a"),
            "a window without an end": lambda wire: frame(WINDOW, 0, 0, b"\x7f\xff\xff\xff") * 2,
            "a window that does not grow": lambda wire: frame(WINDOW, 0, 0, bytes(4)),
            "settings of half a length": lambda wire: frame(SETTINGS, 0, 0, b"abc"),
            "an answer to settings with a load": lambda wire: frame(SETTINGS, ACK, 0, b"abcdef"),
            "a ping of a wrong length": lambda wire: frame(PING, 0, 0, b"abc"),
            "a frame longer than agreed": lambda wire: b"\xff\xff\xff\0\0\0\0\0\1",
            "a head that cannot be unpacked": lambda wire: frame(
                HEADERS, END_HEADERS, 1, b"\xff" * 50),
            "more data than padding": lambda wire: wire.head(self.READ) + frame(
                DATA, 8, 1, b"\xff1"),
            "a head inside of a head": lambda wire: wire.head(self.READ, flags=0) + wire.head(
                self.READ, stream=3),
        }
        for what, broken in cases.items():
            with self.subTest(what), Wire(self.served) as wire:
                wire.send(broken(wire))
                self.assertIn("goaway", wire.answer()[0])

    def test_floods_end_the_connection(self):
        def resets(wire):
            for stream in range(1, 12_000, 2):
                yield wire.head(self.READ, stream=stream) + frame(
                    RESET, 0, stream, struct.pack(">I", 8))

        def continued(wire):
            yield wire.head(self.READ, flags=0)
            for _ in range(10_000):
                yield frame(9, 0, 1, self.wide(wire))

        floods = {
            "resets": resets,
            "pings": lambda wire: (frame(PING, 0, 0, bytes(8)) * 100 for _ in range(3_000)),
            "settings": lambda wire: (frame(SETTINGS, 0, 0) * 100 for _ in range(3_000)),
            "pieces of a head": continued,
        }
        for what, flood in floods.items():
            with self.subTest(what), Wire(self.served) as wire:
                reader = threading.Thread(target=self.drain, args=(wire,))
                reader.start()
                with self.assertRaises(OSError):
                    for frames in flood(wire):
                        wire.send(frames)
                    # What was sent last may be taken before the end is known.
                    end = time.monotonic() + 30
                    while time.monotonic() < end:
                        wire.send(frame(PING, 0, 0, bytes(8)))
                        time.sleep(0.01)
                reader.join(30)

    @staticmethod
    def wide(wire):
        return wire.encoder.encode([(f"x-{os.urandom(4).hex()}", "a" * 500)])

    @staticmethod
    def drain(wire):
        try:
            for _ in wire.frames():
                pass
        except OSError:
            pass

    def test_bytes_that_are_no_protocol_at_all(self):
        for nonsense in (b"\0" * 100, b"\x16\x03\x01\x02\x00\x01\x00", b"HELO you\r\n\r\n",
                      b"GET  /\r\n\r\n", PREFACE[:10] + b"nonsense" * 10, os.urandom(500)):
            with socket.create_connection(("127.0.0.1", self.served.port), 60) as raw:
                raw.settimeout(60)
                try:
                    raw.sendall(nonsense)
                    raw.shutdown(socket.SHUT_WR)
                    while raw.recv(1 << 16):
                        pass
                except ConnectionError:
                    pass

    # Request smuggling: what two parsers could understand differently.
    def test_two_readings_of_a_request_are_none(self):
        head = b"POST /info HTTP/1.1\r\nhost: a\r\n"
        for fields in (b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
                       b"content-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
                       b"content-length: +3\r\n\r\nabc", b"content-length: 0x3\r\n\r\nabc",
                       b"transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                       b"transfer-encoding : chunked\r\n\r\n0\r\n\r\n",
                       b"transfer-encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
                       b" folded: a\r\n\r\n", b"host: b\r\n\r\n", b"a: b\rc\r\n\r\n",
                       b"a: b\0c\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", self.served.port), 30) as raw:
                raw.sendall(head + fields + b"GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n")
                answer = b""
                while more := raw.recv(1 << 16):
                    answer += more
                self.assertRegex(answer, rb"^HTTP/1.1 (400|501) ", fields)
                self.assertEqual(answer.count(b"HTTP/1.1 "), 1, fields)
