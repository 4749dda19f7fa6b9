"""A client that does whatever comes to mind, beside a model of a few lines: both always say the same."""

from kurrentdbclient import (
    NewEvents, NewRecord, StreamState, StreamStateCheck, exceptions)

from support import THOROUGH, Bounded, event, ids

ANY, NO_STREAM, EXISTS = StreamState.ANY, StreamState.NO_STREAM, StreamState.EXISTS
WRONG = (exceptions.WrongCurrentVersionError, exceptions.ConsistencyChecksFailedError)
GONE = (exceptions.StreamIsDeletedError, exceptions.StreamTombstonedError)


class Stream:
    """What is known of a stream: every id it ever had, where it begins, and whether it is gone."""

    def __init__(self):
        self.ids = []
        self.start = 0
        self.state = "never"

    @property
    def last(self):
        return len(self.ids) - 1

    def meets(self, version):
        """Whether an append with this expectation is taken."""
        if version is ANY:
            return True
        if version is NO_STREAM:
            return self.state in ("never", "deleted")
        if version is EXISTS:
            return self.state == "live"
        return self.state != "never" and self.last == version

    def append(self, new):
        self.ids += new
        self.state = "live"


class ModelTests(Bounded):
    steps = 3_000 if THOROUGH else 400

    def test_whatever_a_client_does(self):
        self.one = self.server()
        self.db = self.client(self.one)
        self.streams = {f"account-{number}": Stream() for number in range(6)}
        # Every id that was recorded, in order; and appends that may be sent again, with their answers.
        self.all, self.sent = [], []
        actions = [self.append] * 12 + [self.several] * 3 + [self.records] * 3 + [self.again] * 4 + [
            self.read] * 10 + [self.read_all] * 2 + [self.delete] * 2 + [self.tombstone, self.restart]
        for step in range(self.steps):
            action = self.random.choice(actions)
            if action == self.restart and step % 4:
                continue
            with self.subTest(action=action.__name__, step=step, seed=self.seed):
                action()
        self.assertEqual(self.one.errors(), [])
        # It was not refused all the time.
        self.assertGreater(len(self.sent), self.steps // 40)
        print(f"{len(self.sent)} appends, {len(self.all)} events, {len(self.streams)} streams",
              end=" ", flush=True)

    def pick(self):
        name = self.random.choice(list(self.streams))
        return name, self.streams[name]

    def version(self, stream):
        """An expectation, most of them right."""
        choices = [ANY, NO_STREAM, stream.last + 1, max(stream.last - 1, 0), 2**40]
        if stream.state != "deleted":
            choices.append(EXISTS)
        if stream.last >= 0:
            choices += [stream.last] * 5
        return self.random.choice(choices)

    def expect(self, fault, call):
        """Makes a call that fails so, or not at all where no fault is expected: its answer."""
        if fault is None:
            return call()
        with self.assertRaises(fault):
            call()
        return None

    def fault(self, *parts):
        """What is expected of an append to these streams with these expectations."""
        if any(stream.state == "tombstoned" for stream, _ in parts):
            return exceptions.KurrentDBClientError
        return None if all(stream.meets(version) for stream, version in parts) else WRONG

    def append(self):
        name, stream = self.pick()
        version = self.version(stream)
        new = [event(data=b"%d" % n) for n in range(self.random.choice([1, 1, 2, 10, 200]))]
        one = self.random.random() < 0.5

        def call():
            return self.db.append_to_stream(
                name, current_version=version, events=new[0] if one else new)

        self.append_as(call, [(stream, version)], {name: ids(new[:1] if one else new)})

    def several(self):
        names = self.random.sample(list(self.streams), 3)
        versions = {name: self.version(self.streams[name]) for name in names}
        new = {name: [event() for _ in range(self.random.randrange(1, 4))] for name in names}

        def call():
            return self.db.multi_append_to_stream(
                [NewEvents(name, new[name], versions[name]) for name in names])

        self.append_as(
            call, [(self.streams[name], versions[name]) for name in names],
            {name: ids(new[name]) for name in names})

    def records(self):
        written = self.random.sample(list(self.streams), 2)
        checked = self.random.choice(list(self.streams))
        version = self.version(self.streams[checked])
        new = [NewRecord(self.random.choice(written), "Deposited", b"{}") for _ in range(5)]
        by_stream = {}
        for record in new:
            by_stream.setdefault(record.stream_name, []).append(record.id)
        checks = [] if version is ANY else [StreamStateCheck(checked, version)]
        parts = [(self.streams[name], ANY) for name in by_stream]
        if checks:
            parts.append((self.streams[checked], version))
        self.append_as(
            lambda: self.db.append_records(new, checks), parts, by_stream, order=ids(new))

    def append_as(self, call, parts, new, order=None):
        """Makes an append and has the model do the same."""
        fault = self.fault(*parts)
        answer = self.expect(fault, call)
        if fault:
            return
        for name, added in new.items():
            self.streams[name].append(added)
        self.all += order or [id for added in new.values() for id in added]
        self.sent.append((call, answer, [stream for stream, _ in parts]))

    def again(self):
        """Sends one of the latest appends again, as after an answer that was lost."""
        recent = [(call, answer) for call, answer, streams in self.sent[-20:]
                  if all(stream.state == "live" and stream.start == 0 for stream in streams)]
        if recent:
            call, answer = self.random.choice(recent)
            self.assertEqual(call(), answer)

    def read(self):
        name, stream = self.pick()
        words = {"backwards": self.random.random() < 0.5,
                 "limit": self.random.choice([1, 3, 50, 100_000])}
        start = self.random.choice([None, None, 0, stream.last, stream.last + 1, stream.start])
        if start is not None and start >= 0:
            words["stream_position"] = start
        fault = {"tombstoned": GONE, "live": None}.get(stream.state, exceptions.NotFoundError)
        read = self.expect(fault, lambda: self.db.get_stream(name, **words))
        if fault:
            return
        revisions = list(range(stream.start, len(stream.ids)))
        if "stream_position" in words:
            revisions = [r for r in revisions if (r <= start if words["backwards"] else r >= start)]
        if words["backwards"]:
            revisions.reverse()
        revisions = revisions[:words["limit"]]
        self.assertEqual([each.stream_position for each in read], revisions, words)
        self.assertEqual(ids(read), [stream.ids[r] for r in revisions], words)

    def read_all(self):
        backwards = self.random.random() < 0.5
        with self.db.read_all(backwards=backwards) as response:
            read = ids(response)
        visible = {id for stream in self.streams.values() if stream.state == "live"
                   for id in stream.ids[stream.start:]}
        # What is deleted may still be there, as long as nothing was compacted.
        known = set(self.all)
        self.assertEqual([id for id in (reversed(read) if backwards else read) if id in visible],
                         [id for id in self.all if id in visible])
        self.assertLessEqual(set(read), known)
        self.assertEqual(len(read), len(set(read)))

    def delete(self):
        name, stream = self.pick()
        if stream.state == "deleted":
            return
        version = self.random.choice([ANY, stream.last, stream.last + 1] if stream.ids else [ANY])
        fault = {"never": exceptions.NotFoundError, "tombstoned": GONE}.get(stream.state)
        if stream.state == "live" and version not in (ANY, stream.last):
            fault = WRONG
        self.expect(fault, lambda: self.db.delete_stream(name, current_version=version))
        if not fault:
            stream.state, stream.start = "deleted", len(stream.ids)

    def tombstone(self):
        name, stream = self.pick()
        if stream.state != "live" or self.random.random() < 0.8:
            return
        self.db.tombstone_stream(name, current_version=stream.last)
        stream.state = "tombstoned"
        # Others take its place, so that there is always something to write to.
        self.streams[f"account-{len(self.all)}-{len(self.streams)}"] = Stream()

    def restart(self):
        if self.random.random() < 0.5:
            self.one.kill()
        else:
            self.assertEqual(self.one.stop(), 0)
        self.one.start()
        self.reached(self.db)
