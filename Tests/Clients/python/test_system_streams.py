"""System streams: what KurrentDB's client sees of lists that nobody wrote."""

import itertools
import json
import uuid

from kurrentdbclient import CaughtUp, StreamState, exceptions

from support import Served, event, events, ids

ANY = StreamState.ANY


class SystemStreamTests(Served):
    """A history of some categories, types and correlations, written at random."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.written = []

    def setUp(self):
        super().setUp()
        if not self.written:
            for number in range(120):
                stream = self.random.choice(["order-1", "order-2", "order-3-a", "account-1", "solo"])
                self.write(stream, self.random.choice(["Opened", "Closed"]),
                           self.random.choice([None, "run-1", "run-2"]))

    def write(self, stream, type, correlation=None):
        metadata = json.dumps({"$correlationId": correlation}).encode() if correlation else b""
        new = event(type, metadata=metadata)
        self.db.append_event(stream, current_version=ANY, event=new)
        revision = sum(1 for each in self.written if each[0] == stream)
        self.written.append((stream, type, correlation, new.id, revision))
        return new

    def lists(self):
        """Every system stream, with what it holds."""
        def of(condition):
            return [each for each in self.written if condition(*each)]

        def category(stream):
            return stream.partition("-")[0] if "-" in stream else None

        return {
            "$ce-order": of(lambda s, *_: category(s) == "order"),
            "$ce-account": of(lambda s, *_: category(s) == "account"),
            "$et-Opened": of(lambda s, t, *_: t == "Opened"),
            "$bc-run-1": of(lambda s, t, c, *_: c == "run-1"),
            "$streams": of(lambda s, t, c, i, revision: revision == 0),
            "$category-order": of(lambda s, t, c, i, r: category(s) == "order" and r == 0),
        }

    def test_events_with_their_links_in_every_way(self):
        for name, expected in self.lists().items():
            count = len(expected)
            starts = (None, 0, 1, count // 2, count - 1, count, count + 5)
            for start, backwards, limit in itertools.product(starts, (False, True), (1, 7, 1000)):
                with self.subTest(name, start=start, backwards=backwards, limit=limit):
                    places = list(range(count))
                    if backwards:
                        places = [p for p in reversed(places) if start is None or p <= start]
                    else:
                        places = [p for p in places if start is None or p >= start]
                    places = places[:limit]
                    read = self.db.get_stream(
                        name, stream_position=start, backwards=backwards, limit=limit,
                        resolve_links=True)
                    self.assertEqual(
                        [(e.stream_name, e.type, e.id, e.stream_position) for e in read],
                        [(s, t, id, r) for s, t, _, id, r in (expected[p] for p in places)])
                    self.assertEqual(
                        [(e.link.stream_name, e.link.stream_position) for e in read],
                        [(name, place) for place in places])

    def test_links_alone(self):
        for name, expected in self.lists().items():
            links = self.db.get_stream(name)
            self.assertEqual({link.type for link in links}, {"$>"}, name)
            self.assertEqual([link.stream_position for link in links], list(range(len(expected))))
            self.assertEqual(
                [link.data.decode() for link in links],
                [f"{revision}@{stream}" for stream, _, _, _, revision in expected])
            self.assertEqual(len(set(ids(links))), len(links))
            self.assertEqual(ids(self.db.get_stream(name)), ids(links), "ids are for good")

    def test_they_are_followed(self):
        for name in self.lists():
            with self.db.subscribe_to_stream(
                    name, resolve_links=True, include_caught_up=True) as subscription:
                taken = []
                while type(new := next(subscription)) is not CaughtUp:
                    taken.append(new.id)
                self.assertEqual(taken, [each[3] for each in self.lists()[name]])
                stream = "account-1" if name == "$ce-account" else f"order-{uuid.uuid4().hex}"
                live = self.write(stream, "Opened", "run-1")
                self.assertEqual(next(subscription).id, live.id, name)

    def test_they_are_followed_from_a_place(self):
        for name, expected in self.lists().items():
            for start in (0, len(expected) // 2, len(expected) - 1):
                with self.db.subscribe_to_stream(
                        name, stream_position=start, resolve_links=True,
                        include_caught_up=True) as subscription:
                    taken = []
                    while type(new := next(subscription)) is not CaughtUp:
                        taken.append(new.id)
                    self.assertEqual(taken, [each[3] for each in expected[start + 1:]])

    def test_they_are_not_written_deleted_or_given_metadata(self):
        for name in ("$ce-order", "$et-Opened", "$bc-run-1", "$streams", "$category-order"):
            for attempt in (
                    lambda: self.db.append_events(name, current_version=ANY, events=events(1)),
                    lambda: self.db.append_event(name, current_version=ANY, event=event()),
                    lambda: self.db.delete_stream(name, current_version=ANY),
                    lambda: self.db.tombstone_stream(name, current_version=ANY),
                    lambda: self.db.set_stream_metadata(name, metadata={"$maxCount": 1})):
                with self.assertRaises(exceptions.AccessDeniedError):
                    attempt()
            self.assertEqual(self.db.get_stream_metadata(name), ({}, StreamState.NO_STREAM))

    def test_one_that_holds_nothing_is_not_found(self):
        for name in ("$ce-never", "$et-Never", "$bc-never", "$category-never"):
            with self.assertRaises(exceptions.NotFoundError):
                self.db.get_stream(name, resolve_links=True)


class DeletedTargetTests(Served):
    def test_links_to_what_is_gone_keep_their_places(self):
        for number in range(6):
            self.db.append_event(f"gone-{number % 2}", current_version=ANY, event=event())
        links = self.db.get_stream("$ce-gone")
        self.db.delete_stream("gone-0", current_version=ANY)
        self.assertEqual(ids(self.db.get_stream("$ce-gone")), ids(links))
        read = self.db.get_stream("$ce-gone", resolve_links=True)
        self.assertEqual([each.stream_name for each in read], ["gone-1"] * 3)
        self.assertEqual([each.link.stream_position for each in read], [1, 3, 5])

    def test_they_are_the_same_after_a_restart(self):
        server = self.server()
        client = self.client(server)
        client.append_events("order-1", current_version=ANY, events=events(10))
        before = client.get_stream("$ce-order")
        server.kill()
        server.start()
        self.assertEqual(self.reached(client).get_stream("$ce-order"), before)
