"""A client of HTTP/2 made by hand: it sends whatever frames a test wants, also wrong ones."""

import socket
import struct

from hpack import Decoder, Encoder

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RESET, SETTINGS, PING, GOAWAY, WINDOW, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, END_HEADERS, ACK, PADDED = 1, 4, 1, 8

CALL = (
    (":method", "POST"), (":scheme", "http"), (":authority", "localhost"), ("te", "trailers"),
    ("content-type", "application/grpc"))


def frame(kind, flags, stream, payload=b""):
    """The bytes of one frame."""
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def message(bytes, flag=0):
    """A message of gRPC, as it stands in the body of a call."""
    return struct.pack(">BI", flag, len(bytes)) + bytes


class Wire:
    """One connection."""

    def __init__(self, server, greets=True):
        self.socket = socket.create_connection(("127.0.0.1", server.port), 30)
        self.encoder, self.decoder = Encoder(), Decoder()
        # What may be sent, by stream; 0 is the connection. The status of each call that has ended.
        self.windows, self.ended, self.first_window = {0: 65_535}, {}, 65_535
        self.buffer = b""
        # The windows are opened wide: a test that wants them narrow sends its own.
        if greets:
            self.send(PREFACE + frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 1 << 24))
                      + frame(WINDOW, 0, 0, struct.pack(">I", 1 << 24)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, bytes):
        self.socket.sendall(bytes)

    def head(self, path, stream=1, flags=END_HEADERS, fields=(), without=()):
        """The frame with the head of a call."""
        all = [field for field in (*CALL, (":path", path)) if field[0] not in without]
        all.sort(key=lambda field: not field[0].startswith(":"))
        return frame(HEADERS, flags, stream, self.encoder.encode([*all, *fields]))

    def frames(self):
        """Each frame that comes, up to the end of the connection."""
        while (taken := self.take()) is not None:
            yield taken

    def take(self):
        """The next frame; nothing at the end of the connection."""
        while len(self.buffer) < 9 or len(self.buffer) < 9 + self.length():
            try:
                more = self.socket.recv(1 << 16)
            except ConnectionResetError:
                return None
            if not more:
                return None
            self.buffer += more
        length = self.length()
        kind, flags, stream = struct.unpack(">BBI", self.buffer[3:9])
        payload, self.buffer = self.buffer[9:9 + length], self.buffer[9 + length:]
        if kind == SETTINGS and not flags & ACK:
            self.send(frame(SETTINGS, ACK, 0))
        return kind, flags, stream, payload

    def length(self):
        return struct.unpack(">I", b"\0" + self.buffer[:3])[0]

    def pour(self, stream, bytes):
        """Sends bytes as the body of a call, as fast as the server takes them, without ending it; what it can
        of them where the call ends before."""
        self.windows.setdefault(stream, self.first_window)
        at = 0
        while at < len(bytes) and stream not in self.ended:
            room = min(self.windows[0], self.windows[stream], 16_384, len(bytes) - at)
            if room <= 0:
                taken = self.take()
                if taken is None:
                    raise ConnectionError("the connection is closed")
                self.note(*taken)
                continue
            self.send(frame(DATA, 0, stream, bytes[at:at + room]))
            at += room
            self.windows[0] -= room
            self.windows[stream] -= room

    def note(self, kind, flags, stream, payload):
        """Keeps what a frame says of windows and of the ends of calls."""
        if kind == SETTINGS:
            for at in range(0, len(payload), 6):
                name, value = struct.unpack(">HI", payload[at:at + 6])
                if name == 4:
                    for each in self.windows:
                        self.windows[each] += value - self.first_window if each else 0
                    self.first_window = value
        elif kind == WINDOW and stream in self.windows:
            self.windows[stream] += struct.unpack(">I", payload)[0]
        elif kind == HEADERS:
            fields = dict(self.decoder.decode(payload))
            if "grpc-status" in fields:
                self.ended[stream] = fields["grpc-status"]
        elif kind == RESET:
            self.ended.setdefault(stream, "reset")

    def answer(self, stream=1):
        """How a call ends: its fields with those of the trailers, and its body; the fields hold `reset` or
        `goaway` where it ends by such a frame, and nothing where the connection does."""
        fields, body = {}, b""
        for kind, flags, of, payload in self.frames():
            if kind == GOAWAY:
                code = struct.unpack(">I", payload[4:8])[0]
                if code:
                    return {"goaway": code}, body
            if kind == HEADERS:
                decoded = dict(self.decoder.decode(payload))
                if of == stream:
                    fields |= decoded
            if of != stream:
                continue
            if kind == RESET:
                return fields | {"reset": struct.unpack(">I", payload)[0]}, body
            if kind == DATA:
                body += payload
            if kind in (DATA, HEADERS) and flags & END_STREAM:
                return fields, body
        return fields, body
