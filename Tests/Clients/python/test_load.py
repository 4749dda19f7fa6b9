"""The generator of load that the server is measured with: each kind of work ends, and counts what there is."""

import json
import os
import shutil
import subprocess
import unittest

from kurrentdbclient import StreamState

from support import Served, event

SOURCE = os.path.join(os.path.dirname(__file__), "../../../Benchmarks/server/load/load.c")
COMPILER = shutil.which("clang") or shutil.which("cc")


@unittest.skipUnless(COMPILER, "there is no C compiler to build the generator with")
class LoadTests(Served):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.generator = cls.place + "/load"
        subprocess.run(
            [COMPILER, "-O1", "-Wall", "-Werror", "-o", cls.generator, SOURCE, "-lnghttp2"], check=True)

    def load(self, work, **settings):
        words = [f"{name.replace('_', '-')}={value}" for name, value in settings.items()]
        done = subprocess.run(
            [self.generator, work, f"port={self.served.port}", *words], stdout=subprocess.PIPE, timeout=60)
        self.assertEqual(done.returncode, 0)
        return json.loads(done.stdout)

    def test_appends_are_recorded(self):
        self.db.append_event("account-1", current_version=StreamState.ANY, event=event("T"))
        for work in ("append", "expect"):
            before = len(self.db.get_stream("$et-T"))
            result = self.load(work, connections=4, in_flight=2, events=3, total=90, warm_up=0, seconds=30)
            self.assertEqual((result["calls"], result["events"], result["errors"]), (30, 90, 0))
            self.assertEqual(len(self.db.get_stream("$et-T")), before + 90)

    def test_what_was_filled_is_read(self):
        result = self.load("fill", connections=2, events=50, total=1000, streams=100, seconds=60)
        self.assertEqual((result["calls"], result["errors"]), (20, 0))
        self.assertEqual(len(self.db.get_stream("s99")), 10)
        result = self.load("stream", connections=3, streams=100, total=60, warm_up=0, seconds=30)
        self.assertEqual((result["calls"], result["seen"], result["errors"]), (60, 600, 0))
        result = self.load("all", total=1000, seconds=30)
        # All but the one that it did not make itself, where that is among the first thousand.
        self.assertIn((result["seen"], result["errors"]), [(999, 0), (1000, 0)])

    def test_a_subscriber_sees_what_is_published(self):
        publisher = subprocess.Popen(
            [self.generator, "publish", f"port={self.served.port}", "run=7", "rate=100", "in-flight=100",
             "seconds=60"], stdout=subprocess.DEVNULL)
        try:
            result = self.load("subscribe", run=7, total=20, warm_up=0, seconds=60)
        finally:
            publisher.kill()
            publisher.wait()
        self.assertGreaterEqual(result["seen"], 20)
        self.assertLessEqual(result["seen"], len(self.db.get_stream("live-7")))
