"""What clients and those who look after it see of a server: pages, restarts, drains, TLS."""

import base64
import http.client
import json
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
import unittest
import urllib.request

from kurrentdbclient import KurrentDBClient, StreamState, exceptions

from support import Bounded, Served, event, events, ids
from wire import GOAWAY, PING, Wire

ANY, NO_STREAM = StreamState.ANY, StreamState.NO_STREAM


class PageTests(Served):
    def page(self, path, **words):
        request = urllib.request.Request(f"http://{self.served.address}{path}", **words)
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, response.headers["content-type"], response.read().decode()

    def figures(self):
        """Every figure with its value."""
        status, kind, text = self.page("/metrics")
        self.assertEqual((status, kind.split(";")[0]), (200, "text/plain"))
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}

    def test_it_says_that_it_is_well(self):
        for path, said in (("/health/live", "live"), ("/health/ready", "ready")):
            status, kind, text = self.page(path)
            self.assertEqual((status, kind), (200, "application/json"))
            self.assertEqual(json.loads(text)["status"], said)

    def test_it_says_what_it_is(self):
        status, _, text = self.page("/info")
        info = json.loads(text)
        self.assertEqual((status, info["name"], info["journal"]["name"]), (200, "daybook", "main"))
        self.assertRegex(info["serverVersion"], r"^\d+\.\d+\.\d+")

    def test_its_figures_grow(self):
        stream, before = self.stream(), self.figures()
        for number in range(5):
            self.db.append_events(stream, current_version=ANY, events=events(4))
        self.assertEqual(len(self.db.get_stream(stream)), 20)
        head = 'daybook_journal_head_position{journal="main"}'
        # What the store is asked for may be some tenths of a second old.
        self.eventually(lambda: self.figures()[head] == before[head] + 20, "the head is told")
        after = self.figures()

        def grown(name):
            return after.get(name, 0) - before.get(name, 0)

        self.assertEqual(grown("daybook_events_read_total"), 20)
        requests = [name for name in after if name.startswith("daybook_requests_total")
                    and "BatchAppend" in name and grown(name)]
        # A client that has its answer may take its call back before that is over.
        self.assertEqual(sum(grown(name) for name in requests), 5, requests)

    def test_a_page_that_is_not_there(self):
        for path, words, status in (
                ("/nosuch", {}, 404), ("/info", {"method": "POST", "data": b"x"}, 405)):
            with self.assertRaises(urllib.error.HTTPError) as caught:
                self.page(path, **words)
            with caught.exception as error:
                self.assertEqual(error.code, status)
                self.assertEqual(json.loads(error.read())["status"], status)

    def test_one_connection_asks_for_many_pages(self):
        connection = http.client.HTTPConnection(self.served.address, timeout=30)
        self.addCleanup(connection.close)
        for _ in range(50):
            connection.request("GET", "/health/live")
            response = connection.getresponse()
            self.assertEqual((response.status, response.read()), (200, b'{"status":"live"}\n'))

    def test_subscriptions_are_counted_while_they_last(self):
        name = "daybook_subscribers"
        opened = [self.db.subscribe_to_stream(self.stream()) for _ in range(7)]
        self.assertEqual(self.figures()[name], 7)
        for subscription in opened:
            subscription.stop()
        self.eventually(lambda: self.figures()[name] == 0, "subscriptions are given back")


class SilenceTests(Bounded):
    def test_clients_are_asked_whether_they_are_there(self):
        server = self.server("--keep-alive-interval", "1s", "--stall-timeout", "4s")
        client, new = self.client(server), event()
        with client.subscribe_to_all() as subscription, Wire(server) as silent:
            # The one answers nothing, and is let go; the other is as silent, but answers.
            frames = [(kind, payload) for kind, _, _, payload in silent.frames()]
            self.assertEqual(frames[-2:], [(PING, bytes(8)), (GOAWAY, bytes(8))])
            self.eventually(
                lambda: any("had no answer for 4 s" in line for line in server.log), "it is told")
            client.append_event("account-1", current_version=ANY, event=new)
            self.assertEqual(next(subscription).id, new.id)
        self.assertEqual(server.stop(), 0)
        self.assertEqual(server.errors(), [])


class NodeTests(Served):
    def test_it_is_a_cluster_of_one(self):
        (member,) = self.db.read_gossip()
        self.assertEqual(
            (member.state, member.address, member.port),
            ("NODE_STATE_LEADER", "127.0.0.1", self.served.port))

    def test_a_client_that_looks_for_the_leader_finds_it(self):
        client = KurrentDBClient(f"kdb+discover://{self.served.address}?Tls=false")
        self.addCleanup(client.close)
        stream = self.stream()
        client.append_events(stream, current_version=NO_STREAM, events=events(2))
        self.assertEqual(len(client.get_stream(stream)), 2)

    def test_credentials_that_nobody_asked_for_are_ignored(self):
        token = base64.b64encode(b"ada:secret").decode()
        stream = self.stream()
        self.db.streams.append(
            stream, current_version=ANY, events=[event()],
            metadata=(("authorization", f"Basic {token}"), ("requires-leader", "true")))
        self.assertEqual(len(self.db.get_stream(stream)), 1)


class RestartTests(Bounded):
    def test_a_client_goes_on_after_a_restart(self):
        server = self.server()
        client = self.client(server)
        written = []
        for end in (lambda: self.assertEqual(server.stop(), 0), server.kill):
            new = events(3)
            client.append_events("account-1", current_version=ANY, events=new)
            written += new
            end()
            server.start()
            self.assertEqual(ids(self.reached(client).get_stream("account-1")), ids(written))
            self.assertEqual(server.errors(), [])

    def test_a_repetition_is_recognised_after_a_restart(self):
        server = self.server()
        client = self.client(server)
        appends = [
            ("account-1", NO_STREAM, events(3)), ("account-2", ANY, events(2)),
            ("account-1", 2, events(1)), ("account-3", ANY, event())]
        first = [client.append_to_stream(s, current_version=v, events=e) for s, v, e in appends]
        server.kill()
        server.start()
        self.reached(client)
        again = [client.append_to_stream(s, current_version=v, events=e) for s, v, e in appends]
        self.assertEqual(again, first)
        self.assertEqual(len(client.get_stream("account-1")), 4)
        self.assertEqual(len(client.get_stream("account-2")), 2)
        self.assertEqual(len(client.get_stream("account-3")), 1)

    def test_a_subscription_ends_with_an_error_and_goes_on_where_it_was(self):
        server = self.server()
        client = self.client(server)
        new = events(4)
        client.append_events("account-1", current_version=NO_STREAM, events=new[:2])
        with client.subscribe_to_all() as subscription:
            taken = [next(subscription), next(subscription)]
            ended = threading.Thread(target=server.stop)
            began = time.monotonic()
            ended.start()
            with self.assertRaises(exceptions.KurrentDBClientError):
                next(subscription)
            ended.join()
            self.assertLess(time.monotonic() - began, 60)
        server.start()
        self.reached(client).append_events("account-1", current_version=1, events=new[2:])
        with client.subscribe_to_all(commit_position=taken[-1].commit_position) as subscription:
            taken += [next(subscription), next(subscription)]
        self.assertEqual(ids(taken), ids(new))

    def test_what_is_under_way_ends_before_the_server_does(self):
        server = self.server()
        acknowledged, failures = [], []

        def write(number):
            client = server.client()
            while not failures:
                new = event()
                try:
                    client.append_event(f"account-{number}", current_version=ANY, event=new)
                except exceptions.KurrentDBClientError as error:
                    failures.append(error)
                    break
                acknowledged.append((number, new.id))
            client.close()

        writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for writer in writers:
            writer.start()
        self.eventually(lambda: len(acknowledged) > 50, "appends are acknowledged")
        self.assertEqual(server.stop(), 0)
        for writer in writers:
            writer.join()
        self.assertEqual(server.errors(), [])
        server.start()
        client = self.reached(self.client(server))
        for number in range(4):
            recorded = ids(client.get_stream(f"account-{number}"))
            self.assertEqual(len(recorded), len(set(recorded)))
            mine = [id for owner, id in acknowledged if owner == number]
            self.assertEqual(recorded[:len(mine)], mine)
            self.assertLessEqual(len(recorded), len(mine) + 1)

    def test_a_client_that_never_reads_does_not_keep_the_server_from_ending(self):
        server = self.server("--drain-timeout", "1s")
        client = self.client(server)
        client.append_events(
            "account-1", current_version=ANY, events=[event(data=bytes(1 << 20))])
        with socket.create_connection(("127.0.0.1", server.port)) as silent:
            silent.sendall(b"GET /inf")
            subscription = client.subscribe_to_stream("account-1")
            self.assertEqual(server.stop(), 0)
            subscription.stop()


@unittest.skipUnless(shutil.which("openssl"), "there is no openssl to make a certificate with")
class TLSTests(Bounded):
    def certificate(self, folder, name="server"):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", "-subj", f"/CN={name}",
             "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
             "-keyout", f"{folder}/key.pem", "-out", f"{folder}/certificate.pem"],
            check=True, capture_output=True, timeout=60)
        with open(f"{folder}/certificate.pem", "rb") as file:
            return file.read()

    def secured(self):
        folder = self.folder()
        certificate = self.certificate(folder)
        server = self.server(
            "--tls-certificate", f"{folder}/certificate.pem", "--tls-key", f"{folder}/key.pem")
        return server, folder, certificate

    def connect(self, server, certificate):
        client = KurrentDBClient(
            f"kdb://ada:secret@localhost:{server.port}?Tls=true", root_certificates=certificate)
        self.addCleanup(client.close)
        return client

    def test_appends_reads_and_subscriptions_under_tls(self):
        server, _, certificate = self.secured()
        client, new = self.connect(server, certificate), events(100)
        client.append_events("account-1", current_version=NO_STREAM, events=new)
        self.assertEqual(ids(client.get_stream("account-1")), ids(new))
        large = event(data=self.random.randbytes(3 << 20))
        with client.subscribe_to_stream("account-1", from_end=True) as subscription:
            client.append_event("account-1", current_version=99, event=large)
            self.assertEqual(next(subscription).data, large.data)
        self.assertEqual(server.stop(), 0)
        self.assertEqual(server.errors(), [])

    def test_both_protocols_by_their_names(self):
        server, _, certificate = self.secured()
        for offered, chosen in ((["h2"], "h2"), (["http/1.1"], "http/1.1"),
                                (["http/1.1", "h2"], "h2"), ([], None)):
            context = ssl.create_default_context(cadata=certificate.decode())
            if offered:
                context.set_alpn_protocols(offered)
            with socket.create_connection(("127.0.0.1", server.port), 30) as plain:
                with context.wrap_socket(plain, server_hostname="localhost") as secured:
                    self.assertEqual(secured.selected_alpn_protocol(), chosen)
                    self.assertIn(secured.version(), ("TLSv1.2", "TLSv1.3"))
                    if chosen == "h2":
                        continue
                    secured.sendall(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n")
                    self.assertIn(b"200 OK", secured.recv(1000))

    def test_a_client_that_does_not_know_the_certificate_is_kept_out(self):
        server, _, certificate = self.secured()
        other = self.connect(server, self.certificate(self.folder()))
        with self.assertRaises(exceptions.ServiceUnavailableError):
            other.append_event("account-1", current_version=ANY, event=event(), timeout=20)
        with self.assertRaises(exceptions.ServiceUnavailableError):
            self.client(server).append_event(
                "account-1", current_version=ANY, event=event(), timeout=20)
        with self.assertRaises(exceptions.NotFoundError):
            self.connect(server, certificate).get_stream("account-1")

    def test_another_certificate_is_read_while_it_serves(self):
        server, folder, former = self.secured()
        client = self.connect(server, former)
        client.append_event("account-1", current_version=NO_STREAM, event=event())
        latter = self.certificate(folder, "another")
        server.process.send_signal(signal.SIGHUP)
        self.eventually(lambda: any("read again" in line for line in server.log), "it is read")
        self.connect(server, latter).append_event(
            "account-1", current_version=0, event=event())
        # A connection that was there keeps its own.
        client.append_event("account-1", current_version=1, event=event())

    def test_a_certificate_that_cannot_be_used_changes_nothing(self):
        server, folder, certificate = self.secured()
        with open(f"{folder}/certificate.pem", "w") as file:
            file.write("no certificate")
        server.process.send_signal(signal.SIGHUP)
        self.eventually(lambda: any("former one" in line for line in server.log), "it is told")
        self.connect(server, certificate).append_event(
            "account-1", current_version=NO_STREAM, event=event())
