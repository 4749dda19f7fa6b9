"""Reads of KurrentDB's client, in every combination, against what was written."""

import itertools
import re

from kurrentdbclient import StreamState, exceptions

from support import Served, event, events, ids, positions

LIMITS = (1, 2, 7, 50)


class StreamReadTests(Served):
    count = 20

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.name = "account-read"
        cls.written = events(cls.count)
        cls.db.append_events(
            cls.name, current_version=StreamState.NO_STREAM, events=cls.written)

    def expected(self, start, backwards, limit):
        """What a read gives: revisions, by the rules in one line each."""
        all = list(range(self.count))
        if backwards:
            return [r for r in reversed(all) if start is None or r <= start][:limit]
        return [r for r in all if start is None or r >= start][:limit]

    def test_every_start_direction_and_limit(self):
        starts = (None, 0, 1, 10, self.count - 1, self.count, self.count + 5, 2**62)
        for start, backwards, limit in itertools.product(starts, (False, True), LIMITS):
            with self.subTest(start=start, backwards=backwards, limit=limit):
                read = self.db.get_stream(
                    self.name, stream_position=start, backwards=backwards, limit=limit)
                expected = self.expected(start, backwards, limit)
                self.assertEqual(positions(read), expected)
                self.assertEqual(ids(read), [self.written[r].id for r in expected])

    def test_links_are_resolved_where_there_are_none(self):
        plain = self.db.get_stream(self.name)
        self.assertEqual(self.db.get_stream(self.name, resolve_links=True), plain)
        self.assertTrue(all(event.link is None for event in plain))

    def test_a_missing_stream_is_not_found(self):
        for backwards in (False, True):
            with self.assertRaises(exceptions.NotFoundError):
                self.db.get_stream(self.stream(), backwards=backwards)
            with self.assertRaises(exceptions.NotFoundError):
                self.db.get_stream(self.stream(), backwards=backwards, stream_position=5)
        self.assertEqual(self.db.get_current_version(self.stream()), StreamState.NO_STREAM)

    def test_a_read_can_be_left_in_the_middle(self):
        for taken in (0, 1, 5):
            with self.db.read_stream(self.name) as response:
                read = list(itertools.islice(response, taken))
            self.assertEqual(positions(read), list(range(taken)))

    def test_a_long_stream_is_read_whole_both_ways(self):
        name, written = self.stream(), events(10_000)
        self.db.append_events(name, current_version=StreamState.NO_STREAM, events=written)
        self.assertEqual(ids(self.db.get_stream(name)), ids(written))
        self.assertEqual(ids(self.db.get_stream(name, backwards=True)), ids(reversed(written)))

    def test_an_invalid_name_is_refused(self):
        for name in ("", "a" * 5000):
            with self.assertRaises(exceptions.KurrentDBClientError) as caught:
                self.db.get_stream(name)
            self.assertNotIsInstance(caught.exception, exceptions.NotFoundError)


class AllReadTests(Served):
    """A history of three categories and three types, read over all streams."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.written = []
        for number in range(60):
            category = ("account", "accounting", "order")[number % 3]
            new = event(("Opened", "OpenedAgain", "Closed")[number % 4 % 3], b"%d" % number)
            cls.write(f"{category}-{number % 5}", new)
        cls.write("a" * 200 + "-!", event("Costly"))
        cls.db.set_stream_metadata("account-0", metadata={"who": "Ada"})

    @classmethod
    def write(cls, stream, new):
        cls.db.append_event(stream, current_version=StreamState.ANY, event=new)
        cls.written.append((stream, new))

    def matching(self, condition):
        return [new.id for stream, new in self.written if condition(stream, new.type)]

    def read(self, **words):
        with self.db.read_all(**words) as response:
            return list(response)

    def both(self, expected, **words):
        """Reads forwards, backwards and with limits, and expects these events."""
        self.assertEqual(ids(self.read(**words)), expected, words)
        self.assertEqual(ids(self.read(backwards=True, **words)), expected[::-1], words)
        for limit in LIMITS:
            self.assertEqual(ids(self.read(limit=limit, **words)), expected[:limit], words)
            self.assertEqual(
                ids(self.read(limit=limit, backwards=True, **words)), expected[::-1][:limit], words)

    def test_everything_but_system_events(self):
        self.both(self.matching(lambda stream, type: True))

    def test_everything(self):
        read = self.read(filter_exclude=())
        self.assertEqual(
            [event.id for event in read if not event.is_system_event],
            self.matching(lambda stream, type: True))
        self.assertIn("$metadata", [event.type for event in read])
        commits = [event.commit_position for event in read]
        self.assertEqual(commits, sorted(set(commits)))
        self.assertEqual(ids(self.read(filter_exclude=(), backwards=True)), ids(read)[::-1])

    def test_types_by_regular_expression(self):
        for patterns in (["Opened"], ["Opened.*"], ["(Opened|Closed)"], ["Opened", "Closed"],
                         ["Never"], ["(?![O$]).*"]):
            # So the client joins them.
            whole = re.compile("^" + "|".join(patterns) + "$")
            self.both(self.matching(lambda s, t: whole.search(t)), filter_include=patterns)
        self.both(self.matching(lambda s, t: t != "Closed"), filter_exclude=["Closed", r"\$.+"])

    def test_streams_by_regular_expression(self):
        for pattern in ("account-.*", "(account|order)-[12]", ".*-3", "order-0"):
            self.both(
                self.matching(lambda s, t: re.fullmatch(pattern, s)),
                filter_include=[pattern], filter_by_stream_name=True)

    def test_types_by_prefix(self):
        self.both(
            self.matching(lambda s, t: t.startswith("Opened")),
            filter_include=["Opened"], filter_by_prefix=True)
        self.both(
            self.matching(lambda s, t: t.startswith(("OpenedA", "C"))),
            filter_include=["OpenedA", "C"], filter_by_prefix=True)

    def test_streams_by_prefix(self):
        for prefixes in (["account-"], ["account"], ["order-", "account-"], ["x"]):
            self.both(
                self.matching(lambda s, t: s.startswith(tuple(prefixes))),
                filter_include=prefixes, filter_by_stream_name=True, filter_by_prefix=True)

    def test_from_a_position(self):
        all = self.read()
        for index in (0, 1, 30, 58, 59):
            position = all[index].commit_position
            self.assertEqual(ids(self.read(commit_position=position)), ids(all[index:]))
            # Backwards from a position begins with what stands before it.
            back = ids(self.read(commit_position=position, backwards=True))
            self.assertEqual(back, ids(all[:index][::-1]))

    def test_backwards_page_by_page(self):
        for size in (1, 7):
            found, position = [], None
            while page := self.read(commit_position=position, backwards=True, limit=size):
                found += ids(page)
                self.assertLessEqual(len(found), 1000, "it goes on for ever")
                position = page[-1].commit_position
            self.assertEqual(found, ids(self.read(backwards=True)))

    def test_a_broken_regular_expression_is_refused(self):
        for pattern in ("(", "[a", "a{2,1}"):
            with self.assertRaises(exceptions.KurrentDBClientError):
                self.read(filter_include=[pattern])

    def test_a_costly_regular_expression_is_refused(self):
        with self.assertRaisesRegex(exceptions.KurrentDBClientError, "too long to match"):
            self.read(filter_include=["([a-z]+)+[0-9]-!"], filter_by_stream_name=True)
        self.assertTrue(self.read(limit=1))

    def test_there_are_no_secondary_indexes(self):
        for read in (lambda: self.db.read_index("all"),
                     lambda: self.db.subscribe_to_index("$idx-ce-account")):
            with self.assertRaisesRegex(
                    exceptions.KurrentDBClientError, "this server has no secondary indexes yet"):
                next(iter(read()))

    def test_letters_and_digits_of_all_languages(self):
        names = ["kunde-Müller", "kunde-Geändert", "kunde-٣"]
        written = [event() for _ in names]
        for name, new in zip(names, written):
            self.db.append_event(name, current_version=StreamState.NO_STREAM, event=new)
            # Other tests expect all that was written.
            self.written.append((name, new))
        for pattern, expected in ((r"kunde-\w+", written), (r"kunde-\d", written[2:]),
                                  (r".*\Bändert", written[1:2])):
            self.both(ids(expected), filter_include=[pattern], filter_by_stream_name=True)

    def test_the_position_of_the_last_event(self):
        last = self.read(backwards=True, limit=1)[0]
        self.assertEqual(self.db.get_commit_position(), last.commit_position)
