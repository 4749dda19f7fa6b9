"""The HTTP API, with plain clients of HTTP."""

import gzip
import http.client
import json
import urllib.parse

from support import Served


class Asking:
    """Asks the server of a test, `served`, by HTTP."""

    def ask(self, method, path, body=None, **fields):
        """The status, the fields and the body of an answer, which is read as JSON where it is some."""
        connection = http.client.HTTPConnection("127.0.0.1", self.served.port, timeout=30)
        self.addCleanup(connection.close)
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            fields.setdefault("content_type", "application/json")
        names = {name.replace("_", "-"): value for name, value in fields.items()}
        connection.request(method, path, body, names)
        answer = connection.getresponse()
        text = answer.read()
        kind = answer.headers.get("content-type", "")
        if kind in ("application/json", "application/problem+json") or "cloudevents" in kind:
            text = json.loads(text)
        return answer.status, answer.headers, text

    def get(self, path, **fields):
        return self.ask("GET", path, **fields)

    def post(self, path, body, **fields):
        return self.ask("POST", path, body, **fields)


class HTTPServed(Asking, Served):
    """Tests that ask one server by HTTP."""


class AppendTests(HTTPServed):
    def test_an_event_is_recorded_and_read_by_either_protocol(self):
        stream = self.stream()
        status, fields, appended = self.post(
            f"/v1/streams/{stream}?expect=none", {"type": "opened", "data": {"owner": "Ada"}})
        self.assertEqual((status, fields["etag"]), (201, '"0"'))
        (event,) = self.db.get_stream(stream)
        self.assertEqual((event.type, json.loads(event.data)), ("opened", {"owner": "Ada"}))
        self.assertEqual(str(event.id), appended["ids"][0])
        _, _, page = self.get(f"/v1/streams/{stream}")
        self.assertEqual(page["events"][0]["data"], {"owner": "Ada"})

    def test_a_winner_per_revision(self):
        stream = self.stream()
        self.post(f"/v1/streams/{stream}", {"type": "opened"})
        answers = [
            self.post(f"/v1/streams/{stream}", {"type": "paid"}, if_match='"0"')
            for _ in range(3)]
        self.assertEqual([answer[0] for answer in answers], [201, 412, 412])
        self.assertEqual(answers[1][2]["actual"], {"state": "live", "lastRevision": 1})

    def test_lines_are_one_append(self):
        stream = self.stream()
        lines = "".join(json.dumps({"type": "t", "data": n}) + "\n" for n in range(1000))
        status, _, _ = self.post(
            f"/v1/streams/{stream}", lines, content_type="application/x-ndjson")
        self.assertEqual(status, 201)
        _, fields, text = self.get(f"/v1/streams/{stream}", accept="application/x-ndjson")
        self.assertEqual(fields["content-type"], "application/x-ndjson")
        read = [json.loads(line) for line in text.splitlines()]
        self.assertEqual([event["data"] for event in read], list(range(1000)))
        # What was read can be appended again, to another stream.
        copy = self.stream()
        again = b"".join(
            json.dumps({**event, "stream": copy}).encode() + b"\n" for event in read)
        status, _, _ = self.post(
            f"/v1/streams/{copy}", again, content_type="application/x-ndjson")
        self.assertEqual(status, 201)

    def test_several_streams_and_a_condition(self):
        one, other, tag = self.stream(), self.stream(), self.stream("tag")
        body = {
            "events": [
                {"stream": one, "type": "out", "tags": [tag]}, {"stream": other, "type": "in"}],
            "expect": {one: "none", other: "none"},
            "condition": {"failIfEventsMatch": {"items": [{"tags": [tag]}]}, "after": 0},
        }
        status, _, appended = self.post("/v1/append", body)
        self.assertEqual((status, len(appended["streams"])), (201, 2))
        body["expect"] = {}
        status, _, problem = self.post("/v1/append", body)
        self.assertEqual((status, problem["code"]), (409, "conflict"))
        self.assertEqual(problem["position"], appended["firstPosition"])


class ReadTests(HTTPServed):
    def test_pages_lead_through_a_stream(self):
        stream = self.stream()
        self.post(f"/v1/streams/{stream}", [{"type": "t", "data": n} for n in range(25)])
        found, address = [], f"/v1/streams/{stream}?limit=10"
        while address:
            _, _, page = self.get(address)
            found += [event["data"] for event in page["events"]]
            address = page.get("next")
        self.assertEqual(found, list(range(25)))

    def test_names_may_hold_anything(self):
        name = "a/b c%é?&#" + self.stream()
        path = "/v1/streams/" + urllib.parse.quote(name, safe="")
        self.assertEqual(self.post(path, {"type": "t"})[0], 201)
        _, _, info = self.get(path + "/info")
        self.assertEqual((info["stream"], info["lastRevision"]), (name, 0))
        _, _, page = self.get("/v1/events?" + urllib.parse.urlencode({"stream": name}))
        self.assertEqual(len(page["events"]), 1)

    def test_a_state_at_a_revision(self):
        stream = self.stream()
        self.post(f"/v1/streams/{stream}", [
            {"type": "t", "data": {"a": 1, "b": 1}}, {"type": "t", "data": {"a": None, "b": 2}}])
        _, _, state = self.get(f"/v1/streams/{stream}/state?revision=0")
        self.assertEqual(state["state"], {"a": 1, "b": 1})
        _, _, state = self.get(f"/v1/streams/{stream}/state")
        self.assertEqual((state["revision"], state["state"]), (1, {"b": 2}))

    def test_what_is_asked_wrongly_is_answered_with_what_was_meant(self):
        status, fields, problem = self.get("/v1/events?tpye=a")
        self.assertEqual((status, fields["content-type"]), (400, "application/problem+json"))
        self.assertIn("Did you mean `type`?", problem["remedy"])

    def test_a_deleted_stream_is_gone(self):
        stream = self.stream()
        self.post(f"/v1/streams/{stream}", {"type": "t"})
        self.assertEqual(self.ask("DELETE", f"/v1/streams/{stream}", if_match='"0"')[0], 200)
        self.assertEqual(self.get(f"/v1/streams/{stream}")[0], 404)
        self.assertEqual(self.ask("DELETE", f"/v1/streams/{stream}?kind=tombstone")[0], 200)
        self.assertEqual(self.post(f"/v1/streams/{stream}", {"type": "t"})[0], 410)

    def test_bodies_are_packed_both_ways(self):
        stream = self.stream()
        path = f"/v1/streams/{stream}"
        lines = "".join(json.dumps({"type": "t", "data": n}) + "\n" for n in range(2000))
        status, _, _ = self.post(
            path, gzip.compress(lines.encode()), content_type="application/x-ndjson",
            content_encoding="gzip")
        self.assertEqual(status, 201)
        _, fields, packed = self.get(
            path, accept="application/x-ndjson", accept_encoding="gzip")
        self.assertEqual(fields["content-encoding"], "gzip")
        _, _, plain = self.get(path, accept="application/x-ndjson")
        self.assertEqual(gzip.decompress(packed), plain)
        self.assertLess(len(packed) * 4, len(plain))


class OriginTests(HTTPServed):
    flags = ("--cors-origin", "https://app.example.org")

    def test_a_page_that_is_named_is_let_in(self):
        origin = "https://app.example.org"
        _, fields, _ = self.get("/v1/head", origin=origin)
        self.assertEqual(fields["access-control-allow-origin"], origin)
        status, fields, _ = self.ask(
            "OPTIONS", "/v1/streams/a", origin=origin, access_control_request_method="POST",
            access_control_request_headers="content-type")
        self.assertEqual((status, fields["access-control-allow-headers"]), (204, "content-type"))
        _, fields, _ = self.get("/v1/head", origin="https://evil.example.org")
        self.assertIsNone(fields["access-control-allow-origin"])

    def test_a_body_without_a_type_is_refused(self):
        status, _, _ = self.ask("POST", "/v1/streams/a", b'{"type": "t"}')
        self.assertEqual(status, 415)
