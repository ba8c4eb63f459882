"""The programs of the demo: started with their output in files, waited for, and ended by their own process id."""

import asyncio
import ctypes
import os
import re
import shutil
import signal
import sys
import time
import urllib.request

PR_SET_PDEATHSIG = 1


class DemoError(Exception):
    """The demo cannot go on; the text is for the user."""


def _die_with_parent():
    """Runs in the child: whatever becomes of the demo, nothing stays behind."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Program:
    """A process in a session of its own, so that Ctrl-C reaches the demo alone and the demo decides the order."""

    running = []

    def __init__(self, name, process, log):
        self.name = name
        self.process = process
        self.log = log
        Program.running.append(self)

    @classmethod
    async def start(cls, name, command, directory, stdout=None):
        """`stdout` names a file for the program's output; otherwise it goes to its log like stderr."""
        log = os.path.join(directory, name + ".log")
        with open(log, "ab") as err, open(stdout or log, "ab") as out:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=err, cwd=directory,
                start_new_session=True, preexec_fn=_die_with_parent)
        return cls(name, process, log)

    @property
    def alive(self):
        return self.process.returncode is None

    def read_log(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    async def wait_for_line(self, pattern, seconds=20, skip=0):
        """The first group of the first match in the log beyond `skip` characters."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            match = re.search(pattern, self.read_log()[skip:])
            if match:
                return match.group(1) if match.groups() else match.group(0)
            if not self.alive:
                raise DemoError(f"{self.name} ended with code {self.process.returncode}")
            await asyncio.sleep(0.05)
        raise DemoError(f"{self.name} did not say '{pattern}' within {seconds} s")

    async def finish(self, seconds):
        """Waits for its own end; the exit code."""
        try:
            return await asyncio.wait_for(self.process.wait(), seconds)
        except asyncio.TimeoutError:
            raise DemoError(f"{self.name} did not end within {seconds:.0f} s") from None

    async def terminate(self, seconds=20):
        """SIGTERM, and SIGKILL when that does not help."""
        if not self.alive:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.process.wait(), seconds)
        except asyncio.TimeoutError:
            print(f"demo: {self.name} did not end on SIGTERM", flush=True)
            await self.kill()

    async def kill(self):
        if self.alive:
            self.process.kill()
            await self.process.wait()

    @classmethod
    async def kill_all(cls):
        for program in reversed(cls.running):
            await program.kill()


def fetch_metrics(address, seconds=10):
    """The numbers of http://address/metrics by their full names; empty while nobody answers."""
    try:
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=seconds) as response:
            text = response.read().decode()
    except OSError:
        return {}
    samples = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, _, value in samples}


async def metrics(address):
    """The same, without holding up the demo."""
    return await asyncio.to_thread(fetch_metrics, address, 2)


def total(values, name):
    """The sum of a metric over its labels."""
    return int(sum(v for k, v in values.items() if k == name or k.startswith(name + "{")))


def leave(directory, who, went_well, keep=False):
    """Removes a run's files if it went well and nobody wants them, else says where they are."""
    if went_well and not keep:
        shutil.rmtree(directory)
    else:
        print(f"{who}: logs, configurations and data are in {directory}", file=sys.stderr, flush=True)
