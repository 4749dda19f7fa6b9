"""Server-sent events: following by plain HTTP, as browsers do."""

import http.client
import json
import threading

from cloudevents.v1.http import from_json
from support import TURN_SECONDS_MAX, Bounded, Served
from test_http import Asking


class Stream:
    """What a client that follows is told."""

    def __init__(self, port, path, last=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TURN_SECONDS_MAX)
        fields = {"accept": "text/event-stream"}
        if last is not None:
            fields["last-event-id"] = last
        self.connection.request("GET", path, headers=fields)
        self.response = self.connection.getresponse()

    def close(self):
        self.response.close()
        self.connection.close()

    def __iter__(self):
        """Each event: its name, its id and its data."""
        told = {}
        for line in self.response:
            line = line.decode().rstrip("\n")
            if line:
                name, _, value = line.partition(": ")
                told[name] = value
            elif told.get("event"):
                yield told["event"], told.get("id"), json.loads(told["data"])
                told = {}

    def events(self, count):
        """The next events, as many as that."""
        found = []
        for name, id, data in self:
            if name == "event":
                found.append((id, data))
                if len(found) == count:
                    return found
        raise AssertionError(f"it ended after {len(found)} events")


class FollowTests(Asking, Served):
    def follow(self, path, last=None):
        stream = Stream(self.served.port, path, last)
        self.addCleanup(stream.close)
        return stream

    def test_past_and_present_come_by_one_stream(self):
        stream = self.stream()
        path = f"/v1/streams/{stream}"
        self.post(path, [{"type": "t", "data": n} for n in range(3)])
        following = self.follow(path)
        self.assertEqual(following.response.status, 200)
        self.assertEqual([event["data"] for _, event in following.events(3)], [0, 1, 2])
        self.assertEqual(next(iter(following))[0], "caughtUp")
        self.post(path, {"type": "t", "data": 3})
        ((_, event),) = following.events(1)
        self.assertEqual((event["revision"], event["data"]), (3, 3))

    def test_it_resumes_behind_the_last_event(self):
        stream = self.stream()
        path = f"/v1/streams/{stream}"
        self.post(path, [{"type": "t", "data": n} for n in range(10)])
        id, _ = self.follow(path).events(4)[-1]
        again = self.follow(path + "?after=0", last=id)
        self.assertEqual([event["data"] for _, event in again.events(6)], [4, 5, 6, 7, 8, 9])

    def test_only_what_is_asked_for_comes(self):
        tag = self.stream("tag")
        following = self.follow(f"/v1/events?tag={tag}&after=now")
        for number in range(20):
            self.post(f"/v1/streams/{self.stream()}", {
                "type": "t", "data": number, "tags": [tag] if number % 2 else []})
        found = [event["data"] for _, event in following.events(10)]
        self.assertEqual(found, list(range(1, 20, 2)))

    def test_cloud_events_come_too(self):
        stream = self.stream()
        self.post(f"/v1/streams/{stream}", {"type": "t", "data": {"a": 1}})
        following = self.follow(f"/v1/streams/{stream}?format=cloudevents")
        ((_, event),) = following.events(1)
        event = from_json(json.dumps(event))
        self.assertEqual(event.get_data(), {"a": 1})
        self.assertEqual(
            (event["specversion"], event["type"], event["subject"], event["stream"]),
            ("1.0", "t", stream, stream))

    def test_a_hundred_connections_miss_nothing(self):
        stream, path, each = self.stream(), None, 50
        path = f"/v1/streams/{stream}"
        followers = [self.follow(path) for _ in range(100)]
        found = [None] * len(followers)

        def take(number):
            found[number] = [event["data"] for _, event in followers[number].events(each)]

        threads = [threading.Thread(target=take, args=(n,)) for n in range(len(followers))]
        for thread in threads:
            thread.start()
        for number in range(each):
            self.assertEqual(self.post(path, {"type": "t", "data": number})[0], 201)
        for thread in threads:
            thread.join(TURN_SECONDS_MAX)
        self.assertEqual(found, [list(range(each))] * len(followers))


class RestartTests(Asking, Bounded):
    def test_a_checkpoint_holds_across_a_restart_and_in_no_other_store(self):
        self.served = self.server()
        path = "/v1/streams/a"
        self.post(path, [{"type": "t", "data": n} for n in range(5)])
        stream = Stream(self.served.port, path)
        id, _ = stream.events(3)[-1]
        # It ends with the server, which does not wait for those who follow.
        self.assertEqual(self.served.stop(), 0)
        for _ in stream:
            pass
        stream.close()
        self.served.start()
        again = Stream(self.served.port, path, last=id)
        self.addCleanup(again.close)
        self.assertEqual([event["data"] for _, event in again.events(2)], [3, 4])
        other = self.server()
        refused = Stream(other.port, path, last=id)
        self.addCleanup(refused.close)
        self.assertEqual(refused.response.status, 409)
        self.assertEqual(json.loads(refused.response.read())["code"], "wrongCheckpoint")
