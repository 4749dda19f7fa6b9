"""A package that `daybook new` writes builds, tests and runs."""

import os
import shutil
import subprocess
import unittest
from pathlib import Path

import pages
from support import BINARY, Bounded

DOCUMENTATION = Path(__file__).parents[3] / "Documentation"


@unittest.skipUnless(shutil.which("swift"), "there is no swift to build it with")
class NewPackageTests(Bounded):
    # All of Daybook that a program needs is built anew.
    seconds_max = 600

    def test_the_page_ends_as_printed(self):
        page = pages.Page(DOCUMENTATION / "from-nothing.md", self.folder())
        self.assertEqual(page.differences(), [])

    def test_a_name_with_a_dash_or_of_a_type_builds_without_a_warning(self):
        folder = self.folder()
        for name in ["my-bank_2", "account"]:
            with self.subTest(name):
                subprocess.run([BINARY, "new", name], cwd=folder, check=True, capture_output=True)
                package = f"{folder}/{name}"
                # Built in one place: what both need is built once.
                build = ["--scratch-path", f"{folder}/build", "-Xswiftc", "-warnings-as-errors"]
                self.assertEqual(self.swift(package, "build", "--build-tests", *build), 0)
                self.assertEqual(self.swift(package, "test", "--skip-build", *build), 0)
                ran = subprocess.run(
                    [f"{folder}/build/debug/{name}", "open", "1", "Ada"], cwd=package,
                    capture_output=True, text=True, timeout=60)
                self.assertEqual((ran.returncode, ran.stdout), (0, "account 1: 0\n"))
                self.assertIn("daybook-data", os.listdir(package))

    def swift(self, package, *words):
        ended = subprocess.run(
            ["swift", *words], cwd=package, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=pages.BUILD_SECONDS_MAX,
            env={**os.environ, "SWIFT_BACKTRACE": "enable=no"})
        if ended.returncode != 0:
            print(ended.stdout[-4000:])
        return ended.returncode
