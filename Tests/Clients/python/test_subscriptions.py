"""Catch-up subscriptions of KurrentDB's client: past and live, whole and filtered."""

import threading

from kurrentdbclient import (
    CaughtUp, Checkpoint, FellBehind, RecordedEvent, StreamState, exceptions)

from support import Served, event, events, ids

ANY = StreamState.ANY


def take(subscription, count):
    """The next events, and how many there are is known."""
    return [next(subscription) for _ in range(count)]


def until(subscription, kind):
    """All up to one of a kind, and that."""
    taken = []
    while True:
        taken.append(next(subscription))
        if isinstance(taken[-1], kind):
            return taken


class StreamSubscriptionTests(Served):
    def append(self, stream, new):
        return self.db.append_events(stream, current_version=ANY, events=new)

    def test_the_past_and_then_what_comes(self):
        stream, past, news = self.stream(), events(30), events(30)
        self.append(stream, past)
        with self.db.subscribe_to_stream(stream) as subscription:
            self.assertTrue(subscription.subscription_id)
            self.assertEqual(ids(take(subscription, 30)), ids(past))
            for new in news:
                self.append(stream, [new])
            self.assertEqual(ids(take(subscription, 30)), ids(news))

    def test_caught_up_is_told_once_the_past_is(self):
        stream, past = self.stream(), events(5)
        self.append(stream, past)
        with self.db.subscribe_to_stream(stream, include_caught_up=True) as subscription:
            taken = until(subscription, CaughtUp)
            self.assertEqual(ids(taken[:-1]), ids(past))
            self.assertEqual(taken[-1].stream_position, 4)
            self.assertIsNotNone(taken[-1].recorded_at)
            more = events(1)
            self.append(stream, more)
            self.assertEqual(next(subscription).id, more[0].id)

    def test_it_begins_behind_a_revision(self):
        stream, past = self.stream(), events(10)
        self.append(stream, past)
        for start in (0, 4, 8, 9):
            with self.db.subscribe_to_stream(
                    stream, stream_position=start, include_caught_up=True) as subscription:
                taken = until(subscription, CaughtUp)
                self.assertEqual(ids(taken[:-1]), ids(past[start + 1:]))

    def test_it_begins_at_the_end(self):
        stream, news = self.stream(), events(3)
        self.append(stream, events(10))
        with self.db.subscribe_to_stream(stream, from_end=True) as subscription:
            self.append(stream, news)
            self.assertEqual(ids(take(subscription, 3)), ids(news))

    def test_a_stream_that_is_not_there_yet_is_waited_for(self):
        stream, news = self.stream(), events(3)
        with self.db.subscribe_to_stream(stream, include_caught_up=True) as subscription:
            self.assertIsInstance(next(subscription), CaughtUp)
            self.append(self.stream(), events(3))
            self.append(stream, news)
            self.assertEqual(ids(take(subscription, 3)), ids(news))

    def test_it_is_ended_by_its_client(self):
        stream = self.stream()
        self.append(stream, events(1))
        subscription = self.db.subscribe_to_stream(stream)
        next(subscription)
        threading.Timer(0.05, subscription.stop).start()
        self.assertEqual(list(subscription), [])

    def test_the_time_a_client_gives_it_ends_it(self):
        stream = self.stream()
        self.append(stream, events(1))
        subscription = self.db.subscribe_to_stream(stream, timeout=0.5)
        with self.assertRaises(exceptions.DeadlineExceededError):
            list(subscription)

    def test_one_that_falls_behind_is_told_and_catches_up_again(self):
        stream = self.stream()
        with self.db.subscribe_to_stream(
                stream, include_caught_up=True, include_fell_behind=True) as subscription:
            self.assertIsInstance(next(subscription), CaughtUp)
            for _ in range(30):
                self.append(stream, [event(data=bytes(1 << 20))])
            revisions, told = [], []
            while len(revisions) < 30 or told and told[-1] is FellBehind:
                taken = next(subscription)
                if type(taken) is RecordedEvent:
                    revisions.append(taken.stream_position)
                else:
                    told.append(type(taken))
            self.assertEqual(revisions, list(range(30)))
            # Whether it falls behind is a matter of how much the system holds on the way.
            self.assertEqual(told, [FellBehind, CaughtUp] * (len(told) // 2))

    def test_what_is_appended_while_it_catches_up_comes_once_and_in_order(self):
        stream = self.stream()
        self.append(stream, events(500))
        subscription = self.db.subscribe_to_stream(stream)
        writer = threading.Thread(
            target=lambda: [self.append(stream, events(5)) for _ in range(100)])
        writer.start()
        taken = take(subscription, 1000)
        writer.join()
        subscription.stop()
        self.assertEqual([event.stream_position for event in taken], list(range(1000)))


class AllSubscriptionTests(Served):
    def append(self, stream, new):
        return self.db.append_events(stream, current_version=ANY, events=new)

    def test_all_streams_past_and_live(self):
        before, past, news = self.db.get_commit_position(), events(20), events(20)
        for new in past:
            self.append(self.stream(), [new])
        with self.db.subscribe_to_all(commit_position=before or None) as subscription:
            self.assertEqual(ids(take(subscription, 20)), ids(past))
            for new in news:
                self.append(self.stream(), [new])
            self.assertEqual(ids(take(subscription, 20)), ids(news))

    def test_it_begins_at_the_end(self):
        self.append(self.stream(), events(5))
        news = events(3)
        with self.db.subscribe_to_all(from_end=True) as subscription:
            self.append(self.stream(), news)
            self.assertEqual(ids(take(subscription, 3)), ids(news))

    def test_caught_up_says_where(self):
        last = self.append(self.stream(), events(5))
        with self.db.subscribe_to_all(include_caught_up=True) as subscription:
            taken = until(subscription, CaughtUp)
            self.assertEqual(taken[-1].commit_position, last)
            self.assertEqual(taken[-2].commit_position, last)

    def test_filters_of_every_kind(self):
        category = self.stream("filtered").replace("-", "")
        written = []

        def write(stream, type):
            new = event(category + type)
            self.append(f"{category}-{stream}", [new])
            written.append((stream, type, new.id))
            return new.id

        write("1", "Opened")
        write("2", "Closed")
        cases = [
            ("1", "Opened", lambda s, t: t == "Opened",
             dict(filter_include=[f"{category}Opened"])),
            ("1", "Closed", lambda s, t: t == "Closed",
             dict(filter_include=[f"{category}C"], filter_by_prefix=True)),
            ("2", "Opened", lambda s, t: True,
             dict(filter_include=[f"{category}-.*"], filter_by_stream_name=True)),
            ("2", "Closed", lambda s, t: s == "2",
             dict(filter_include=[f"{category}-2"], filter_by_stream_name=True,
                  filter_by_prefix=True)),
        ]
        for stream, type, matches, words in cases:
            with self.db.subscribe_to_all(include_caught_up=True, **words) as subscription:
                expected = [id for s, t, id in written if matches(s, t)]
                taken = until(subscription, CaughtUp)
                self.assertEqual(ids(taken[:-1]), expected, words)
                live = write(stream, type)
                self.assertEqual(next(subscription).id, live, words)

    def test_checkpoints_come_while_nothing_matches_and_can_be_gone_on_from(self):
        stream = self.stream()
        with self.db.subscribe_to_all(
                from_end=True, filter_include=["Wanted"], include_checkpoints=True,
                window_size=10, checkpoint_interval_multiplier=1) as subscription:
            for _ in range(5):
                self.append(stream, events(10))
            checkpoint = next(subscription)
            self.assertIsInstance(checkpoint, Checkpoint)
            self.assertGreater(checkpoint.commit_position, 0)
        wanted = event("Wanted")
        self.append(stream, [wanted])
        with self.db.subscribe_to_all(
                commit_position=checkpoint.commit_position,
                filter_include=["Wanted"]) as subscription:
            self.assertEqual(next(subscription).id, wanted.id)

    def test_checkpoints_never_pass_an_event_that_comes_later(self):
        stream = self.stream()
        for _ in range(20):
            self.append(stream, events(7, "Other") + [event("Needle")])
        latest = 0
        with self.db.subscribe_to_all(
                filter_include=["Needle"], include_checkpoints=True, include_caught_up=True,
                window_size=3, checkpoint_interval_multiplier=2) as subscription:
            needles = 0
            for taken in until(subscription, CaughtUp):
                self.assertGreaterEqual(taken.commit_position, latest)
                if type(taken) is RecordedEvent:
                    self.assertGreater(taken.commit_position, latest)
                    needles += 1
                latest = taken.commit_position
        self.assertGreaterEqual(needles, 20)

    def test_a_position_that_is_not_there_yet_is_refused(self):
        with self.assertRaises(exceptions.KurrentDBClientError):
            next(self.db.subscribe_to_all(commit_position=2**60))

    def test_many_subscriptions_of_one_client(self):
        stream = self.stream()
        opened = [self.db.subscribe_to_stream(stream) for _ in range(50)]
        new = events(4)
        self.append(stream, new)
        for subscription in opened:
            self.assertEqual(ids(take(subscription, 4)), ids(new))
            subscription.stop()
