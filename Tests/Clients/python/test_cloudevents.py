"""CloudEvents in and out, with the package `cloudevents` of their makers."""

import datetime
import json

from cloudevents.v1.conversion import to_binary, to_structured
from cloudevents.v1.http import CloudEvent, from_json

from test_http import HTTPServed


class CloudEventTests(HTTPServed):
    def event(self, stream, id="1", data={"amount": 12.5}, **more):
        attributes = {
            "id": id, "source": "/tills/3", "type": "sold", "subject": stream,
            "time": "2024-01-01T10:00:00+00:00", "dataschema": "https://example.org/sold",
            "datacontenttype": "application/json", "traceparent": "00-1", **more}
        return CloudEvent(attributes, data)

    def last(self, stream):
        """The last event of a stream, as the package reads it."""
        status, _, found = self.get(
            f"/v1/streams/{stream}?direction=backwards&limit=1",
            accept="application/cloudevents-batch+json")
        self.assertEqual(status, 200)
        return from_json(json.dumps(found[0]))

    def assert_same(self, sent, got):
        self.assertEqual(got.get_data(), sent.get_data())
        attributes = dict(got.get_attributes())
        for name in ("stream", "position", "revision", "recordedtime"):
            attributes.pop(name)
        expected = dict(sent.get_attributes())
        for one in (expected, attributes):
            one["time"] = datetime.datetime.fromisoformat(one["time"].replace("Z", "+00:00"))
        self.assertEqual(attributes, expected)

    def test_both_modes_give_back_what_was_sent(self):
        for number, make in enumerate((to_structured, to_binary)):
            stream = self.stream()
            sent = self.event(stream, id=f"{stream}")
            fields, body = make(sent)
            status, _, answer = self.ask(
                "POST", "/v1/cloudevents", body,
                **{name.replace("-", "_"): value for name, value in fields.items()})
            self.assertEqual(status, 201, answer)
            self.assert_same(sent, self.last(stream))

    def test_the_same_again_is_recorded_once(self):
        stream = self.stream()
        fields, body = to_structured(self.event(stream, id=stream))
        answers = [
            self.ask("POST", "/v1/cloudevents", body,
                     content_type=fields["content-type"]) for _ in range(2)]
        self.assertEqual([answer[0] for answer in answers], [201, 200])
        self.assertEqual(len(self.db.get_stream(stream)), 1)

    def test_bytes_go_both_ways(self):
        stream, data = self.stream(), bytes(range(256))
        sent = self.event(stream, id=stream, data=data, datacontenttype="image/png")
        fields, body = to_binary(sent)
        status, _, _ = self.ask(
            "POST", f"/v1/streams/{stream}", body,
            **{name.replace("-", "_"): value for name, value in fields.items()})
        self.assertEqual(status, 201)
        self.assertEqual(self.last(stream).get_data(), data)

    def test_a_batch_is_one_append(self):
        stream = self.stream()
        batch = [
            json.loads(to_structured(self.event(stream, id=f"{stream}-{n}"))[1])
            for n in range(10)]
        status, _, appended = self.post(
            "/v1/cloudevents", batch, content_type="application/cloudevents-batch+json")
        self.assertEqual(status, 201)
        self.assertEqual(appended["lastPosition"] - appended["firstPosition"], 9)

    def test_events_of_other_protocols_are_cloud_events_too(self):
        stream = self.stream()
        self.post(f"/v1/streams/{stream}", {"type": "opened", "data": {"owner": "Ada"}})
        got = self.last(stream)
        self.assertEqual((got["type"], got["subject"]), ("opened", stream))
        self.assertTrue(got["source"].startswith("urn:uuid:"))
        self.assertEqual(got.get_data(), {"owner": "Ada"})
