#!/usr/bin/python3
"""Devices that are asked for what they have said before, and those that say nothing any more."""

import os
import struct
import unittest

from support.gateway import Gateway, stream
from support.process import eventually
from support.scenario import DEVICE, Scenario

MILLIS = 1795262390122
FLOAT, BOOLEAN, UINT64 = 9, 11, 8

WATCHED = """
name = "watched"
topics = ["devices/+/state"]
silent_after = "1s"
device = { topic_level = 1 }

[[event]]
type = "climate.reading.v1"
reading = [{ name = "temperature", member = "/t", unit = "Cel" }]
"""


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7f | 0x80)
        number >>= 7
    return bytes(out + bytes([number]))


def number_field(field, value):
    return varint(field << 3) + varint(value)


def bytes_field(field, value):
    return varint(field << 3 | 2) + varint(len(value)) + value


def metric(value, name=None, alias=None, kind=None):
    """A metric of Sparkplug B; `value` is the field that holds it."""
    return ((bytes_field(1, name.encode()) if name else b"") + (number_field(2, alias) if alias is not None else b"")
            + (number_field(4, kind) if kind else b"") + value)


def payload(*metrics, sequence=None):
    text = number_field(1, MILLIS) + b"".join(bytes_field(2, m) for m in metrics)
    return text + (number_field(3, sequence) if sequence is not None else b"")


def real(value):
    return varint(12 << 3 | 5) + struct.pack("<f", value)


class Sparkplug(Scenario):
    def setUp(self):
        super().setUp()
        section = stream().replace('"devices/+/zigbee2mqtt/+"', '"devices/+/spBv1.0/#"')
        self.running = self.gateway(section)
        self.base = f"devices/{DEVICE}/spBv1.0/Plant"
        self.node = self.client(self.running)
        self.node.subscribe(f"{self.base}/NCMD/Pi", 0)

    def bear(self):
        self.node.publish(f"{self.base}/NBIRTH/Pi", payload(
            metric(number_field(11, 0), "bdSeq", kind=UINT64),
            metric(number_field(14, 0), "Node Control/Rebirth", kind=BOOLEAN),
            metric(real(12.5), "Supply Voltage", 1, FLOAT), sequence=0))

    def say(self, sequence, volts):
        self.node.publish(f"{self.base}/NDATA/Pi", payload(metric(real(volts), alias=1), sequence=sequence))

    def read(self):
        """Types and first values of what is stored."""
        first = [(event["type"], event["data"]["readings"][0]) for event in self.running.stored()]
        return [(kind, reading["name"], reading["value"]) for kind, reading in first]

    def test_after_a_restart_a_node_is_asked_and_nothing_is_lost(self):
        self.bear()
        self.say(1, 12.25)
        self.assertEqual([("availability.state.v1", "online", True), ("sensor.reading.v1", "Supply Voltage", 12.5),
                          ("sensor.reading.v1", "Supply Voltage", 12.25)], self.read())
        self.assertEqual([], self.node.messages)

        self.running.restart()
        self.node.kill()
        self.node = self.client(self.running)
        self.node.subscribe(f"{self.base}/NCMD/Pi", 0)
        self.say(2, 11.75)
        command = eventually(lambda: self.node.messages, "command to the node")[0].payload
        self.assertTrue(command.endswith(bytes_field(2, bytes_field(1, b"Node Control/Rebirth")
                                                     + number_field(4, BOOLEAN) + number_field(14, 1))), command)
        self.assertEqual(1, self.running.total("sluice_device_births_asked_total"))
        self.bear()
        code, out, err = self.running.cli("dead-letter", "replay", self.running.data, "--reason", "no_birth")
        self.assertEqual(0, code, out + err)
        self.assertEqual(11.75, self.read()[-1][2])

    def test_the_will_of_a_node_says_that_it_is_gone(self):
        will = {"topic": f"{self.base}/NDEATH/Pi",
                "payload": payload(metric(number_field(11, 0), "bdSeq", kind=UINT64))}
        self.node.kill()
        self.node = self.client(self.running, will=will)
        self.bear()
        self.node.paho.socket().shutdown(2)
        eventually(lambda: self.read()[-1] == ("availability.state.v1", "online", False), "event of the node's death")


class Silence(Scenario):
    def test_a_silent_device_is_missed_and_is_back(self):
        profiles = os.path.join(self.directory, "devices", "profiles")
        os.makedirs(profiles)
        with open(os.path.join(profiles, "watched.toml"), "w", encoding="utf-8") as file:
            file.write(WATCHED)
        running = self.own(Gateway(self.directory, (stream().replace("zigbee2mqtt/+", "state"),)))
        running.values["root"] = self.directory
        self.addCleanup(self.end_in_order, running)
        running.start()

        def types():
            return [event["type"] for event in running.stored()]

        device = self.client(running)
        device.publish(f"devices/{DEVICE}/state", '{"t": 20}')
        eventually(lambda: "device.silent.v1" in types(), "event of the silent device")
        self.assertRegex(running.status(), rf"(?m)^devices: 1 watched for silence, 1 of them silent: {DEVICE} for \d+ s$")
        device.publish(f"devices/{DEVICE}/state", '{"t": 21}')
        want = ["climate.reading.v1", "device.silent.v1", "climate.reading.v1", "device.back.v1"]
        eventually(lambda: types()[:4] == want, lambda: f"{want}, but {types()}")
        self.assertGreaterEqual(running.total("sluice_silence_total"), 1)


if __name__ == "__main__":
    unittest.main()
