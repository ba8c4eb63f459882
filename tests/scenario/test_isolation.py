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
            self.assertIn(f'"{VICTIM}"]', letter["data"]["attributes"]["text"])
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
            rf'dead letter \(foreign_device\): {topic_of(DEVICE, VICTIM)} from {DEVICE}: '
            rf'.*speaks_for = \["{{identity}}", "{VICTIM}"\]')

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


class Sessions(Scenario):
    def test_same_client_id_of_another_identity_is_another_session(self):
        running = self.gateway(speaks_for="")
        squatter = self.client(running, client_id="meter-7", connect_properties=None)
        owner = self.client(running, OTHER, client_id="meter-7")
        self.assertEqual([0, 0], [squatter.connacks[0][1], owner.connacks[0][1]])
        self.assertEqual([], squatter.disconnects)
        owner.subscribe(f"devices/{OTHER}/in")
        owner.publish(f"devices/{OTHER}/in", "x")
        eventually(lambda: owner.messages, "the owner's message")
        self.assertEqual([], squatter.messages)


class Shares(Scenario):
    """One certificate takes all it can get; the other wants little."""

    def limited(self, limits, *more):
        limits_section = "\n[limits]\n" + limits + "\n"
        return self.gateway(stream(), limits_section, *more)

    def test_taking_every_connection_keeps_nobody_out(self):
        running = self.limited("max_connections = 5")
        hogs = [self.client(running, client_id=f"hog-{i}") for i in range(5)]
        refused = self.client(running, client_id="hog-5")
        self.assertEqual(0x97, refused.connacks[0][1])
        refused.kill()
        victim = self.client(running, OTHER)
        self.assertEqual(0, victim.connacks[0][1])
        eventually(lambda: hogs[4].disconnects, "end of the hog's newest connection")
        self.assertEqual(0x97, hogs[4].disconnects[0])
        self.assertEqual([], [hog.disconnects for hog in hogs[:4] if hog.disconnects])
        running.process.wait_for_line(f"{DEVICE} holds most of the connections and gives way to {OTHER}")

    def test_retaining_everything_takes_no_others_message(self):
        running = self.limited('retained = "64KiB"')
        victim = self.client(running, OTHER)
        victim.publish(f"devices/{OTHER}/state", "on", retain=True)
        hog = self.client(running)
        hog.wait_until_acknowledged([hog.send(f"devices/{DEVICE}/{i}", "x" * 100, 1, retain=True) for i in range(1000)])
        victim.publish(f"devices/{OTHER}/more", "on", retain=True)
        observer = self.client(running, OBSERVER)
        observer.subscribe(f"devices/{OTHER}/#")
        eventually(lambda: len(observer.messages) == 2, "both of the victim's messages")


if __name__ == "__main__":
    unittest.main()
