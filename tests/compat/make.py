#!/usr/bin/python3
"""Makes a directory like 0.1.0/ with the program in $SLUICE_BIN: what that version left on disk after an orderly end
and after a SIGKILL, small, with events (from 0.2.0 on packed), a gap segment (of 0.1.0 only, since packed they fit), cursors
and dead letters. Needs Mosquitto.

    SLUICE_BIN=build/dev/bin tests/compat/make.py tests/compat/0.1.0
"""

import json
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "scenario"))

from support.gateway import ROOT, ROUTE, stream, uplink  # noqa: E402
from support.mqtt import topic_of  # noqa: E402
from support.scenario import DEVICE, Forwarding  # noqa: E402


class Make(Forwarding):
    target = ""

    def keep(self, name):
        """The data directory as it is, and what its tool says is in it."""
        directory = os.path.join(self.target, name)
        shutil.copytree(os.path.join(self.running.data, "streams"), os.path.join(directory, "streams"))
        records = [[r["type"], r.get("id"), r["data"] if r["type"] == "sluice.gap.v1" else r["sequence"]]
                   for r in self.running.stored()]
        letters = [r["type"] for r in self.running.stored("dead-letters")]
        with open(directory + ".json", "w", encoding="utf-8") as file:
            json.dump({"telemetry": records, "dead-letters": letters}, file, indent=0)

    def test_make(self):
        self.running = self.gateway(stream(max_bytes="64KiB", segment_bytes="16KiB", on_full="drop_oldest"),
                                    uplink(self.upstream.port), ROUTE)
        shutil.rmtree(self.target, ignore_errors=True)
        os.makedirs(self.target)
        with open(self.running.config_file, encoding="utf-8") as config:
            text = config.read().replace(os.path.join(ROOT, "devices"), "devices")
        with open(os.path.join(self.target, "gateway.toml"), "w", encoding="utf-8") as config:
            config.write(text)
        client = self.client(self.running)
        client.publish_readings(30)
        self.running.wait_until_drained()
        self.upstream.kill()
        client.publish_readings(300, first=30)
        for text in ("not json", "{}", "[1"):
            client.publish(topic_of(DEVICE), text, 1)
        self.assertEqual(0, self.running.process.terminate())
        self.keep("orderly")
        self.running.start()
        self.client(self.running, client_id="again").publish_readings(7, first=330)
        self.running.kill()
        self.keep("killed")


if __name__ == "__main__":
    import unittest
    Make.target = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
