"""Deletion and metadata of streams, by KurrentDB's client."""

import json

from kurrentdbclient import CaughtUp, NewEvent, StreamState, exceptions

from support import Served, event, events, ids, positions

ANY, NO_STREAM, EXISTS = StreamState.ANY, StreamState.NO_STREAM, StreamState.EXISTS


class DeleteTests(Served):
    def filled(self, count=3):
        stream = self.stream()
        self.db.append_events(stream, current_version=NO_STREAM, events=events(count))
        return stream

    def assert_gone(self, stream):
        for backwards in (False, True):
            with self.assertRaises(exceptions.NotFoundError):
                self.db.get_stream(stream, backwards=backwards)
        self.assertEqual(self.db.get_current_version(stream), NO_STREAM)

    def test_a_deleted_stream_is_not_found(self):
        for version in (2, ANY, EXISTS):
            stream = self.filled()
            self.db.delete_stream(stream, current_version=version)
            self.assert_gone(stream)
            self.db.delete_stream(stream, current_version=ANY)
            self.assert_gone(stream)

    def test_another_version_than_expected_keeps_it(self):
        stream = self.filled()
        for version in (0, 1, 3, 99):
            with self.assertRaises(exceptions.WrongCurrentVersionError):
                self.db.delete_stream(stream, current_version=version)
            with self.assertRaises(exceptions.WrongCurrentVersionError):
                self.db.tombstone_stream(stream, current_version=version)
        self.assertEqual(len(self.db.get_stream(stream)), 3)

    def test_a_stream_that_never_was_cannot_be_deleted(self):
        for version in (0, ANY, EXISTS):
            with self.assertRaises(exceptions.NotFoundError):
                self.db.delete_stream(self.stream(), current_version=version)

    def test_a_deleted_stream_is_opened_again_and_goes_on_counting(self):
        for version in (NO_STREAM, ANY, 2):
            stream, new = self.filled(), events(2)
            self.db.delete_stream(stream, current_version=2)
            self.db.append_events(stream, current_version=version, events=new)
            read = self.db.get_stream(stream)
            self.assertEqual(ids(read), ids(new), version)
            self.assertEqual(positions(read), [3, 4])
            self.assertEqual(positions(self.db.get_stream(stream, backwards=True)), [4, 3])

    def test_a_tombstoned_stream_is_gone_for_good(self):
        for version in (2, ANY, EXISTS):
            stream = self.filled()
            self.db.tombstone_stream(stream, current_version=version)
            for attempt in (
                    lambda: self.db.get_stream(stream),
                    lambda: self.db.get_stream(stream, backwards=True),
                    lambda: self.db.append_events(stream, current_version=ANY, events=events(1)),
                    lambda: self.db.delete_stream(stream, current_version=ANY),
                    lambda: self.db.tombstone_stream(stream, current_version=ANY)):
                with self.assertRaises(exceptions.StreamIsDeletedError):
                    attempt()

    def test_a_deleted_stream_can_still_be_tombstoned(self):
        stream = self.filled()
        self.db.delete_stream(stream, current_version=2)
        self.db.tombstone_stream(stream, current_version=ANY)
        with self.assertRaises(exceptions.StreamIsDeletedError):
            self.db.get_stream(stream)

    def test_deletion_survives_a_restart(self):
        server = self.server()
        client = self.client(server)
        for stream in ("a-1", "a-2", "a-3"):
            client.append_events(stream, current_version=NO_STREAM, events=events(3))
        client.delete_stream("a-1", current_version=2)
        client.tombstone_stream("a-2", current_version=2)
        self.assertEqual(server.stop(), 0)
        server.start()
        self.reached(client)
        with self.assertRaises(exceptions.NotFoundError):
            client.get_stream("a-1")
        with self.assertRaises(exceptions.StreamIsDeletedError):
            client.get_stream("a-2")
        self.assertEqual(len(client.get_stream("a-3")), 3)


class MetadataTests(Served):
    def filled(self, count=10):
        stream = self.stream()
        self.db.append_events(stream, current_version=NO_STREAM, events=events(count))
        return stream

    def test_they_are_kept_as_they_were_written(self):
        stream = self.filled()
        self.assertEqual(self.db.get_stream_metadata(stream), ({}, NO_STREAM))
        first = {"who": "Ada", "number": 1.5, "list": [1, None, "ü"], "$acl": {"$r": ["$all"]}}
        self.db.set_stream_metadata(stream, metadata=first, current_version=NO_STREAM)
        self.assertEqual(self.db.get_stream_metadata(stream), (first, 0))
        second = {"who": "Grace"}
        self.db.set_stream_metadata(stream, metadata=second, current_version=0)
        self.assertEqual(self.db.get_stream_metadata(stream), (second, 1))

    def test_the_metadata_of_the_event_that_sets_them_are_kept(self):
        stream = self.filled()
        told = b'{"by": "Ada", "why": "\xc3\xbc"}'
        for data in (b'{"$maxCount": 5}', b'{"$tb": 9223372036854775807, "note": 1}'):
            self.db.append_event(
                "$$" + stream, current_version=ANY,
                event=NewEvent(type="$metadata", data=data, metadata=told))
            read = self.db.get_stream("$$" + stream)[-1]
            self.assertEqual((read.type, read.data, read.metadata), ("$metadata", data, told))
        # Once the stream is reopened, the event says where it begins from then on.
        self.db.append_event(stream, current_version=ANY, event=event())
        read = self.db.get_stream("$$" + stream)[-1]
        self.assertEqual(json.loads(read.data), {"$tb": 10, "note": 1})
        self.assertEqual((read.type, read.metadata), ("$metadata", told))
        self.assertEqual(positions(self.db.get_stream(stream)), [10])

    def test_they_have_a_version_too(self):
        stream = self.filled()
        self.db.set_stream_metadata(stream, metadata={"a": 1})
        for version in (NO_STREAM, 5):
            with self.assertRaises(exceptions.WrongCurrentVersionError):
                self.db.set_stream_metadata(
                    stream, metadata={"a": 2}, current_version=version)
        self.assertEqual(self.db.get_stream_metadata(stream), ({"a": 1}, 0))

    def test_a_stream_keeps_its_latest_events(self):
        stream = self.filled()
        self.db.set_stream_metadata(stream, metadata={"$maxCount": 3})
        self.assertEqual(positions(self.db.get_stream(stream)), [7, 8, 9])
        self.assertEqual(positions(self.db.get_stream(stream, backwards=True)), [9, 8, 7])
        self.assertEqual(positions(self.db.get_stream(stream, stream_position=2)), [7, 8, 9])
        self.db.append_events(stream, current_version=9, events=events(1))
        self.assertEqual(positions(self.db.get_stream(stream)), [8, 9, 10])

    def test_a_stream_is_cut_off_before_an_event(self):
        stream = self.filled()
        self.db.set_stream_metadata(stream, metadata={"$tb": 6})
        self.assertEqual(positions(self.db.get_stream(stream)), [6, 7, 8, 9])
        with self.db.subscribe_to_stream(stream, include_caught_up=True) as subscription:
            taken = []
            while not isinstance(new := next(subscription), CaughtUp):
                taken.append(new)
            self.assertEqual(positions(taken), [6, 7, 8, 9])

    def test_events_go_when_they_are_old(self):
        stream = self.filled()
        self.db.set_stream_metadata(stream, metadata={"$maxAge": 3600})
        self.assertEqual(len(self.db.get_stream(stream)), 10)
        self.db.set_stream_metadata(stream, metadata={"$maxAge": 1})

        def is_empty():
            try:
                return not self.db.get_stream(stream)
            except exceptions.NotFoundError:
                return True

        self.eventually(is_empty, "events older than a second go")
        self.db.append_event(stream, current_version=9, event=event())

    def test_what_they_say_has_to_make_sense(self):
        stream = self.filled()
        for metadata in ({"$maxCount": -1}, {"$maxCount": "many"}, {"$tb": "x"}):
            with self.assertRaises(exceptions.KurrentDBClientError):
                self.db.set_stream_metadata(stream, metadata=metadata)
        self.assertEqual(len(self.db.get_stream(stream)), 10)

    def test_a_stream_may_have_metadata_before_it_has_events(self):
        stream = self.stream()
        self.db.set_stream_metadata(stream, metadata={"$maxCount": 2})
        with self.assertRaises(exceptions.NotFoundError):
            self.db.get_stream(stream)
        self.db.append_events(stream, current_version=NO_STREAM, events=events(5))
        self.assertEqual(positions(self.db.get_stream(stream)), [3, 4])
