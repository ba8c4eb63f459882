#!/usr/bin/python3
"""What outlives the process besides events: retained messages, through restarts, crashes, damage and full disks."""

import os
import re
import sqlite3
import unittest

from paho.mqtt.packettypes import PacketTypes

from support.disk import Disk
from support.gateway import stream
from support.mqtt import V311, properties
from support.process import eventually
from support.scenario import DEVICE, OBSERVER, Scenario

STATE = '[state]\nlinger = "50ms"\n'


def topic(name):
    return f"devices/{DEVICE}/{name}"


class Retaining(Scenario):
    def start(self, **options):
        self.running = self.gateway(stream(), STATE, **options)
        return self.running

    @property
    def database(self):
        return os.path.join(self.running.data, "state.db")

    def retain(self, name, payload, **values):
        """Publishes with RETAIN at QoS 1; an empty payload clears."""
        extra = {"publish_properties": properties(PacketTypes.PUBLISH, **values)} if values else {}
        device = self.client(self.running)
        device.publish(topic(name), payload, retain=True, **extra)
        device.disconnect()

    def wait_until_written(self, rows):
        """So many rows since the gateway's start."""
        self.running.wait_for("sluice_state_rows_total", rows)

    def end_in_order(self, gateway=None):
        super().end_in_order(gateway or self.running)

    def held(self, **options):
        """What a new subscriber is given: messages by name. The marker comes last, so that nothing is waited for in vain."""
        observer = self.client(self.running, OBSERVER, **options)
        observer.subscribe("devices/#")
        marker = self.client(self.running)
        marker.publish(topic("marker"), "now")
        eventually(lambda: any(m.topic == topic("marker") for m in observer.messages), "marker")
        for client in (observer, marker):
            client.disconnect()
        return {m.topic.rpartition("/")[2]: m for m in observer.messages if m.retain}

    def payloads(self):
        return {name: message.payload.decode() for name, message in self.held().items()}

    def assert_health_says(self, words):
        eventually(lambda: re.search(words, self.running.health_said()[1]),
                   lambda: f"{words}, but {self.running.health_said()}")


class State(Retaining):
    def test_orderly_restart_keeps_messages_and_properties(self):
        self.start()
        self.retain("plain", "1")
        self.retain("full", "2", ContentType="text/plain", UserProperty=("key", "value"), MessageExpiryInterval=3600,
                    ResponseTopic="answer", CorrelationData=b"\0\1", PayloadFormatIndicator=1)
        self.end_in_order()
        self.running.start()
        held = self.held()
        self.assertEqual({"plain", "full"}, set(held))
        full = held["full"]
        self.assertEqual((b"2", 1), (full.payload, full.qos))
        self.assertEqual(("text/plain", [("key", "value")], "answer", b"\0\1", 1),
                         (full.properties.ContentType, full.properties.UserProperty, full.properties.ResponseTopic,
                          full.properties.CorrelationData, full.properties.PayloadFormatIndicator))
        self.assertLessEqual(full.properties.MessageExpiryInterval, 3600)
        self.assertGreater(full.properties.MessageExpiryInterval, 3000)
        self.assertEqual({"plain": "1", "full": "2"}, {k: v.payload.decode() for k, v in self.held(version=V311).items()})

    def test_what_is_written_survives_sigkill(self):
        self.start()
        for name in ("a", "b", "c"):
            self.retain(name, "1")
        self.wait_until_written(3)
        self.retain("b", "2")
        self.retain("c", "")
        self.wait_until_written(5)
        for _ in range(3):
            self.running.restart()
            self.assertEqual({"a": "1", "b": "2"}, self.payloads())

    def test_cleared_messages_stay_cleared(self):
        self.start()
        self.retain("a", "1")
        self.wait_until_written(1)
        self.running.restart()
        self.retain("a", "")
        self.end_in_order()
        self.running.start()
        self.assertEqual({}, self.payloads())

    def test_damaged_database_is_set_aside(self):
        self.start()
        for i in range(50):
            self.retain(f"t{i}", "x" * 300)
        self.end_in_order()
        with open(self.database, "r+b") as file:
            file.seek(2 * 4096)
            file.write(b"\xFF" * 100)
        self.running.start()
        held = self.payloads()
        self.assertLess(10, len(held))
        self.assertGreater(50, len(held))
        self.assert_health_says(r"state: degraded .* 1 files were set aside as .*state\.db\.\*")
        self.assertEqual(1, self.running.total("sluice_state_set_aside_total"))
        self.retain("new", "1")
        self.end_in_order()
        self.running.start()
        self.assertEqual(held | {"new": "1"}, self.payloads())
        os.unlink(self.database + ".aside.0")
        self.assert_health_says("^ok\n$")

    def test_database_of_a_newer_version_is_kept(self):
        self.start()
        self.retain("a", "1")
        self.end_in_order()
        with sqlite3.connect(self.database) as database:
            database.execute("PRAGMA user_version = 99")
        database.close()
        self.running.start()
        self.assertEqual({}, self.payloads())
        with sqlite3.connect(self.database + ".newer.0") as kept:
            self.assertEqual([(topic("a").encode(),)], kept.execute("SELECT topic FROM retained").fetchall())
        kept.close()

    def test_directory_in_its_place(self):
        self.start()
        self.end_in_order()
        os.unlink(self.database)
        os.makedirs(os.path.join(self.database, "inside"))
        self.running.start()
        self.retain("a", "1")
        self.end_in_order()
        self.running.start()
        self.assertEqual({"a": "1"}, self.payloads())

    def test_switched_off_nothing_is_kept(self):
        self.running = self.gateway(stream(), "[state]\nenabled = false\n")
        self.retain("a", "1")
        self.assertEqual({"a": "1"}, self.payloads())
        self.end_in_order()
        self.assertFalse(os.path.exists(self.database))
        self.running.start()
        self.assertEqual({}, self.payloads())

    def test_file_is_for_its_owner_only(self):
        self.start()
        self.retain("a", "1")
        self.wait_until_written(1)
        for suffix in ("", "-wal"):
            self.assertEqual(0o600, os.stat(self.database + suffix).st_mode & 0o777)


@unittest.skipUnless(os.geteuid() == 0, "only root may mount the small tmpfs that stands for a full disk")
class FullDisk(Retaining):
    def test_messages_are_served_while_the_disk_is_full_and_written_when_it_is_not(self):
        disk = self.own(Disk(self.path("disk")))
        self.start(data="disk/data", min_free="0B")
        self.retain("a", "1")
        self.wait_until_written(1)
        disk.fill()
        for i in range(40):  # more than fits into the pages that the log has already
            self.retain(f"t{i}", "x" * 30_000)
        self.assert_health_says(r"state: degraded .*state\.db: ")
        self.assertEqual(41, len(self.payloads()))
        self.assertLessEqual(1, self.running.metrics()['sluice_state_failures_total{reason="no_space"}'])
        disk.make_room()
        self.wait_until_written(41)
        self.assert_health_says("^ok\n$")
        self.running.restart()
        self.assertEqual(41, len(self.payloads()))


if __name__ == "__main__":
    unittest.main(verbosity=2)
