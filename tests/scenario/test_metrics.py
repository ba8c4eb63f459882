#!/usr/bin/python3
"""Invariant 2 in numbers: /metrics adds up at any moment, whatever happens to an event."""

import os
import re
import subprocess
import unittest
import urllib.request

from support.gateway import ROOT, UNBATCHED, route, stream, uplink
from support.hostile import Hostile, puback
from support.mqtt import reading, topic_of
from support.process import eventually
from support.scenario import DEVICE, Forwarding, Scenario

TERMS = {"acknowledged": "acknowledged_events_total", "pending": "pending_events",
         "dead_lettered": "dead_lettered_events_total", "expired": "expired_events_total",
         "evicted": "evicted_events_total"}
# With every upgrade that a listener may have.
WAYS_IN = """
[[listener]]
bind = "unix:{}"
accepts = ["password"]
websocket = {{}}
proxy_protocol = true
"""
PAGE = os.path.join(ROOT, "gateway", "docs", "metrics.md")


def books(metrics, stream_name="telemetry"):
    """The terms of the telemetry's route, and what they must add up to."""
    labels = f'{{stream="{stream_name}",route="{stream_name}-upstream"}}'
    return ({term: int(metrics[f"sluice_route_{name}{labels}"]) for term, name in TERMS.items()},
            int(metrics[f'sluice_stream_accepted_events_total{{stream="{stream_name}"}}']))


class Text(Scenario):
    def text(self, running):
        with urllib.request.urlopen(f"http://127.0.0.1:{running.admin_port}/metrics", timeout=10) as response:
            return response.read().decode()

    def test_promtool_has_no_complaint(self):
        running = self.forwarding_gateway(1)
        self.client(running).publish_readings(3)
        found = subprocess.run(["promtool", "check", "metrics"], input=self.text(running), capture_output=True, text=True,
                               timeout=60, check=False)
        self.assertEqual((0, "", ""), (found.returncode, found.stdout, found.stderr))

    def test_the_page_describes_what_is_exported_and_nothing_else(self):
        identities = stream() + "[state]\nidentities = true\n" + WAYS_IN.format(self.path("mqtt.sock"))
        running = self.forwarding_gateway(1, stream_section=identities)
        running.wait_for("sluice_uplink_failures_total", 1)  # nobody listens there
        text = self.text(running)
        exported = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE))
        with open(PAGE, encoding="utf-8") as page:
            described = re.findall(r"^\| `(\w+)` \| (\w+) \|", page.read(), re.MULTILINE)
        self.assertEqual(exported, dict(described))
        self.assertEqual(len(exported), len(described), "described twice")

    def test_every_sample_is_of_a_family_that_is_described(self):
        running = self.forwarding_gateway(1)
        self.client(running).publish_readings(3)
        with urllib.request.urlopen(f"http://127.0.0.1:{running.admin_port}/metrics", timeout=10) as response:
            self.assertRegex(response.headers["Content-Type"], r"^text/plain; version=0\.0\.4")
            lines = response.read().decode().splitlines()
        described = {match[1] for line in lines if (match := re.match(r"# TYPE (\w+) (counter|gauge|histogram)$", line))}
        explained = {match[1] for line in lines if (match := re.match(r"# HELP (\w+) \S", line))}
        samples = [line for line in lines if not line.startswith("#")]
        self.assertGreater(len(samples), 50)
        self.assertEqual(described, explained)
        for line in samples:
            match = re.match(r'(\w+?)(_bucket|_sum|_count)?(\{(\w+="[^"]*",?)+\})? [-+0-9.e]+(Inf)?$', line)
            self.assertTrue(match, line)
            self.assertTrue({match[1], match[1] + (match[2] or "")} & described, line)
        self.assertEqual(len(samples), len({line.rpartition(" ")[0] for line in samples}))


class Books(Forwarding):
    def assert_balanced(self, running):
        terms, accepted = books(running.metrics())
        self.assertEqual(accepted, sum(terms.values()), terms)
        return terms

    def assert_books(self, running, **terms):
        self.assertEqual({**dict.fromkeys(TERMS, 0), **terms}, self.assert_balanced(running))

    def test_they_balance_at_every_look_while_events_pass(self):
        running = self.forwarding_gateway(self.upstream.port, route=route(batch="{ max_events = 5 }"))
        self.look_while_events_pass(running, self.assert_balanced)
        self.assert_books(running, acknowledged=2000)

    def test_they_balance_after_a_kill(self):
        running = self.forwarding_gateway(self.upstream.port)
        device = self.client(running)
        mids = [device.send(topic_of(DEVICE), reading(i)) for i in range(1000)]
        eventually(lambda: len(device.acknowledged(mids)) >= 100, "100 acknowledgements")
        running.kill()
        device.kill()
        running.start()
        self.assert_balanced(running)
        running.wait_until_drained()
        self.assertEqual(0, self.assert_balanced(running)["pending"])

    def test_expired_events_are_counted_and_the_consumer_is_told(self):
        self.upstream.kill()
        running = self.forwarding_gateway(self.upstream.port, route=route(max_age="1ms"))
        self.client(running).publish_readings(20)
        self.assert_books(running, pending=20)
        self.assertEqual(0, running.process.terminate())
        self.upstream.restart()
        consumer = self.consumer()
        running.start()
        running.wait_until_drained()
        self.assert_books(running, expired=20)
        eventually(lambda: consumer.gaps() == [(0, 19, "expired")], lambda: f"one gap, but {consumer.gaps()}")

    def test_dead_letters_are_a_term(self):
        strict = self.own(Hostile(puback, refuses=b"test/telemetry"))
        running = self.gateway(stream(), uplink(strict.port), route(batch=UNBATCHED))
        self.client(running).publish_readings(7)
        running.wait_until_drained()
        self.assert_books(running, dead_lettered=7)
        self.assertEqual(7, len(running.stored("dead-letters")))


if __name__ == "__main__":
    unittest.main(verbosity=2)
