#!/usr/bin/python3
"""One certificate against the others: whose events it makes, whose sessions it gets, what it leaves to them."""

import json
import unittest

from support.gateway import stream
from support.mqtt import V311, V5, reading, topic_of
from support.process import eventually
from support.scenario import DEVICE, OBSERVER, OTHER, Forwarding, Scenario

FOREIGN = 'sluice_ingest_dead_letters_total{reason="foreign_device"}'
VICTIM = OTHER


class Forging(Scenario):
    def setUp(self):
        super().setUp()
        self.running = self.gateway(speaks_for="")

    def assert_forged_is_buried(self, count):
        self.assertEqual([], self.running.stored())
        letters = self.running.stored("dead-letters")
        self.assertEqual(count, len(letters))
        for letter in letters:
            self.assertEqual(DEVICE, letter["subject"])
            self.assertEqual("foreign_device", letter["data"]["attributes"]["reason"])
            self.assertIn(f'speaks_for = ["{VICTIM}"]', letter["data"]["attributes"]["text"])
        self.assertEqual(count, self.running.metrics()[FOREIGN])

    def test_own_name_makes_events(self):
        self.client(self.running).publish(topic_of(DEVICE, DEVICE), reading(1))
        self.assertEqual([DEVICE], [event["subject"] for event in self.running.stored()])

    def test_name_of_another_makes_none_whatever_the_version_and_client_id(self):
        watcher = self.client(self.running, OBSERVER)
        watcher.subscribe("events/#")
        for version in (V311, V5):
            forger = self.client(self.running, version=version, client_id=VICTIM)
            forger.publish(topic_of(DEVICE, VICTIM), reading(1))
            forger.kill()
        self.client(self.running, OTHER).publish(topic_of(OTHER, OTHER), reading(2))
        eventually(lambda: watcher.messages, "the victim's own event")
        self.assertEqual([OTHER], [json.loads(m.payload)["data"]["identity"] for m in watcher.messages])

    def test_forged_message_is_kept_counted_and_told(self):
        self.client(self.running).publish(topic_of(DEVICE, VICTIM), reading(1))
        self.assert_forged_is_buried(1)
        self.running.process.wait_for_line(
            rf'dead letter \(foreign_device\): {topic_of(DEVICE, VICTIM)} from {DEVICE}: .*speaks_for = \["{VICTIM}"\]')

    def test_will_and_retained_message_go_the_same_way(self):
        doomed = self.client(self.running, client_id="doomed",
                             will={"topic": topic_of(DEVICE, VICTIM), "payload": reading(1), "qos": 1})
        doomed.kill()
        self.running.wait_for("sluice_ingest_dead_letters_total", 1)
        self.client(self.running).publish(topic_of(DEVICE, VICTIM), reading(2), retain=True)
        self.assert_forged_is_buried(2)

    def test_rule_lets_a_hub_speak(self):
        self.running.kill()
        hub = f'\n[[access]]\nidentity = "{DEVICE}"\nspeaks_for = ["kitchen", "{{identity}}"]\n'
        running = self.gateway(stream(), hub, name="hub", data="hub-data", speaks_for="")
        client = self.client(running)
        for sensor in ("kitchen", DEVICE, "cellar"):
            client.publish(topic_of(DEVICE, sensor), reading(1))
        self.assertEqual(["kitchen", DEVICE], [event["subject"] for event in running.stored()])


class ForgingUpstream(Forwarding):
    def test_forged_event_does_not_arrive(self):
        running = self.forwarding_gateway(self.upstream.port, speaks_for="")
        consumer = self.consumer()
        forger = self.client(running)
        forger.publish(topic_of(DEVICE, VICTIM), reading(1))
        forger.publish(topic_of(DEVICE, DEVICE), reading(2))
        self.assertEqual([DEVICE], [event["device"] for event in consumer.wait_for_events(1)])


if __name__ == "__main__":
    unittest.main()
