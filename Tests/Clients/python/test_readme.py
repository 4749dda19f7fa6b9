"""What the README shows in Python does what it says, as printed."""

import re
import subprocess
import sys
from pathlib import Path

from support import BINARY, Bounded

README = Path(__file__).parents[3] / "README.md"


class ReadmeTests(Bounded):
    def blocks(self, language):
        text = README.read_text()
        return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)

    def test_the_server_says_what_is_printed(self):
        (session,) = [each for each in self.blocks("console") if "daybook serve" in each]
        command, told = session.strip().splitlines()
        store = self.folder() + "/bank"
        words = command.removeprefix("$ daybook ").replace("/tmp/bank", store).split()
        # Somebody else may listen at the port that is printed.
        one = subprocess.Popen(
            [BINARY, *words, "--port", "0"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(one.wait)
        self.addCleanup(one.kill)
        line = one.stdout.readline().strip()
        one.stdout.close()
        self.assertEqual(
            re.sub(r":\d+$", ":2113", line), told.replace("/tmp/bank", store))

    def test_every_block_of_python_runs_and_prints_what_it_recorded(self):
        blocks = self.blocks("python")
        self.assertTrue(blocks)
        for block in blocks:
            server = self.server()
            self.assertIn("127.0.0.1:2113", block)
            program = block.replace("127.0.0.1:2113", server.address)
            ended = subprocess.run(
                [sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
            self.assertEqual((ended.returncode, ended.stderr), (0, ""))
            self.assertEqual(ended.stdout.splitlines(), [
                '0 opened {"owner": "Ada"}', '1 deposited {"amount": 50}', '{"amount": 50}'])
            self.assertEqual(server.stop(), 0)
