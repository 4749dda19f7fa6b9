"""Bodies that are cut off, slow, too large or no bodies at all, on every route of the HTTP API, over real sockets.

The routes are those that the server describes: a new one is among them by itself.
"""

import gzip
import json
import re
import select
import socket
import struct
import time

from support import Bounded
from test_http import Asking
from wire import DATA, END_HEADERS, END_STREAM, RESET, Wire, frame

MEGABYTE = 1 << 20
# The largest body that this server takes, and what all of them may hold: half a body left behind on each route, in each of
# the ways below, would be more.
BODY_MAX, ROOM = 4 * MEGABYTE, 64 * MEGABYTE
HALF = b'[{"type": "t", "stream": "s", "data": "' + b"x" * (3 * MEGABYTE)
EVENT = b'{"type": "t"}'
BINARY = "binary"
CLOUD_EVENT = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/", "ce-type": "t", "ce-subject": "s"}
CANCEL = struct.pack(">I", 8)


def head(method, path, kind, *more):
    """The head of a request by HTTP/1.1, with the fields of a body of that kind."""
    fields = fields_of(kind) | {"host": "localhost"}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), *more]
    return "\r\n".join([*lines, "", ""]).encode()


def fields_of(kind):
    return {**CLOUD_EVENT, "content-type": "text/plain"} if kind == BINARY else {"content-type": kind}


def status_of(connection):
    """The status of the answer that comes, 0 where there is none up to the end of the connection."""
    found = b""
    try:
        while b"\r\n" not in found and (more := connection.recv(4096)):
            found += more
    except ConnectionResetError:
        pass
    return int(found.split(b" ", 2)[1]) if found else 0


class BodyTests(Asking, Bounded):
    def setUp(self):
        super().setUp()
        self.served = self.server(
            "--body-timeout", "1s", "--in-flight-bytes-max", "64M", "--message-bytes-max", "4M")
        _, _, described = self.get("/openapi.json")
        # Each route: its method, a path, and the kinds of bodies that it takes; none where it takes no body.
        self.routes = []
        for path, item in described["paths"].items():
            path = re.sub(r"{\w+}", lambda name: "1" if name[0] == "{position}" else "s-1", path)
            for method, operation in item.items():
                kinds = list(operation.get("requestBody", {}).get("content", {}))
                if "application/cloudevents+json" in kinds:
                    kinds.append(BINARY)
                # It would do what it is asked, whatever body comes along.
                path_of_it = path + "?expect=7" if method == "delete" else path
                self.routes.append((method.upper(), path_of_it, kinds))
        self.assertGreater(len(self.routes), 15)
        self.taking = [(method, path, kind) for method, path, kinds in self.routes for kind in kinds]
        self.assertGreater(len(self.taking), 8)
        # With a body that nobody asked for.
        self.ignoring = [
            (method, path, "application/json") for method, path, kinds in self.routes if not kinds]

    def tearDown(self):
        """Nothing was appended, nothing is held, and what comes next is answered."""
        status, _, found = self.get("/v1/head")
        self.assertEqual((status, found["position"]), (200, 0))
        self.eventually(lambda: self.counted() == (1, 1), "what is over is counted no longer")
        large = json.dumps({"type": "t", "data": "x" * (BODY_MAX - 100)})
        status, _, answer = self.ask("POST", "/v1/streams/a", large, content_type="application/json")
        self.assertEqual(status, 201, answer)
        self.assertEqual(self.served.stop(), 0)
        self.assertEqual(self.served.errors(), [])

    def counted(self):
        """The connections and the requests that there are, with those that ask for it."""
        with self.connection() as connection:
            connection.sendall(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            page = b"".join(iter(lambda: connection.recv(1 << 16), b"")).decode()
        return tuple(
            int(re.search(rf"^{name} (\d+)\r?$", page, re.M)[1])
            for name in ("daybook_connections", "daybook_requests_under_way"))

    def ask(self, *words, **fields):
        """As all others ask, on a connection that ends with the answer."""
        return super().ask(*words, connection="close", **fields)

    def connection(self):
        connection = socket.create_connection(("127.0.0.1", self.served.port), 30)
        self.addCleanup(connection.close)
        return connection

    def answer(self, bytes, *, ends=False):
        """What bytes are answered with, by their status; those behind it that the server does not take do not matter."""
        with self.connection() as connection:
            try:
                connection.sendall(bytes)
                if ends:
                    connection.shutdown(socket.SHUT_WR)
            except (BrokenPipeError, ConnectionResetError):
                pass
            return status_of(connection)

    def test_half_a_body_and_no_more(self):
        length = f"content-length: {len(HALF) + 1000}"
        chunked = b"%x\r\n" % len(HALF) + HALF + b"\r\n"
        for route in self.taking:
            for bytes in (
                    head(*route, length) + HALF, head(*route, "transfer-encoding: chunked") + chunked,
                    head(*route, "transfer-encoding: chunked") + chunked[:-1000]):
                with self.connection() as connection:
                    connection.sendall(bytes)
                self.assertIn(self.answer(bytes, ends=True), (0, 400), route)

    def test_half_a_body_that_nobody_asked_for(self):
        for route in self.ignoring:
            with self.connection() as connection:
                connection.sendall(head(*route, "content-length: 1000") + EVENT)
            status = self.answer(head(*route, "content-length: 1000") + EVENT, ends=True)
            self.assertIn(status, (0, 200, 400, 404, 412), route)

    def test_a_byte_a_while(self):
        for routes, expected in ((self.taking, {408}), (self.ignoring, {200, 404, 412})):
            waiting = {}
            for route in routes:
                connection = self.connection()
                connection.sendall(head(*route, "content-length: 1000") + b" ")
                waiting[connection] = route
            end = time.monotonic() + 60
            while waiting and time.monotonic() < end:
                for connection in select.select(list(waiting), [], [], 0.25)[0]:
                    route = waiting.pop(connection)
                    self.assertIn(status_of(connection), expected, route)
                    connection.close()
                for connection in waiting:
                    try:
                        connection.sendall(b" ")
                    except (BrokenPipeError, ConnectionResetError):
                        pass
            self.assertEqual(list(waiting.values()), [], "they are answered, and not waited for")

    def test_lengths_that_lie(self):
        lies = [
            ("content-length: 5",), ("content-length: 5", "content-length: 6"), ("content-length: 5, 6",),
            ("content-length: -5",), ("content-length: +5",), ("content-length: five",), ("content-length: 0x5",),
            ("content-length: 99999999999999999999",), ("content-length: 13", "transfer-encoding: chunked"),
            ("transfer-encoding: gzip, identity",)]
        for route in self.taking:
            for lie in lies:
                if route[2] == BINARY and lie == lies[0]:
                    # Five bytes are the whole of its data, and an event.
                    continue
                status = self.answer(head(*route, *lie) + EVENT, ends=True)
                self.assertIn(status, (400, 413, 501), (route, lie))
        for route in self.ignoring:
            for lie in lies[1:]:
                status = self.answer(head(*route, *lie) + EVENT, ends=True)
                self.assertIn(status, (200, 400, 404, 412, 413, 501), (route, lie))

    def test_chunks_that_are_none(self):
        for chunks in (
                b"zz\r\n", b"-1\r\n", b"fffffffffffffffff\r\n", b"5\r\nhelloXX", b"5;" + b"x" * 100_000,
                b"5\nhello\n0\n\n"):
            for route in self.taking:
                bytes = head(*route, "transfer-encoding: chunked") + chunks
                self.assertIn(self.answer(bytes, ends=True), (400, 413, 431), (route, chunks[:20]))

    def test_packed_bodies_that_break_off_or_grow(self):
        packed = gzip.compress(EVENT)
        bomb = gzip.compress(bytes(200 * MEGABYTE))
        before = self.served.memory
        for route in self.taking:
            for body, expected in (
                    (packed[:-1], 400), (packed[:10], 400), (packed[:10] + b"\xff" * 20, 400), (EVENT, 400),
                    (packed[:-8] + bytes(8), 400), (bomb, 413)):
                sent = head(*route, "content-encoding: gzip", f"content-length: {len(body)}") + body
                self.assertEqual(self.answer(sent), expected, (route, body[:20]))
        self.assertLess(self.served.memory - before, ROOM)

    def test_bodies_that_are_too_large(self):
        large = b" " * (BODY_MAX + 1)
        for route in self.taking:
            length = head(*route, f"content-length: {len(large)}") + large
            self.assertEqual(self.answer(length), 413, route)
            chunked = head(*route, "transfer-encoding: chunked") + b"%x\r\n" % len(large) + large
            self.assertEqual(self.answer(chunked), 413, route)

    def test_bodies_that_are_no_such_thing(self):
        for method, path, kind in self.taking:
            # Any bytes are the data of an event in binary mode.
            if kind == BINARY:
                continue
            for body in (
                    b"", b"{", b"null", b"7", b"[]", b"[[]]", b"{}x", b"\xff\xfe", b"\0", b'{"type": "\xc3"}',
                    b"[" * 100_000, b'{"a":' * 100_000, b'{"' + b"x" * 100_000 + b'": 1}'):
                if "metadata" in path and body.startswith(b'{"' + b"x"):
                    continue
                status, fields, problem = self.ask(method, path, body, content_type=kind)
                self.assertEqual(status, 400, (method, path, kind, body[:20]))
                self.assertEqual(fields["content-type"], "application/problem+json")
                self.assertTrue(problem["why"] and problem["remedy"])

    def h2_head(self, wire, route, stream, *more, flags=END_HEADERS):
        method, path, kind = route
        fields = [(":method", method), *fields_of(kind).items(), *more]
        return wire.head(path, stream, flags, fields, without=(":method", "te", "content-type"))

    def h2_status(self, wire, stream):
        fields, _ = wire.answer(stream)
        return int(fields.get(":status", 0)), fields

    def test_streams_that_are_reset(self):
        with Wire(self.served) as wire:
            stream = 1
            for route in self.taking + self.ignoring:
                wire.send(self.h2_head(wire, route, stream))
                wire.send(frame(DATA, 0, stream, HALF[:10_000]) + frame(RESET, 0, stream, CANCEL))
                stream += 2
            for route in self.taking:
                wire.send(self.h2_head(wire, route, stream))
                wire.pour(stream, HALF)
                wire.send(frame(RESET, 0, stream, CANCEL))
                stream += 2
            route = ("GET", "/v1/head", "application/json")
            wire.send(self.h2_head(wire, route, stream, flags=END_HEADERS | END_STREAM))
            self.assertEqual(self.h2_status(wire, stream)[0], 200, "the connection goes on")

    def test_connections_that_end_amid_a_stream(self):
        for route in self.taking:
            with Wire(self.served) as wire:
                wire.send(self.h2_head(wire, route, 1))
                wire.pour(1, HALF)

    def test_streams_whose_lengths_lie(self):
        for route in self.taking:
            for length in (len(EVENT) - 1, len(EVENT) + 1):
                with Wire(self.served) as wire:
                    wire.send(self.h2_head(wire, route, 1, ("content-length", str(length))))
                    wire.send(frame(DATA, END_STREAM, 1, EVENT))
                    status, fields = self.h2_status(wire, 1)
                    self.assertIn(status, (0, 400), (route, fields))
                    self.assertTrue(status or {"reset", "goaway"} & set(fields), (route, fields))

    def test_streams_that_drip(self):
        with Wire(self.served) as wire:
            streams = {2 * number + 1: route for number, route in enumerate(self.taking)}
            for stream, route in streams.items():
                wire.send(self.h2_head(wire, route, stream))
            found, end = {}, time.monotonic() + 60
            while len(found) < len(streams) and time.monotonic() < end:
                for stream in streams:
                    if stream not in found:
                        wire.send(frame(DATA, 0, stream, b" "))
                while wire.buffer or select.select([wire.socket], [], [], 0.25)[0]:
                    kind, _, stream, payload = wire.take()
                    if kind == 1:
                        found.setdefault(stream, dict(wire.decoder.decode(payload))[":status"])
            self.assertEqual(found, {stream: "408" for stream in streams})
