"""`sluice consume`, whose lines are events and gaps."""

import json
import os
import re

from support.gateway import SLUICE
from support.process import PATIENCE, Process, Timeout, eventually


class Consumer(Process):
    """Keeps its session at the broker, so that it misses nothing while the broker keeps its memory."""

    def __init__(self, directory, url, *more, topic="sluice/#", name="consumer"):
        self.output = os.path.join(directory, name + ".jsonl")
        self._read, self._rest, self._lines = 0, b"", []
        super().__init__(name, [SLUICE, "consume", "--url", url, "--topic", topic, "--client-id", "test-" + name,
                                "--clean-start", "false", *more], directory, stdout=self.output)
        self.wait_for_connections(1)

    def wait_for_connections(self, count):
        """It says so when it has subscribed as well."""
        eventually(lambda: len(re.findall("connected to", self.log())) >= count,
                   f"connection {count} of {self.name}: {self.log()}")

    def lines(self):
        with open(self.output, "rb") as file:
            file.seek(self._read)
            data = file.read()
        self._read += len(data)
        *whole, self._rest = (self._rest + data).split(b"\n")
        self._lines += [json.loads(line) for line in whole]
        return self._lines

    def events(self):
        return [line for line in self.lines() if "gap" not in line]

    def gaps(self):
        """What is missing: (first, last, reason)."""
        return [(gap["first"], gap["last"], gap["reason"])
                for gap in (line["gap"] for line in self.lines() if "gap" in line)]

    def sequences(self):
        """The devices' own counters, in the order in which they came."""
        return [event["sequence"] for event in self.events()]

    def wait_for_events(self, count, seconds=PATIENCE):
        try:
            eventually(lambda: len(self.events()) >= count, "", seconds)
        except Timeout:
            raise Timeout(f"{len(self.events())} events instead of {count}, gaps {self.gaps()}") from None
        return self.events()

    def summary(self):
        """Ends it; the numbers of its last line by their names."""
        self.terminate()
        line = [line for line in self.log().splitlines() if "messages," in line][-1]
        return {name: int(number) for number, name in re.findall(r"(\d+) ([a-z ]+)", line)}
