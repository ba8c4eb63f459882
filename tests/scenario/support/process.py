"""Processes that are waited for by what they say or do, never by the clock, and ended by their own id."""

import ctypes
import os
import re
import signal
import subprocess
import time

PR_SET_PDEATHSIG = 1
PATIENCE = 60.0  # seconds; generous, because tests share two cores with each other and with sanitizers


class Timeout(AssertionError):
    """What was waited for did not happen."""


def eventually(condition, what, seconds=PATIENCE):
    """Polls until `condition()` is true and returns its value. `what` is a text, or makes one when it is needed."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Timeout(f"within {seconds:.0f} s there was no: {what() if callable(what) else what}")
        time.sleep(0.02)


def _die_with_parent():
    """Runs in the child: a test that is killed leaves nothing behind."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """A program with its output in files. `stdout` names a file; otherwise it goes to the log like stderr."""

    def __init__(self, name, command, directory, stdout=None, env=None):
        self.name = name
        self.log_file = os.path.join(directory, name + ".log")
        with open(self.log_file, "ab") as err, open(stdout or self.log_file, "ab") as out:
            self._log_begin = err.tell()
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=directory,
                env={**os.environ, **(env or {})}, start_new_session=True, preexec_fn=_die_with_parent)

    @property
    def pid(self):
        return self._process.pid

    @property
    def alive(self):
        return self._process.poll() is None

    @property
    def exit_code(self):
        return self._process.poll()

    def log(self):
        """What this process has said; an earlier one's lines in the same file are left out."""
        with open(self.log_file, "rb") as file:
            file.seek(self._log_begin)
            return file.read().decode(errors="replace")

    def wait_for_line(self, pattern, seconds=PATIENCE):
        """The match of a regular expression in the log."""
        def said():
            match = re.search(pattern, self.log())
            if not match and not self.alive:
                raise AssertionError(f"{self.name} ended with code {self.exit_code}:\n{self.log()}")
            return match
        return eventually(said, f"'{pattern}' from {self.name}", seconds)

    def signal(self, number):
        self._process.send_signal(number)

    def finish(self, seconds=PATIENCE):
        """Waits for its own end; the exit code."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Timeout(f"{self.name} did not end within {seconds:.0f} s") from None

    def terminate(self, seconds=PATIENCE):
        """SIGTERM, and its exit code."""
        self.signal(signal.SIGTERM)
        return self.finish(seconds)

    def kill(self):
        if self.alive:
            self._process.kill()
        self._process.wait()


def run(command, directory=None, stdin=None, env=None, seconds=PATIENCE):
    """A program that ends by itself: (exit code, stdout, stderr) as text."""
    done = subprocess.run(command, cwd=directory, input=stdin, capture_output=True, timeout=seconds,
                          env={**os.environ, **(env or {})}, check=False)
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
