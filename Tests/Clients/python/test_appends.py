"""Appends of KurrentDB's client: each kind, each expectation, each repetition."""

import uuid

from kurrentdbclient import NewEvent, StreamState, exceptions

from support import Served, event, events, ids

ANY, NO_STREAM, EXISTS = StreamState.ANY, StreamState.NO_STREAM, StreamState.EXISTS


class AppendCase:
    """What holds for both ways in which the client appends: one event, and a list of them."""

    def append(self, stream, version, new=None):
        """Appends one event."""
        raise NotImplementedError

    def refused(self, stream, version, actual):
        """Appends one event and is refused, since the stream is at another version."""
        with self.assertRaises(exceptions.WrongCurrentVersionError) as caught:
            self.append(stream, version)
        self.assertEqual(caught.exception.actual_version, actual)
        self.assertEqual(caught.exception.expected_version, version)
        self.assertEqual(caught.exception.stream_name, stream)

    def test_what_was_appended_is_read(self):
        stream = self.stream()
        new = NewEvent("Deposited", b"\x00\xff", b'{"who": "Ada"}', "application/octet-stream")
        position = self.append(stream, NO_STREAM, new)
        (read,) = self.db.get_stream(stream)
        self.assertEqual(
            (read.id, read.type, read.data, read.metadata, read.content_type),
            (new.id, "Deposited", b"\x00\xff", b'{"who": "Ada"}', "application/octet-stream"))
        self.assertEqual((read.stream_name, read.stream_position), (stream, 0))
        self.assertEqual((read.commit_position, read.prepare_position), (position, position))
        self.assertIsNotNone(read.recorded_at)

    def test_every_expectation_that_holds(self):
        stream = self.stream()
        self.append(stream, NO_STREAM)
        self.append(stream, 0)
        self.append(stream, EXISTS)
        self.append(stream, ANY)
        self.assertEqual(self.db.get_current_version(stream), 3)
        other = self.stream()
        self.append(other, ANY)
        self.assertEqual(self.db.get_current_version(other), 0)

    def test_every_expectation_that_does_not_hold(self):
        missing = self.stream()
        self.refused(missing, 0, NO_STREAM)
        self.refused(missing, 7, NO_STREAM)
        self.refused(missing, EXISTS, NO_STREAM)
        self.assertEqual(self.db.get_current_version(missing), NO_STREAM)
        stream = self.stream()
        self.db.append_to_stream(stream, current_version=NO_STREAM, events=events(3))
        self.refused(stream, NO_STREAM, 2)
        self.refused(stream, 1, 2)
        self.refused(stream, 3, 2)
        self.refused(stream, 2**62, 2)
        self.assertEqual(self.db.get_current_version(stream), 2)

    def test_a_repetition_is_answered_as_the_first_time(self):
        for version in (NO_STREAM, ANY, 0, EXISTS):
            stream, new = self.stream(), event()
            if version in (0, EXISTS):
                self.append(stream, NO_STREAM)
            first = self.append(stream, version, new)
            self.append(stream, EXISTS)
            self.assertEqual(self.append(stream, version, new), first, version)
            self.assertEqual(len(self.db.get_stream(stream)), 3 if version in (0, EXISTS) else 2)

    def test_an_id_in_two_streams_is_two_events(self):
        one, other, new = self.stream(), self.stream(), event()
        self.append(one, NO_STREAM, new)
        self.append(other, NO_STREAM, new)
        self.assertEqual(ids(self.db.get_stream(one) + self.db.get_stream(other)), [new.id] * 2)

    def test_names_of_any_kind(self):
        for name in ("a", "Straße-☃", "with space-1", "percent%20-1", "a-b-c", "x" * 900):
            stream = name + uuid.uuid4().hex
            self.append(stream, NO_STREAM, event(type=name))
            (read,) = self.db.get_stream(stream)
            self.assertEqual((read.stream_name, read.type), (stream, name))
            self.refused(stream, 5, 0)

    def test_an_event_without_data(self):
        stream = self.stream()
        self.append(stream, NO_STREAM, event(data=b""))
        self.assertEqual(self.db.get_stream(stream)[0].data, b"")

    def test_the_latest_positions_grow(self):
        stream = self.stream()
        told = [self.append(stream, ANY) for _ in range(20)]
        self.assertEqual(told, sorted(set(told)))
        self.assertEqual([event.commit_position for event in self.db.get_stream(stream)], told)

    def test_a_tombstoned_stream_takes_nothing(self):
        stream = self.stream()
        self.append(stream, NO_STREAM)
        self.db.tombstone_stream(stream, current_version=0)
        for version in (ANY, NO_STREAM, EXISTS, 0):
            with self.assertRaises(self.deleted):
                self.append(stream, version)

    def test_system_streams_are_written_by_the_server_alone(self):
        for stream in ("$ce-account", "$et-Deposited", "$streams"):
            with self.assertRaises(exceptions.KurrentDBClientError):
                self.append(stream, ANY)

    def test_an_event_that_is_too_large_is_refused_and_nothing_is_written(self):
        stream = self.stream()
        with self.assertRaisesRegex(exceptions.KurrentDBClientError, "at most 16711680"):
            self.append(stream, ANY, event(data=bytes(17 << 20)))
        self.assertEqual(self.db.get_current_version(stream), NO_STREAM)
        self.append(stream, NO_STREAM)

    def test_an_event_of_a_megabyte(self):
        stream, data = self.stream(), self.random.randbytes(1 << 20)
        self.append(stream, NO_STREAM, event(data=data, content_type="application/octet-stream"))
        self.assertEqual(self.db.get_stream(stream)[0].data, data)


class AppendOneTests(AppendCase, Served):
    deleted = exceptions.KurrentDBClientError

    def append(self, stream, version, new=None):
        return self.db.append_event(stream, current_version=version, event=new or event())


class AppendListTests(AppendCase, Served):
    deleted = exceptions.StreamIsDeletedError

    def append(self, stream, version, new=None):
        return self.db.append_events(stream, current_version=version, events=[new or event()])

    def all(self, stream, version, new):
        return self.db.append_events(stream, current_version=version, events=new)

    def test_several_events_keep_their_order(self):
        stream, new = self.stream(), events(5000)
        self.all(stream, NO_STREAM, new)
        read = self.db.get_stream(stream)
        self.assertEqual(ids(read), ids(new))
        self.assertEqual([event.data for event in read], [event.data for event in new])

    def test_a_list_is_recorded_whole_or_not_at_all(self):
        stream = self.stream()
        self.all(stream, NO_STREAM, events(2))
        with self.assertRaises(exceptions.WrongCurrentVersionError):
            self.all(stream, 0, events(100))
        self.assertEqual(len(self.db.get_stream(stream)), 2)

    def test_a_repetition_of_a_list_is_recognised(self):
        for version in (NO_STREAM, ANY):
            stream, new = self.stream(), events(10)
            first = self.all(stream, version, new)
            self.all(stream, 9, events(1))
            self.assertEqual(self.all(stream, version, new), first)
            self.assertEqual(len(self.db.get_stream(stream)), 11)

    def test_a_repetition_with_other_events_among_it_is_refused(self):
        stream, new = self.stream(), events(3)
        self.all(stream, NO_STREAM, new)
        for mixed in (new + events(1), events(1) + new, new[:2] + events(1)):
            for version in (NO_STREAM, ANY):
                with self.assertRaises(exceptions.WrongCurrentVersionError) as raised:
                    self.all(stream, version, mixed)
                self.assertEqual(raised.exception.actual_version, 2)
        self.assertEqual(ids(self.db.get_stream(stream)), ids(new))

    def test_the_beginning_of_a_list_is_a_repetition(self):
        stream, new = self.stream(), events(3)
        self.all(stream, NO_STREAM, new)
        self.all(stream, NO_STREAM, new[:2])
        self.all(stream, 0, new[1:])
        self.assertEqual(ids(self.db.get_stream(stream)), ids(new))

    def test_no_events_at_all_are_an_append_of_nothing(self):
        stream = self.stream()
        self.all(stream, ANY, [])
        self.assertEqual(self.db.get_current_version(stream), NO_STREAM)
        with self.assertRaises(exceptions.WrongCurrentVersionError):
            self.all(stream, EXISTS, [])

    def test_more_than_one_append_may_hold_is_refused(self):
        stream = self.stream()
        large = [event(data=bytes(1 << 20)) for _ in range(34)]
        with self.assertRaises(exceptions.KurrentDBClientError):
            self.all(stream, ANY, large)
        self.assertEqual(self.db.get_current_version(stream), NO_STREAM)

    def test_the_time_a_client_gives_an_append_is_kept(self):
        stream = self.stream()
        self.db.append_events(stream, current_version=ANY, events=events(3), timeout=30)
        self.assertEqual(self.db.get_current_version(stream), 2)
        with self.assertRaises(exceptions.DeadlineExceededError):
            self.db.append_events(stream, current_version=ANY, events=events(3), timeout=0)
        self.assertEqual(self.db.get_current_version(stream), 2)
