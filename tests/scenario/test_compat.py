#!/usr/bin/python3
"""What an older version left on disk, and its configuration, work unchanged. tests/compat/make.py made them."""

import json
import os
import re
import shutil
import unittest

from support.gateway import ROOT, Gateway
from support.process import eventually
from support.scenario import DEVICE, Forwarding

COMPAT = os.path.join(ROOT, "tests", "compat")
ACKNOWLEDGED = 30  # events that the upstream had when it was made
EVENTS = {"orderly": 330, "killed": 337}


class OldGateway(Gateway):
    """Runs with the configuration of that version; only where things are in this test differs."""

    def __init__(self, directory, version, upstream_port):
        super().__init__(directory, ())
        with open(os.path.join(COMPAT, version, "gateway.toml"), encoding="utf-8") as file:
            text = re.sub(r"mqtt://127.0.0.1:\d+", f"mqtt://127.0.0.1:{upstream_port}", file.read())
        self.text = text.replace('"devices/profiles"', f'"{ROOT}/devices/profiles"')

    def write_config(self):
        with open(self.config_file, "w", encoding="utf-8") as file:
            file.write(self.text)


class Compat(Forwarding):
    def open(self, version, end):
        shutil.copytree(os.path.join(COMPAT, version, end), self.path("data"))
        with open(os.path.join(COMPAT, version, end + ".json"), encoding="utf-8") as file:
            self.expected = json.load(file)
        self.running = self.own(OldGateway(self.directory, version, self.upstream.port))
        self.addCleanup(self.end_in_order, self.running)

    def records(self):
        return [[r["type"], r.get("id"), r["data"] if r["type"] == "sluice.gap.v1" else r["sequence"]]
                for r in self.running.stored()]

    def check(self, version, end, unproven=0):
        """`unproven` events at the end were written, but nothing says that they are committed before a start makes sure."""
        self.open(version, end)
        expected = self.expected["telemetry"]
        self.assertEqual(expected[:len(expected) - unproven], self.records())
        self.upstream.kill()
        self.running.start()
        self.assertEqual(self.expected["telemetry"], self.records())
        self.assertEqual(self.expected["dead-letters"], [r["type"] for r in self.running.stored("dead-letters")])
        self.assertRegex(self.running.status(), f"acknowledged {ACKNOWLEDGED} ")
        self.deliver(EVENTS[end])

    def deliver(self, count):
        """Everything that is left arrives, and what comes now goes on behind it."""
        self.running.kill()
        self.upstream.restart()
        consumer = self.consumer()
        self.running.start()
        self.running.wait_until_drained()  # so that there is room
        self.client(self.running).publish_readings(5, first=count, sensor=DEVICE)
        eventually(lambda: any(e["id"] == f"test/telemetry/{count + 4}" for e in consumer.events()), "the last event")
        first, gaps = ACKNOWLEDGED, []
        if self.expected["telemetry"][0][0] == "sluice.gap.v1":
            first = self.expected["telemetry"][0][2]["last"] + 1
            gaps = [(ACKNOWLEDGED, first - 1, "evicted")]
        self.assertEqual(gaps, consumer.gaps())
        self.assertEqual(list(range(first, count + 5)), consumer.sequences())

    def test_0_1_0_after_an_orderly_end(self):
        self.check("0.1.0", "orderly")

    def test_0_1_0_after_a_sigkill(self):
        # 0.1.0 kept no floor, so that only the next batch would have said that the last one was synced.
        self.check("0.1.0", "killed", unproven=5)

    def test_0_2_0_after_an_orderly_end(self):
        self.check("0.2.0", "orderly")

    def test_0_2_0_after_a_sigkill(self):
        self.check("0.2.0", "killed")


if __name__ == "__main__":
    unittest.main(verbosity=2)
