"""`daybook.v1` with the stubs that grpcio-tools makes of its files: everything once, as another maker would."""

import os
import subprocess
import threading
import uuid

import grpc
from daybook.v1 import append_pb2, error_pb2, event_pb2, event_store_service_pb2_grpc
from daybook.v1 import look_up_pb2, query_pb2, read_pb2
from google.rpc import status_pb2

from support import BINARY, Bounded

STATE = append_pb2.StreamCondition
KIND = event_pb2.StreamState


def event(kind, data=b"{}", **fields):
    return event_pb2.Event(id=uuid.uuid4().bytes, type=kind, data=data, **fields)


def append_of(stream, *events, condition=None, **fields):
    part = append_pb2.StreamAppend(stream=stream, events=events, condition=condition)
    return append_pb2.AppendRequest(streams=[part], **fields)


def at_revision(revision):
    return append_pb2.StreamCondition(revision=revision)


def store_error(failure):
    """The error of the store in a call that failed."""
    for name, value in failure.trailing_metadata():
        if name == "grpc-status-details-bin":
            status = status_pb2.Status.FromString(value)
            assert status.message == failure.details()
            error = error_pb2.StoreError()
            assert status.details[0].Unpack(error)
            return error
    raise AssertionError(f"no details: {failure}")


class ProtocolTests(Bounded):
    def setUp(self):
        super().setUp()
        self.served = self.server()
        self.channel = grpc.insecure_channel(
            self.served.address, options=[("grpc.max_receive_message_length", 32 << 20)])
        self.addCleanup(self.channel.close)
        self.stub = event_store_service_pb2_grpc.EventStoreServiceStub(self.channel)

    def refused(self, code, call, request):
        with self.assertRaises(grpc.RpcError) as caught:
            answer = call(request)
            if not hasattr(answer, "DESCRIPTOR"):
                list(answer)
        self.assertEqual(caught.exception.code(), code, caught.exception.details())
        return store_error(caught.exception)

    def events(self, selection=None, **fields):
        request = read_pb2.ReadRequest(selection=selection, **fields)
        return [event for batch in self.stub.Read(request) for event in batch.events]

    def of_stream(self, stream, **fields):
        return self.events(query_pb2.Selection(stream=stream), **fields)

    def test_what_is_appended_is_read(self):
        opened = event("opened", b'{"owner":"Ada"}')
        paid = event(
            "paid-in", bytes(range(256)), content_type="application/cbor", metadata=b"m",
            tags=["customer:ada", "till:3"], causation="c", correlation="r",
            occurred_at_micros=-7)
        none = append_pb2.StreamCondition(state=STATE.STATE_NONE)
        answer = self.stub.Append(append_of("account-1", opened, paid, condition=none))
        self.assertEqual((answer.first_position, answer.last_position), (1, 2))
        self.assertFalse(answer.is_duplicate)
        self.assertEqual(
            [(part.stream, part.last_revision) for part in answer.streams], [("account-1", 1)])
        batches = list(self.stub.Read(
            read_pb2.ReadRequest(selection=query_pb2.Selection(stream="account-1"))))
        found = [event for batch in batches for event in batch.events]
        self.assertEqual([one.event for one in found], [opened, paid])
        self.assertEqual([one.position for one in found], [1, 2])
        self.assertEqual([one.revision for one in found], [0, 1])
        self.assertGreater(found[0].recorded_at_micros, 1_700_000_000_000_000)
        self.assertEqual(batches[0].head_position, 2)
        self.assertTrue(batches[0].history)

    def test_an_append_sent_again_is_recorded_once(self):
        request = append_of("a-1", event("t"), event("u"))
        first = self.stub.Append(request)
        second = self.stub.Append(request)
        self.assertTrue(second.is_duplicate)
        second.is_duplicate = False
        self.assertEqual(first, second)
        part = append_of("a-1", request.streams[0].events[1], event("v"))
        error = self.refused(grpc.StatusCode.ALREADY_EXISTS, self.stub.Append, part)
        self.assertEqual(error.code, "partialDuplicate")

    def test_conditions_of_streams(self):
        self.stub.Append(append_of("a-1", event("t")))
        error = self.refused(
            grpc.StatusCode.FAILED_PRECONDITION, self.stub.Append,
            append_of("a-1", event("t"), condition=at_revision(7)))
        self.assertEqual((error.code, error.stream), ("wrongRevision", "a-1"))
        self.assertEqual(error.actual.kind, KIND.KIND_LIVE)
        self.assertEqual(error.actual.last_revision, 0)
        self.assertTrue(error.what and error.why and error.remedy)
        request = append_of("a-2", event("t"))
        checked = append_pb2.StreamAppend(stream="a-1", condition=at_revision(0))
        request.streams.append(checked)
        self.stub.Append(request)
        unknown = append_of("a-1", event("t"), condition=append_pb2.StreamCondition())
        self.assertEqual(
            self.refused(grpc.StatusCode.INVALID_ARGUMENT, self.stub.Append, unknown).code,
            "invalid")

    def test_a_query_condition_is_a_boundary(self):
        tagged = query_pb2.Query(items=[query_pb2.QueryItem(tags=["course:7"])])
        free = append_pb2.QueryCondition(fail_if_events_match=tagged, after_position=0)
        booked = event("booked", tags=["course:7"])
        self.stub.Append(append_of("s-1", booked, query_condition=free))
        error = self.refused(
            grpc.StatusCode.FAILED_PRECONDITION, self.stub.Append,
            append_of("s-2", event("booked", tags=["course:7"]), query_condition=free))
        self.assertEqual((error.code, error.position), ("conflict", 1))
        free.after_position = 1
        self.stub.Append(append_of("s-2", event("other"), query_condition=free))

    def test_streams_alternate_in_one_append(self):
        request = append_of("a-1", event("one"))
        for stream, kind in [("b-1", "two"), ("a-1", "three")]:
            request.streams.append(
                append_pb2.StreamAppend(stream=stream, events=[event(kind)]))
        answer = self.stub.Append(request)
        self.assertEqual(
            [(part.stream, part.last_revision) for part in answer.streams],
            [("a-1", 1), ("b-1", 0)])
        self.assertEqual(
            [one.event.type for one in self.events()], ["one", "two", "three"])

    def test_tracking_marks_and_records(self):
        mark = append_pb2.TrackingMark(consumer="copy", to_token=b"1", note=b"n")
        record = append_pb2.SystemRecord(
            owner="mail", key="7", value=b"sent",
            condition=append_pb2.SystemRecordCondition(
                state=append_pb2.SystemRecordCondition.STATE_NONE))
        self.stub.Append(append_of("a-1", event("t"), tracking=mark, records=[record]))
        error = self.refused(
            grpc.StatusCode.FAILED_PRECONDITION, self.stub.Append,
            append_pb2.AppendRequest(tracking=mark))
        self.assertEqual(error.code, "wrongToken")
        mark.from_token, mark.to_token = b"1", b"2"
        self.stub.Append(append_pb2.AppendRequest(tracking=mark))
        told = self.stub.GetTracking(look_up_pb2.GetTrackingRequest(consumer="copy"))
        self.assertEqual((told.tracking.token, told.tracking.note), (b"2", b"n"))
        none = self.stub.GetTracking(look_up_pb2.GetTrackingRequest(consumer="other"))
        self.assertFalse(none.HasField("tracking"))
        found = self.stub.GetRecord(look_up_pb2.GetRecordRequest(owner="mail", key="7")).record
        self.assertEqual((found.key, found.value), ("7", b"sent"))
        for number in range(40):
            self.stub.Append(append_pb2.AppendRequest(records=[
                append_pb2.SystemRecord(owner="mail", key=f"k{number:02}", value=b"v")]))
        listed = self.stub.ListRecords(look_up_pb2.ListRecordsRequest(owner="mail"))
        self.assertEqual((len(listed.records), listed.has_more), (32, True))
        rest = self.stub.ListRecords(look_up_pb2.ListRecordsRequest(
            owner="mail", after=listed.records[-1].key))
        self.assertEqual((len(rest.records), rest.has_more), (9, False))
        gone = append_pb2.SystemRecord(
            owner="mail", key="7",
            condition=append_pb2.SystemRecordCondition(sequence=found.sequence))
        self.stub.Append(append_pb2.AppendRequest(records=[gone]))
        none = self.stub.GetRecord(look_up_pb2.GetRecordRequest(owner="mail", key="7"))
        self.assertFalse(none.HasField("record"))

    def test_appends_are_pipelined(self):
        count = 2_000
        wrong = {500, 1_500}

        def requests():
            for number in range(count):
                condition = at_revision(1 << 40) if number in wrong else None
                yield append_pb2.AppendPipelinedRequest(
                    number=number, append=append_of("a-1", event(f"t{number}"),
                                                    condition=condition))

        answers = {one.number: one for one in self.stub.AppendPipelined(requests())}
        self.assertEqual(len(answers), count)
        failed = {number for number, one in answers.items() if one.HasField("error")}
        self.assertEqual(failed, wrong)
        self.assertEqual(answers[500].error.code, "wrongRevision")
        self.assertEqual(
            [one.event.type for one in self.of_stream("a-1")],
            [f"t{number}" for number in range(count) if number not in wrong])

    def test_reads_of_every_kind(self):
        for number in range(10):
            self.stub.Append(append_of(
                f"{'even' if number % 2 == 0 else 'odd'}-{number}",
                event(f"t{number}", tags=[f"rest:{number % 3}"], correlation="run",
                      occurred_at_micros=number)))

        def kinds(selection=None, **fields):
            return [int(one.event.type[1:]) for one in self.events(selection, **fields)]

        backwards = read_pb2.DIRECTION_BACKWARDS
        everything = query_pb2.Selection(all=query_pb2.AllEvents())
        self.assertEqual(kinds(everything), list(range(10)))
        self.assertEqual(kinds(direction=backwards, limit=3), [9, 8, 7])
        self.assertEqual(kinds(limit=0), [])
        self.assertEqual(kinds(start=read_pb2.ReadStart(position=8)), [7, 8, 9])
        self.assertEqual(kinds(query_pb2.Selection(category="odd")), [1, 3, 5, 7, 9])
        query = query_pb2.Query(items=[
            query_pb2.QueryItem(tags=["rest:0"], category="odd"),
            query_pb2.QueryItem(types=["t2", "t4"])])
        self.assertEqual(kinds(query_pb2.Selection(query=query)), [2, 3, 4, 9])
        self.assertEqual(
            kinds(occurred_since_micros=4, occurred_until_micros=6), [4, 5, 6])
        late = self.events()[5].recorded_at_micros
        self.assertEqual(
            kinds(start=read_pb2.ReadStart(time_micros=late))[-4:], [6, 7, 8, 9])
        error = self.refused(
            grpc.StatusCode.NOT_FOUND, self.stub.Read,
            read_pb2.ReadRequest(selection=query_pb2.Selection(stream="none")))
        self.assertEqual((error.code, error.actual.kind), ("streamNotFound", KIND.KIND_NEVER))
        other = read_pb2.ReadRequest(history="another")
        self.assertEqual(
            self.refused(grpc.StatusCode.FAILED_PRECONDITION, self.stub.Read, other).code,
            "wrongCheckpoint")

    def test_many_events_come_in_batches(self):
        request = append_of("a-1", *(event("t", b"x" * 1_000) for _ in range(2_000)))
        self.stub.Append(request)
        batches = list(self.stub.Read(read_pb2.ReadRequest()))
        self.assertEqual(sum(len(batch.events) for batch in batches), 2_000)
        self.assertLess(len(batches), 40)
        self.assertTrue(all(batch.ByteSize() < 256 << 10 for batch in batches))

    def test_subscriptions_go_from_the_past_to_what_comes(self):
        self.stub.Append(append_of("a-1", event("before")))
        signals = self.stub.Subscribe(read_pb2.SubscribeRequest())
        started = next(signals).started
        self.assertEqual(started.position, 0)
        self.assertEqual(next(signals).events.events[0].event.type, "before")
        self.assertTrue(next(signals).HasField("caught_up"))
        self.stub.Append(append_of("a-1", event("live")))
        self.assertEqual(next(signals).events.events[0].event.type, "live")
        signals.cancel()
        on = read_pb2.SubscribeRequest(
            start=read_pb2.SubscriptionStart(after_position=1), history=started.history)
        self.assertEqual(
            [signal.WhichOneof("signal") for signal, _ in zip(self.stub.Subscribe(on), range(2))],
            ["started", "events"])

    def test_a_subscription_to_few_is_told_how_far_it_is(self):
        rare = query_pb2.Selection(query=query_pb2.Query(items=[
            query_pb2.QueryItem(types=["rare"])]))
        signals = self.stub.Subscribe(read_pb2.SubscribeRequest(selection=rare))
        self.assertEqual(next(signals).WhichOneof("signal"), "started")
        self.assertEqual(next(signals).WhichOneof("signal"), "caught_up")
        self.stub.Append(append_of("a-1", event("frequent")))
        self.assertEqual(next(signals).progress, 1)
        self.stub.Append(append_of("a-1", event("rare")))
        self.assertEqual(next(signals).events.events[0].position, 2)
        signals.cancel()

    def test_a_checkpoint_is_checked(self):
        self.stub.Append(append_of("a-1", event("t")))
        head = self.stub.GetHead(look_up_pb2.GetHeadRequest())
        self.assertEqual(head.position, 1)
        start = read_pb2.SubscriptionStart(checkpoint=head.checkpoint)
        signals = self.stub.Subscribe(read_pb2.SubscribeRequest(start=start))
        self.assertEqual(next(signals).started.position, 1)
        signals.cancel()
        other = str(uuid.uuid4()) + head.checkpoint[36:]
        wrong = read_pb2.SubscribeRequest(start=read_pb2.SubscriptionStart(checkpoint=other))
        error = self.refused(
            grpc.StatusCode.FAILED_PRECONDITION, self.stub.Subscribe, wrong)
        self.assertEqual(error.code, "wrongCheckpoint")

    def test_streams_are_looked_up_and_deleted(self):
        for number in range(1_005):
            self.stub.Append(append_of(f"s-{number:04}", event("t")))
        listed = self.stub.ListStreams(look_up_pb2.ListStreamsRequest(prefix="s-"))
        self.assertEqual((len(listed.streams), listed.has_more), (1_000, True))
        rest = self.stub.ListStreams(look_up_pb2.ListStreamsRequest(
            prefix="s-", after=listed.streams[-1].stream))
        self.assertEqual([info.stream for info in rest.streams],
                         [f"s-{number}" for number in range(1_000, 1_005)])
        self.assertFalse(rest.has_more)
        info = self.stub.GetStream(look_up_pb2.GetStreamRequest(stream="s-0003")).info
        self.assertEqual((info.state.kind, info.state.last_revision, info.last_position),
                         (KIND.KIND_LIVE, 0, 4))
        soft = append_pb2.DeleteRequest(
            stream="s-0003", kind=append_pb2.DeleteRequest.KIND_SOFT, condition=at_revision(0))
        self.assertEqual(self.stub.Delete(soft).position, 1_006)
        self.assertEqual(
            self.refused(grpc.StatusCode.NOT_FOUND, self.stub.Delete, soft).code,
            "streamNotFound")
        hard = append_pb2.DeleteRequest(
            stream="s-0003", kind=append_pb2.DeleteRequest.KIND_TOMBSTONE)
        self.stub.Delete(hard)
        info = self.stub.GetStream(look_up_pb2.GetStreamRequest(stream="s-0003")).info
        self.assertEqual(info.state.kind, KIND.KIND_TOMBSTONED)
        error = self.refused(
            grpc.StatusCode.FAILED_PRECONDITION, self.stub.Append, append_of("s-0003", event("t")))
        self.assertEqual(error.code, "streamDeleted")
        unspecified = append_pb2.DeleteRequest(stream="s-0004")
        self.assertEqual(
            self.refused(grpc.StatusCode.INVALID_ARGUMENT, self.stub.Delete, unspecified).code,
            "invalid")

    def test_limits_are_told(self):
        large = append_of("a-1", event("t", bytes(16 << 20)))
        with self.assertRaises(grpc.RpcError) as caught:
            self.stub.Append(large)
        self.assertIn(caught.exception.code(), (
            grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.RESOURCE_EXHAUSTED))
        largest = append_of("a-1", event("t", bytes(3 << 20)))
        self.stub.Append(largest)
        self.assertEqual(len(self.of_stream("a-1")[0].event.data), 3 << 20)
        with self.assertRaises(grpc.RpcError) as caught:
            # It is over already: one of a microsecond is answered now and then.
            self.stub.Append(append_of("a-1", event("t")), timeout=-1)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)

    def test_a_server_that_ends_says_so(self):
        signals = self.stub.Subscribe(read_pb2.SubscribeRequest())
        next(signals)
        threading.Timer(0.1, self.served.stop).start()
        with self.assertRaises(grpc.RpcError) as caught:
            list(signals)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.UNAVAILABLE)


class JournalTests(Bounded):
    """The journals of a store, of which the server was started with one."""

    def test_each_journal_is_asked_for_by_its_name(self):
        server = self.server()
        server.stop()
        subprocess.run(
            [BINARY, "append", "invoice-1", "--type", "sent", "--data", "{}", "--store",
             server.store, "--journal", "billing"],
            check=True, stdout=subprocess.DEVNULL)
        server.start()
        with grpc.insecure_channel(server.address) as channel:
            stub = event_store_service_pb2_grpc.EventStoreServiceStub(channel)
            listed = stub.ListJournals(look_up_pb2.ListJournalsRequest()).journals
            self.assertEqual([(one.name, one.is_default) for one in listed],
                             [("billing", False), ("main", True)])

            def kinds(journal):
                batches = stub.Read(read_pb2.ReadRequest(journal=journal))
                return [one.event.type for batch in batches for one in batch.events]

            self.assertEqual(kinds("billing"), ["sent"])
            stub.Append(append_of("invoice-1", event("paid"), journal="billing"))
            stub.Append(append_of("account-1", event("opened")))

            def requests():
                for number in range(100):
                    journal = "billing" if number % 2 else ""
                    yield append_pb2.AppendPipelinedRequest(
                        number=number,
                        append=append_of("p-1", event(f"t{number}"), journal=journal))

            self.assertEqual(
                sum(one.HasField("appended") for one in stub.AppendPipelined(requests())), 100)
            self.assertEqual(kinds("billing")[:2], ["sent", "paid"])
            self.assertEqual(kinds("billing")[2:], [f"t{n}" for n in range(1, 100, 2)])
            self.assertEqual(kinds("main"), kinds(""))
            self.assertEqual(len(kinds("")), 51)
            for name, code in [("none", grpc.StatusCode.NOT_FOUND),
                               ("No such", grpc.StatusCode.INVALID_ARGUMENT)]:
                for call in [
                    lambda: stub.GetHead(look_up_pb2.GetHeadRequest(journal=name)),
                    lambda: list(stub.Subscribe(read_pb2.SubscribeRequest(journal=name))),
                    lambda: stub.Append(append_of("a-1", event("t"), journal=name)),
                ]:
                    with self.assertRaises(grpc.RpcError) as caught:
                        call()
                    self.assertEqual(caught.exception.code(), code)
                    self.assertTrue(store_error(caught.exception).remedy)
            self.assertFalse(os.path.exists(os.path.join(server.store, "journals", "none")))
