"""Does what a page of the documentation shows, as printed, and looks whether it ends as printed.

Of a page count the blocks of these languages, in their order and in one folder:

    console   commands behind `$ `, to which lines that end in `\\` belong on, and below each what it prints,
              on both streams. One shell runs all of them. `daybook serve` is left running, once it says that it serves.
    python    a program; where a block `text` follows, that is what it prints.
    sh        commands without what they print: they have to end well. Those that build or install are passed over.

What differs from run to run is the same for both sides: times, ids, checkpoints, sizes of what a header tells.
A port and folders below /tmp are exchanged for others that are free.
"""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys

from support import BINARY, TURN_SECONDS_MAX

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PORT = "2113"
# What a fresh machine needs before the page: it is done already.
PREPARATION = ("swift ", "git ", "Scripts/", "pip ", "python3 -m ", "apt-get ", "export PATH=")
SECONDS_MAX = 60
# Of a command that builds a package.
BUILD_SECONDS_MAX = 480

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
DIFFERS = [
    (re.compile(rf"{UUID}\.[0-9a-f]+\.\d+\.(?:{UUID}|-)"), "(checkpoint)"),
    (re.compile(UUID), "(id)"),
    (re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z"), "(instant)"),
    (re.compile(r"(?im)^(date|content-length): .*"), r"\1: …"),
    (re.compile(r"\b\d+(\.\d+)? (ms|s|seconds)\b"), "(duration)"),
    (re.compile(r"\b[\d,.]+ (events|MB)/s\b"), "(rate)"),
    (re.compile(r"\bin \d+ frames\b"), "in (some) frames"),
    (re.compile(r"\b[\d,.]+ (bytes|KiB|MiB)(?!\w)"), "(size)"),
]


def settled(text):
    """The text without what differs from run to run."""
    for pattern, name in DIFFERS:
        text = pattern.sub(name, text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def blocks(text):
    """The language and the text of each block."""
    return BLOCK.findall(text)


def steps(session):
    """The commands of a block that shows a session, each with what is printed below it."""
    found = []
    continues = False
    for line in session.splitlines():
        if line.startswith("$ "):
            found.append([line[2:], ""])
        elif continues:
            found[-1][0] += "\n" + line.removeprefix("> ")
        elif found:
            found[-1][1] += line + "\n"
        continues = (line.startswith("$ ") or continues) and line.endswith("\\")
    return [(command, told) for command, told in found]


class Page:
    """One run through a page, in a folder of its own."""

    def __init__(self, path, folder):
        self.path = path
        self.folder = folder
        self.servers = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = str(free.getsockname()[1])
        os.makedirs(folder + "/bin", exist_ok=True)
        os.symlink(BINARY, folder + "/bin/daybook")
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("DAYBOOK_")},
            "PATH": folder + "/bin:" + os.path.dirname(sys.executable) + ":" + os.environ["PATH"],
            "PWD": folder, "HOME": folder, "LC_ALL": "C.UTF-8", "SWIFT_BACKTRACE": "enable=no",
        }

    def here(self, text):
        """What is printed on the page, with the folder and the port of this run."""
        return re.sub(rf"(?<!\d){PORT}(?!\d)", self.port, text).replace("/tmp/", self.folder + "/")

    def there(self, text):
        """What was printed in this run, as the page has it."""
        return re.sub(rf"(?<!\d){self.port}(?!\d)", PORT, text).replace(self.folder + "/", "/tmp/")

    def differences(self):
        """Does all of it.

        Gives each command with what the page prints and what it printed, where they are not the same.
        """
        different = []
        found = blocks(self.path.read_text())
        for index, (language, text) in enumerate(found):
            follows = found[index + 1] if index + 1 < len(found) else ("", "")
            told = follows[1] if follows[0] == "text" else ""
            if language == "console":
                for command, told in steps(text):
                    different += self.compare(command, told, self.run(command))
            elif language == "python":
                different += self.compare(text, told, self.python(text))
            elif language == "sh":
                for command in text.replace("\\\n", " ").splitlines():
                    if command and not command.startswith(PREPARATION):
                        different += self.compare(command, "", self.run(command))
        return different

    @staticmethod
    def compare(command, told, printed):
        return [] if settled(told) == settled(printed) else [(command, settled(told), settled(printed))]

    def run(self, command):
        """One command in the shell of the page; what it exports holds for those behind it, and the folder it is in."""
        if command.startswith("daybook serve"):
            return self.serve(command)
        kept = self.folder + "/environment"
        script = f"{self.here(command)}\nstatus=$?; env -0 > {shlex.quote(kept)}; exit $status"
        ended = subprocess.run(
            ["bash", "-c", script], cwd=self.environment.get("PWD", self.folder), env=self.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=BUILD_SECONDS_MAX if command.startswith("swift ") else SECONDS_MAX)
        with open(kept) as lines:
            self.environment = dict(line.split("=", 1) for line in lines.read().split("\0") if line)
        return self.there(ended.stdout)

    def serve(self, command):
        words = shlex.split(self.here(command.removesuffix("&")))
        words = words if "--port" in words else words + ["--port", self.port]
        server = subprocess.Popen(
            [BINARY, *words[1:]], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.servers.append(server)
        return self.there(server.stdout.readline())

    def python(self, program):
        ended = subprocess.run(
            [sys.executable, "-c", self.here(program)], cwd=self.folder, env=self.environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=SECONDS_MAX)
        return self.there(ended.stdout)

    def end(self):
        """Ends the servers of the page.

        Gives the code that each ended with.
        """
        codes = []
        for server in self.servers:
            server.send_signal(signal.SIGTERM)
            codes.append(server.wait(TURN_SECONDS_MAX))
            server.stdout.close()
        self.servers = []
        return codes
