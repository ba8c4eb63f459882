#!/usr/bin/python3
"""Invariant 2 in numbers: /metrics adds up at any moment, whatever happens to an event."""

import os
import re
import unittest
import urllib.request

from support.gateway import route, stream, uplink
from support.mosquitto import Mosquitto
from support.mqtt import reading, topic_of
from support.process import eventually
from support.scenario import DEVICE, Forwarding, Scenario

TERMS = ("acknowledged", "pending", "dead_lettered", "expired", "evicted")


def books(metrics, stream_name="telemetry"):
    """The terms of the telemetry's route, and what they must add up to."""
    labels = f'{{stream="{stream_name}",route="{stream_name}-upstream"}}'
    return ({term: int(metrics[f"sluice_route_{term}{labels}"]) for term in TERMS},
            int(metrics[f'sluice_stream_accepted{{stream="{stream_name}"}}']))


class Text(Scenario):
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
        device = self.client(running)
        mids = [device.send(topic_of(DEVICE), reading(i)) for i in range(2000)]
        looks = 0
        while len(device.acknowledged(mids)) < len(mids) and looks < 10000:
            self.assert_balanced(running)
            looks += 1
        self.assertGreater(looks, 3)
        running.wait_until_drained()
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
        with open(self.path("acl"), "w", encoding="utf-8") as file:
            file.write("topic readwrite elsewhere\n")
        os.chmod(self.path("acl"), 0o600)
        strict = self.own(Mosquitto(self.directory, "acl_file acl\n"))
        running = self.gateway(stream(), uplink(strict.port), route())
        self.client(running).publish_readings(7)
        running.wait_until_drained()
        self.assert_books(running, dead_lettered=7)
        self.assertEqual(7, len(running.stored("dead-letters")))


if __name__ == "__main__":
    unittest.main(verbosity=2)
