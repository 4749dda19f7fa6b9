"""What the pages of the documentation show does what it says, as printed."""

from pathlib import Path

import pages
from support import Bounded

DOCUMENTATION = Path(__file__).parents[3] / "Documentation"
# Those that are done from the first line to the last.
TRIED = [
    "from-python.md", "http.md", "protocol.md", "with-the-command-line.md"]


class PageTests(Bounded):
    def test_every_page_ends_as_printed(self):
        for name in TRIED:
            with self.subTest(name):
                page = pages.Page(DOCUMENTATION / name, self.folder())
                self.addCleanup(page.end)
                self.assertEqual(page.differences(), [])
                self.assertEqual(set(page.end()) - {0}, set())

    def test_a_difference_is_found(self):
        path = Path(self.folder()) / "page.md"
        path.write_text(
            "```console\n$ echo one\none\n$ echo two \\\n>   three\ntwo\n```\n\n```python\nprint(4)\n```\n\n```text\n5\n```\n")
        page = pages.Page(path, self.folder())
        self.assertEqual(page.differences(), [
            ("echo two \\\n  three", "two", "two three"), ("print(4)\n", "5", "4")])

    def test_what_one_command_exports_holds_for_the_next(self):
        path = Path(self.folder()) / "page.md"
        path.write_text("```console\n$ export ACCOUNT=17\n$ echo $ACCOUNT\n17\n```\n")
        self.assertEqual(pages.Page(path, self.folder()).differences(), [])
