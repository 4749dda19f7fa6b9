"""The HTTP API does what `/openapi.json` says: schemathesis asks it what that allows, and what it does not."""

import os
import subprocess
import sys

from kurrentdbclient import StreamState

from support import THOROUGH, Served, events

# Not whether all that the description allows is accepted: names have bytes and not characters, a place may lie beyond
# the head, and a stream be another than expected.
CHECKS = ",".join([
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_headers_conformance", "response_schema_conformance", "negative_data_rejection",
    "unsupported_method", "allow_header_conformance",
])
SEED = "20261121"
EXAMPLES = "400" if THOROUGH else "40"
SECONDS_MAX = 100


class DescriptionTests(Served):
    def test_it_is_true(self):
        self.db.append_events("account-1", current_version=StreamState.ANY, events=events(5))
        words = [
            os.path.join(os.path.dirname(sys.executable), "schemathesis"), "run",
            f"http://{self.served.address}/openapi.json", "--checks", CHECKS, "--seed", SEED,
            "--max-examples", EXAMPLES, "--phases", "examples,coverage,fuzzing", "--no-color",
            "--request-timeout", "20", "--continue-on-failure", "--generation-database", "none",
            "--warnings", "off"]
        ended = subprocess.run(
            words, cwd=self.folder(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=SECONDS_MAX)
        self.assertEqual(ended.returncode, 0, ended.stdout[-20_000:])
