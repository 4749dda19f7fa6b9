"""A server looked after by the protocol of KurrentDB's clients: projections, compaction, figures, its end."""

import threading
import time

import grpc
from kurrentdbclient import StreamState, exceptions

from support import Bounded, Served, event, ids
from test_outages import Writer

ANY = StreamState.ANY
OPERATIONS = "/event_store.client.operations.Operations/"
SYSTEM = {"$by_category", "$by_correlation_id", "$by_event_type", "$stream_by_category", "$streams"}


def call(server, path, request=b""):
    """Makes a call with one message, by its bytes, and gives the answer's."""
    with grpc.insecure_channel(server.address) as channel:
        return channel.unary_unary(path)(request, timeout=30)


def compact(server):
    """Has it give back the room of what is deleted: the id of that."""
    answer = call(server, OPERATIONS + "StartScavenge")
    assert answer[0] == 0x0A, answer
    return answer[2:2 + answer[1]].decode()


class ProjectionTests(Served):
    def test_those_of_the_system_are_always_running(self):
        for listed in (self.db.list_all_projection_statistics(),
                       self.db.list_continuous_projection_statistics()):
            self.assertEqual({each.name for each in listed}, SYSTEM)
            self.assertEqual({each.status for each in listed}, {"Running"})
        self.assertEqual(self.db.get_projection_statistics("$by_category").name, "$by_category")
        self.db.enable_projection("$by_category")

    def test_others_cannot_be_made_and_those_cannot_be_stopped(self):
        for attempt in (
                lambda: self.db.create_projection(name="mine", query="fromAll()"),
                lambda: self.db.disable_projection("$by_category"),
                lambda: self.db.reset_projection("$by_category"),
                lambda: self.db.delete_projection("$by_category")):
            with self.assertRaises(exceptions.KurrentDBClientError):
                attempt()
        for attempt in (
                lambda: self.db.get_projection_statistics("mine"),
                lambda: self.db.delete_projection("mine")):
            with self.assertRaises(exceptions.NotFoundError):
                attempt()


class OperationTests(Bounded):
    def test_what_is_deleted_goes_beside_readers_and_writers(self):
        server = self.server()
        client = self.client(server)
        data = bytes(100_000)
        for number in range(60):
            client.append_events(
                f"gone-{number % 3}", current_version=ANY, events=[event(data=data)])
            client.append_events(
                f"kept-{number % 3}", current_version=ANY, events=[event("Kept", data)])
        for number in range(3):
            client.delete_stream(f"gone-{number}", current_version=ANY)
        kept = [ids(client.get_stream(f"kept-{number}")) for number in range(3)]
        with client.subscribe_to_all(filter_include=["Kept"]) as subscription:
            first = [next(subscription) for _ in range(10)]
            id = compact(server)
            self.assertTrue(id)
            rest = [next(subscription) for _ in range(50)]
        self.assertEqual(len(set(ids(first + rest))), 60)
        self.eventually(lambda: any("compact" in line for line in server.log), "it is told")
        self.assertEqual([ids(client.get_stream(f"kept-{n}")) for n in range(3)], kept)
        self.assertEqual(server.stop(), 0)
        server.start()
        self.reached(client)
        self.assertEqual([ids(client.get_stream(f"kept-{n}")) for n in range(3)], kept)
        self.assertEqual(server.errors(), [])

    def test_a_compaction_that_is_not_under_way_is_not_found(self):
        server = self.server()
        # A message with options with the id "none".
        with self.assertRaises(grpc.RpcError) as caught:
            call(server, OPERATIONS + "StopScavenge", b"\x0a\x06\x0a\x04none")
        self.assertEqual(caught.exception.code(), grpc.StatusCode.NOT_FOUND)

    def test_a_client_has_the_server_end_in_good_order(self):
        server = self.server()
        client = self.client(server)
        client.append_event("account-1", current_version=ANY, event=event())
        call(server, OPERATIONS + "Shutdown")
        self.assertEqual(server.ended(), 0)
        self.assertEqual(server.errors(), [])

    def test_figures_are_told_again_and_again(self):
        server = self.server()
        with grpc.insecure_channel(server.address) as channel:
            told = channel.unary_stream("/event_store.client.monitoring.Monitoring/Stats")(
                b"\x20\x64", timeout=30)
            answers = [next(told) for _ in range(3)]
            told.cancel()
        for answer in answers:
            self.assertGreater(len(answer), 100)

    def test_what_others_write_survives_kills_in_the_middle_of_compactions(self):
        server = self.server()
        client = self.client(server)
        over = threading.Event()
        writers = [Writer(number, server, self.seed, over) for number in range(3)]
        for writer in writers:
            writer.start()
        for round in range(4):
            for number in range(60):
                self.eventually(
                    lambda: self.appended(client, number), "there is something to take away")
            self.eventually(lambda: self.begun(server), "a compaction is begun")
            time.sleep(self.random.random() * 0.3)
            server.kill()
            server.start()
        over.set()
        self.reached(client)
        for writer in writers:
            writer.join(60)
            self.assertIsNone(writer.fault, f"seed {self.seed}")
            for stream, expected in writer.expected.items():
                if expected:
                    recorded = ids(client.get_stream(stream))
                    self.assertEqual(recorded[:len(expected)], expected, f"seed {self.seed}")
                    self.assertEqual(len(recorded), len(set(recorded)))
        self.assertEqual(server.stop(), 0)
        self.assertEqual(server.errors(), [])

    def appended(self, client, number):
        """Appends what is deleted at once."""
        stream = f"gone-{number}"
        try:
            client.append_event(stream, current_version=ANY, event=event(data=bytes(30_000)))
            client.delete_stream(stream, current_version=ANY)
        except exceptions.KurrentDBClientError:
            return False
        return True

    @staticmethod
    def begun(server):
        try:
            return compact(server)
        except grpc.RpcError:
            return None
