"""Appends to several streams at once, by KurrentDB's client: all of it is recorded, or nothing."""

import json

from kurrentdbclient import NewEvents, NewRecord, StreamState, StreamStateCheck, exceptions

from support import Served, event, events, ids, positions

ANY, NO_STREAM, EXISTS = StreamState.ANY, StreamState.NO_STREAM, StreamState.EXISTS


class AppendSessionTests(Served):
    def append(self, *parts):
        return self.db.multi_append_to_stream(
            events=[NewEvents(stream, new, version) for stream, version, new in parts])

    def test_each_stream_gets_its_events(self):
        one, other, a, b = self.stream(), self.stream("order"), events(3), events(2)
        position = self.append((one, NO_STREAM, a), (other, ANY, b))
        self.assertEqual(ids(self.db.get_stream(one)), ids(a))
        self.assertEqual(ids(self.db.get_stream(other)), ids(b))
        self.assertEqual(self.db.get_stream(other)[-1].commit_position, position)

    def test_one_wrong_version_keeps_all_from_being_recorded(self):
        one, other = self.stream(), self.stream()
        self.append((one, NO_STREAM, events(1)))
        for version in (NO_STREAM, 5):
            with self.assertRaises(exceptions.WrongCurrentVersionError) as caught:
                self.append((other, ANY, events(2)), (one, version, events(1)))
            self.assertEqual(caught.exception.stream_name, one)
            self.assertEqual(caught.exception.actual_version, 0)
        with self.assertRaises(exceptions.WrongCurrentVersionError):
            self.append((one, ANY, events(2)), (other, EXISTS, events(1)))
        self.assertEqual(self.db.get_current_version(one), 0)
        self.assertEqual(self.db.get_current_version(other), NO_STREAM)

    def test_a_repetition_is_answered_as_the_first_time(self):
        one, other, a, b = self.stream(), self.stream(), events(3), events(2)
        first = self.append((one, NO_STREAM, a), (other, ANY, b))
        self.assertEqual(self.append((one, NO_STREAM, a), (other, ANY, b)), first)
        self.assertEqual(ids(self.db.get_stream(one)), ids(a))
        self.assertEqual(ids(self.db.get_stream(other)), ids(b))

    def test_a_repetition_with_other_events_among_it_is_refused(self):
        one, new = self.stream(), events(2)
        self.append((one, NO_STREAM, new))
        for version in (NO_STREAM, ANY):
            with self.assertRaises(exceptions.WrongCurrentVersionError) as caught:
                self.append((one, version, new + events(1)), (self.stream(), ANY, events(1)))
            self.assertEqual(caught.exception.stream_name, one)
            self.assertEqual(caught.exception.actual_version, 1)
        self.assertEqual(ids(self.db.get_stream(one)), ids(new))

    def test_a_stream_may_come_once(self):
        stream = self.stream()
        with self.assertRaises(exceptions.MultiAppendToSameStreamError):
            self.append((stream, ANY, events(1)), (stream, ANY, events(1)))
        self.assertEqual(self.db.get_current_version(stream), NO_STREAM)

    def test_a_tombstoned_stream_is_told(self):
        gone, other = self.stream(), self.stream()
        self.append((gone, NO_STREAM, events(1)))
        self.db.tombstone_stream(gone, current_version=0)
        with self.assertRaises(exceptions.StreamTombstonedError):
            self.append((other, ANY, events(1)), (gone, ANY, events(1)))
        self.assertEqual(self.db.get_current_version(other), NO_STREAM)

    def test_properties_come_back_as_metadata(self):
        stream = self.stream()
        new = event(metadata=b'{"who": "Ada", "$correlationId": "c-1"}')
        self.append((stream, NO_STREAM, [new]))
        (read,) = self.db.get_stream(stream)
        metadata = json.loads(read.metadata)
        self.assertEqual((metadata["who"], metadata["$correlationId"]), ("Ada", "c-1"))
        self.assertEqual((read.type, read.data, read.content_type),
                         (new.type, new.data, "application/json"))

    def test_an_event_that_is_too_large_is_told(self):
        stream = self.stream()
        with self.assertRaises(exceptions.RecordMaxSizeExceededError):
            self.append((stream, ANY, [event(data=bytes(17 << 20))]))

    def test_all_together_may_be_too_large(self):
        parts = [(self.stream(), ANY, [event(data=bytes(9 << 20))]) for _ in range(4)]
        with self.assertRaises(exceptions.TransactionMaxSizeExceededError):
            self.append(*parts)
        self.assertEqual(self.db.get_current_version(parts[0][0]), NO_STREAM)

    def test_a_stream_of_the_system_is_not_written_to(self):
        other = self.stream()
        for stream in ("$ce-order", "$other"):
            with self.assertRaisesRegex(exceptions.AccessDeniedError, "Write access to stream"):
                self.append((other, ANY, events(1)), (stream, ANY, events(1)))
        self.assertEqual(self.db.get_current_version(other), NO_STREAM)

    def test_a_session_without_streams_is_refused(self):
        with self.assertRaises(exceptions.FailedPreconditionError):
            self.append()


class AppendRecordsTests(Served):
    def record(self, stream, **words):
        return NewRecord(stream_name=stream, type="Deposited", data=b"{}", **words)

    def test_records_of_several_streams_keep_their_order(self):
        one, other = self.stream(), self.stream()
        records = [self.record(s) for s in (one, other, one, one, other)]
        result = self.db.append_records(records)
        self.assertEqual(
            {r.stream_name: r.stream_position for r in result.stream_positions},
            {one: 2, other: 1})
        self.assertEqual(ids(self.db.get_stream(one)), [records[i].id for i in (0, 2, 3)])
        self.assertEqual(ids(self.db.get_stream(other)), [records[i].id for i in (1, 4)])
        commits = [event.commit_position for event in self.db.get_stream(one)]
        self.assertEqual(commits[0] + 2, commits[1], "they interleave in the journal")
        self.assertEqual(result.commit_position, commits[0] + 4)

    def test_a_stream_of_the_system_is_not_written_to(self):
        with self.assertRaisesRegex(exceptions.AccessDeniedError, "Write access to stream"):
            self.db.append_records([self.record(self.stream()), self.record("$ce-order")])

    def test_of_many_checks_that_fail_as_many_are_told_as_the_client_takes(self):
        checks = [StreamStateCheck(f"absent-{number}", EXISTS) for number in range(300)]
        with self.assertRaises(exceptions.ConsistencyChecksFailedError) as caught:
            self.db.append_records(self.record(self.stream()), checks)
        self.assertGreater(len(caught.exception.failures), 20)

    def test_checks_of_streams_that_are_not_written(self):
        written, checked = self.stream(), self.stream()
        self.db.append_records(self.record(checked))
        for state in (0, EXISTS):
            self.db.append_records(
                self.record(written), [StreamStateCheck(checked, state)])
        for state in (NO_STREAM, 7):
            with self.assertRaises(exceptions.ConsistencyChecksFailedError) as caught:
                self.db.append_records(
                    self.record(written), [StreamStateCheck(checked, state)])
            (failure,) = caught.exception.failures
            self.assertEqual(failure.stream_state_failure.stream_name, checked)
        self.assertEqual(self.db.get_current_version(written), 1)

    def test_a_repetition_is_answered_as_the_first_time(self):
        one, other = self.stream(), self.stream()
        records = [self.record(one), self.record(other)]
        checks = [StreamStateCheck(one, NO_STREAM)]
        first = self.db.append_records(records, checks)
        self.assertEqual(self.db.append_records(records, checks), first)
        self.assertEqual(positions(self.db.get_stream(one)), [0])

    def test_no_records_at_all_are_refused(self):
        with self.assertRaises(exceptions.KurrentDBClientError):
            self.db.append_records([])
