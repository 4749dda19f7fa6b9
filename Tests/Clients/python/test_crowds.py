"""Many clients at a time, and some that take nothing."""

import asyncio
import resource
import socket
import struct
import threading
import urllib.request

import grpc
from kurrentdbclient import StreamState
from kurrentdbclient.protos.v1 import shared_pb2, streams_pb2

from support import MEMORY_TIMES, THOROUGH, Bounded, event, events, ids
from wire import ACK, END_STREAM, PREFACE, SETTINGS, DATA, Wire, frame, message

READ = "/event_store.client.streams.Streams/Read"
MEGABYTE = 1 << 20
IDLE = 10_000


def follow(stream):
    """A request to follow a stream from its start."""
    Options = streams_pb2.ReadReq.Options
    options = Options(
        subscription=Options.SubscriptionOptions(), no_filter=shared_pb2.Empty(),
        uuid_option=Options.UUIDOption(string=shared_pb2.Empty()))
    options.stream.stream_identifier.stream_name = stream.encode()
    options.stream.start.CopyFrom(shared_pb2.Empty())
    return streams_pb2.ReadReq(options=options).SerializeToString()


def figure(server, name):
    """A figure that the server tells of itself."""
    with urllib.request.urlopen(f"http://{server.address}/metrics", timeout=30) as page:
        for line in page.read().decode().splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
    raise AssertionError(f"there is no figure {name}")


class SubscriberTests(Bounded):
    subscribers = 1_000
    connections = 10
    news = 200 if THOROUGH else 20

    def test_every_event_comes_to_each_of_a_thousand_subscribers(self):
        server = self.server()
        client = self.client(server)
        new = events(self.news)
        client.append_events("account-1", current_version=StreamState.NO_STREAM, events=new[:5])

        async def taken(call, live):
            """The ids of all that comes; the caller hears when nothing but news is missing."""
            got = []
            async for answer in call:
                content = streams_pb2.ReadResp.FromString(answer)
                if content.WhichOneof("content") == "event":
                    got.append(content.event.event.id.string)
                if len(got) == 5 and not live.done():
                    live.set_result(None)
                if len(got) == len(new):
                    call.cancel()
                    return got

        async def run():
            loop = asyncio.get_running_loop()
            channels = [grpc.aio.insecure_channel(server.address, options=(
                ("grpc.use_local_subchannel_pool", 1),)) for _ in range(self.connections)]
            live = [loop.create_future() for _ in range(self.subscribers)]
            readers = [
                asyncio.ensure_future(taken(
                    channels[n % len(channels)].unary_stream(READ)(follow("account-1")), live[n]))
                for n in range(self.subscribers)]
            await asyncio.gather(*live)
            memory = server.memory
            for each in new[5:]:
                await loop.run_in_executor(None, lambda each=each: client.append_events(
                    "account-1", current_version=StreamState.ANY, events=[each]))
            all = await asyncio.gather(*readers)
            for channel in channels:
                await channel.close()
            return all, memory

        all, memory = asyncio.run(run())
        expected = [str(each.id) for each in new]
        self.assertEqual(len(all), self.subscribers)
        self.assertTrue(all.count(expected) == self.subscribers)
        print(f"{memory >> 20} MB with {self.subscribers} subscribers", end=" ", flush=True)
        self.assertLess(memory, 200 * MEGABYTE * MEMORY_TIMES)
        self.assertEqual(server.stop(), 0)
        self.assertEqual(server.errors(), [])


class IdleSubscriberTests(Bounded):
    subscribers = 2_000
    a_connection = 500

    def test_those_to_whom_nothing_comes_are_left_alone(self):
        server = self.server()
        client = self.client(server)
        for first in range(0, self.subscribers, self.a_connection):
            wire = Wire(server)
            self.addCleanup(wire.socket.close)
            for number in range(self.a_connection):
                stream = 2 * number + 1
                wire.send(wire.head(READ, stream=stream) + frame(
                    DATA, END_STREAM, stream, message(follow(f"idle-{first + number}"))))
        self.eventually(
            lambda: figure(server, "daybook_subscribers") == self.subscribers, "all are under way")
        # The first look of each loop finds that nobody had asked yet which streams the news were of: all go on, once.
        client.append_events("busy-1", current_version=StreamState.ANY, events=events(1))
        self.eventually(
            lambda: figure(server, "daybook_subscription_wakes_total") == self.subscribers,
            "each has gone on once")
        for _ in range(3):
            client.append_events("busy-1", current_version=StreamState.ANY, events=events(1))
        before = figure(server, "daybook_subscription_wakes_total")
        for _ in range(100):
            client.append_events("busy-1", current_version=StreamState.ANY, events=events(1))
        after = figure(server, "daybook_subscription_wakes_total")
        # Streams are told apart by 32 bits of a hash: one in two million appends wakes one that it does not concern.
        self.assertLessEqual(after - before, 2)
        client.append_events("idle-77", current_version=StreamState.ANY, events=events(1))
        self.eventually(
            lambda: figure(server, "daybook_subscription_wakes_total") > after, "one has gone on")
        self.assertEqual(server.stop(), 0)
        self.assertEqual(server.errors(), [])


class SlowSubscriberTests(Bounded):
    slow = 8
    megabytes = 64

    def load(self, client, stream):
        """Many megabytes of events, appended one after the other."""
        for _ in range(self.megabytes):
            client.append_event(
                stream, current_version=StreamState.ANY,
                event=event(data=bytes(MEGABYTE), content_type="application/octet-stream"))

    def test_those_that_take_nothing_cost_a_bounded_memory_and_hold_up_nobody(self):
        server = self.server()
        client = self.client(server)
        self.load(client, "warm-1")
        before = server.memory
        # On one connection each, whose windows its server fills, and which it never opens again.
        silent = [Wire(server, greets=False) for _ in range(self.slow)]
        for wire in silent:
            self.addCleanup(wire.socket.close)
            wire.send(PREFACE + frame(SETTINGS, 0, 0))
            wire.send(wire.head(READ) + frame(DATA, END_STREAM, 1, message(follow("busy-1"))))
        # And on a connection with one that reads.
        with client.subscribe_to_stream("busy-1") as idle, \
                client.subscribe_to_stream("busy-1") as quick:
            count = []

            def read():
                for taken in quick:
                    count.append(taken.stream_position)
                    if len(count) == self.megabytes:
                        return

            reader = threading.Thread(target=read, daemon=True)
            reader.start()
            self.load(client, "busy-1")
            reader.join(60)
            self.assertEqual(count, list(range(self.megabytes)))
            grown = server.memory - before
            print(f"{grown >> 20} MB more for {self.slow} that take nothing of "
                  f"{self.megabytes} MB", end=" ", flush=True)
            # Each may hold what waits to be sent, and one batch of a read beyond it.
            self.assertLess(grown, self.slow * 5 * MEGABYTE)
            # The one that waited until now has missed nothing.
            late = [next(idle).stream_position for _ in range(self.megabytes)]
            self.assertEqual(late, list(range(self.megabytes)))
        for wire in silent:
            wire.socket.close()
        self.assertEqual(server.stop(), 0)

    def test_a_connection_of_many_that_take_nothing_costs_a_bounded_memory(self):
        server = self.server()
        client = self.client(server)
        self.load(client, "busy-1")
        before = server.memory
        with Wire(server, greets=False) as wire:
            wire.send(PREFACE + frame(SETTINGS, 0, 0))
            for stream in range(1, 1_000, 2):
                wire.send(wire.head(READ, stream=stream) + frame(
                    DATA, END_STREAM, stream, message(follow("busy-1"))))
            self.eventually(
                lambda: figure(server, "daybook_subscribers") == 500, "all are under way")
            for _ in range(20):
                client.append_event(
                    "busy-1", current_version=StreamState.ANY, event=event(data=bytes(MEGABYTE)))
            grown = server.memory - before
            print(f"{grown >> 20} MB more for 500", end=" ", flush=True)
            self.assertLess(grown, 160 * MEGABYTE)
        self.eventually(lambda: figure(server, "daybook_subscribers") == 0, "they are let go")
        self.assertEqual(server.stop(), 0)

    def test_many_that_follow_by_http_and_take_nothing_cost_a_bounded_memory(self):
        server = self.server()
        client = self.client(server)
        self.load(client, "warm-1")
        before = server.memory
        silent = []
        for _ in range(300):
            one = socket.socket()
            self.addCleanup(one.close)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.connect(("127.0.0.1", server.port))
            one.sendall(b"GET /v1/streams/busy-1 HTTP/1.1\r\nHost: localhost\r\n"
                        b"Accept: text/event-stream\r\n\r\n")
            silent.append(one)
        self.eventually(lambda: figure(server, "daybook_subscribers") == 300, "all follow")
        self.load(client, "busy-1")
        grown = server.memory - before
        print(f"{grown >> 20} MB more for 300 by HTTP", end=" ", flush=True)
        # What they are sent alike is there once.
        self.assertLess(grown, 160 * MEGABYTE)
        for one in silent:
            one.close()
        self.eventually(lambda: figure(server, "daybook_subscribers") == 0, "they are let go")
        self.assertEqual(server.stop(), 0)

    def test_a_client_that_takes_nothing_at_all_is_let_go(self):
        server = self.server("--stall-timeout", "2s")
        client = self.client(server)
        self.load(client, "busy-1")
        with Wire(server, greets=False) as wire:
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            # It promises to take everything, and then takes nothing from its socket.
            wide = struct.pack(">HI", 4, 0x7FFFFFFF)
            wire.send(PREFACE + frame(SETTINGS, 0, 0, wide)
                      + frame(8, 0, 0, struct.pack(">I", 0x7FFF0000 - 65535)))
            wire.send(wire.head(READ) + frame(DATA, END_STREAM, 1, message(follow("busy-1"))))
            self.eventually(
                lambda: figure(server, "daybook_connections") <= 2, "the connection is closed by the server")
        self.assertEqual(server.stop(), 0)


class IdleConnectionTests(Bounded):
    def test_ten_thousand_connections_that_do_nothing(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < IDLE + 2_000:
            self.skipTest(f"{IDLE + 2_000} open files are needed, and {hard} are allowed")
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        server = self.server("--connections-max", str(IDLE + 1_000))
        before = server.memory
        opened = []
        self.addCleanup(lambda: [each.close() for each in opened])
        for number in range(IDLE):
            opened.append(socket.create_connection(("127.0.0.1", server.port), 60))
            opened[-1].sendall(PREFACE + frame(SETTINGS, 0, 0) + frame(SETTINGS, ACK, 0))
        # Each was answered, so each is a conversation.
        for each in opened:
            self.assertTrue(each.recv(9))
        memory = server.memory
        print(f"{memory >> 20} MB with {IDLE} connections, {before >> 20} MB without; "
              f"{(memory - before) // IDLE} bytes each", end=" ", flush=True)
        self.assertLess(memory, 200 * MEGABYTE * MEMORY_TIMES)
        client = self.client(server)
        new = events(100)
        client.append_events("account-1", current_version=StreamState.NO_STREAM, events=new)
        self.assertEqual(ids(client.get_stream("account-1")), ids(new))
        for each in opened:
            each.close()
        client.append_event("account-1", current_version=99, event=event())
        self.eventually(lambda: figure(server, "daybook_connections") <= 2, "they are let go")
        self.assertLess(figure(server, "process_open_fds"), 200)
        self.assertEqual(server.stop(), 0)
        self.assertEqual(server.errors(), [])

    def test_more_than_may_be_are_closed_at_once(self):
        server = self.server("--connections-max", "20")
        opened = [socket.create_connection(("127.0.0.1", server.port), 30) for _ in range(30)]
        self.addCleanup(lambda: [each.close() for each in opened])

        def is_closed(each):
            each.settimeout(0.05)
            try:
                return each.recv(1) == b""
            except TimeoutError:
                return False
            except ConnectionError:
                return True

        self.eventually(
            lambda: sum(is_closed(each) for each in opened) == 10, "those beyond it are closed")
        for each in opened:
            each.close()
        self.eventually(lambda: self.serves(server), "there is room again")

    def serves(self, server):
        try:
            with Wire(server) as wire:
                return next(iter(wire.frames()), None) is not None
        except OSError:
            return False
