"""A client of HTTP/2 made by hand: it sends whatever frames a test wants, also wrong ones."""

import socket
import struct

from hpack import Decoder, Encoder

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RESET, SETTINGS, PING, GOAWAY, WINDOW = 0, 1, 3, 4, 6, 7, 8
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
        buffer = b""
        while True:
            while len(buffer) >= 9 and len(buffer) >= 9 + (length := self.length(buffer)):
                kind, flags, stream = struct.unpack(">BBI", buffer[3:9])
                payload, buffer = buffer[9:9 + length], buffer[9 + length:]
                if kind == SETTINGS and not flags & ACK:
                    self.send(frame(SETTINGS, ACK, 0))
                yield kind, flags, stream, payload
            try:
                more = self.socket.recv(1 << 16)
            except ConnectionResetError:
                return
            if not more:
                return
            buffer += more

    @staticmethod
    def length(buffer):
        return struct.unpack(">I", b"\0" + buffer[:3])[0]

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
