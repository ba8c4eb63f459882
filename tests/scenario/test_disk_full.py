#!/usr/bin/python3
"""A disk that fills up under the gateway, and gets room again. A small tmpfs stands for it, which only root may mount."""

import os
import re
import unittest

from support.disk import Disk
from support.gateway import stream
from support.mqtt import V311, reading, topic_of
from support.process import eventually
from support.scenario import DEVICE, OTHER, Scenario

QUOTA_EXCEEDED = 0x97


@unittest.skipUnless(os.geteuid() == 0, "only root may mount the small tmpfs that stands for a full disk")
class DiskFull(Scenario):
    def setUp(self):
        super().setUp()
        self.disk = self.own(Disk(self.path("disk")))

    def start(self, min_free):
        self.running = self.gateway(stream(max_bytes="8MiB", segment_bytes="256KiB", compress=False), data="disk/data",
                                    min_free=min_free)

    def test_floor_of_free_space_is_kept_and_mqtt5_publishers_are_told(self):
        self.start("4MiB")
        device = self.client(self.running)
        device.publish_readings(20)
        self.disk.fill(leave=2 << 20)
        refused = self.publish_until_refused(device)
        self.assertGreaterEqual(os.statvfs(self.disk.path).f_bavail * 4096, 1 << 20)
        self.assert_health_says(503, "stream telemetry: failing for .*: full, so publishers are refused or wait: ")
        self.assert_health_says(503, r"journal: degraded for .* has \d+ bytes free, less than min_free, 4194304: ")
        self.disk.make_room()
        self.wait_until_taken(device)
        self.assert_health_says(200, r"^ok\n$")
        self.assert_books(device, refused)

    def assert_health_says(self, code, words):
        """In /healthz, and the same in the status."""
        def says():
            got, text = self.running.health_said()
            return got == code and re.search(words, text)
        eventually(says, lambda: f"{code} and {words}, but {self.running.health_said()}")
        self.assertRegex(self.running.status(), f"(?s)health: .*{words.strip('^$')}")

    def publish_until_refused(self, device):
        """How many were stored first."""
        for number in range(20, 5000):
            code = device.publish(topic_of(DEVICE), reading(number, padding=4000))
            if code == QUOTA_EXCEEDED:
                return number
            self.assertEqual(0, code)
        self.fail("nothing was refused")

    def wait_until_taken(self, device):
        eventually(lambda: device.publish(topic_of(DEVICE), reading(9999)) == 0, "a message that is taken again")

    def assert_books(self, device, refused):
        stored = [event["data"]["sequence"] for event in self.running.stored()]
        self.assertEqual(list(range(refused)) + [9999], stored)
        self.assertEqual(0, self.running.cli("journal", "verify", self.running.data)[0])

    def test_3_1_1_publisher_waits_for_room(self):
        self.start("4MiB")
        device = self.client(self.running, OTHER, version=V311)
        device.publish_readings(20)
        self.disk.fill(leave=2 << 20)
        mids = [device.send(topic_of(OTHER), reading(20 + i, padding=4000)) for i in range(600)]
        self.running.wait_for("sluice_connections_paused_total", 1)
        self.assertLess(len(device.acknowledged(mids)), 600)
        self.disk.make_room()
        device.wait_until_acknowledged(mids)
        self.assertEqual([], device.disconnects)
        self.assertEqual(list(range(620)), [event["data"]["sequence"] for event in self.running.stored()])

    def test_writes_that_fail_are_repeated_until_they_succeed(self):
        self.start("0KiB")
        device = self.client(self.running, OTHER, version=V311)
        device.publish_readings(20)
        self.disk.fill()
        mids = [device.send(topic_of(OTHER), reading(20 + i, padding=4000)) for i in range(600)]
        eventually(self.stands_still, "a gateway without room")
        self.assertLess(len(device.acknowledged(mids)), 600)
        self.disk.make_room()
        device.wait_until_acknowledged(mids)
        self.assertEqual(list(range(620)), [event["data"]["sequence"] for event in self.running.stored()])
        self.assertEqual(0, self.running.cli("journal", "verify", self.running.data)[0])

    def stands_still(self):
        return self.running.total("sluice_connections_paused_total") or \
            self.running.total("sluice_journal_failing")

    def test_kill_on_a_full_disk_loses_nothing_and_it_starts_again(self):
        self.start("0KiB")
        device = self.client(self.running, OTHER, version=V311)
        self.disk.fill()
        mids = [device.send(topic_of(OTHER), reading(i, padding=4000)) for i in range(600)]
        eventually(self.stands_still, "a gateway without room")
        self.running.kill()
        device.kill()
        acknowledged = len(device.acknowledged(mids))
        self.running.start()
        self.disk.make_room()
        stored = [event["data"]["sequence"] for event in self.running.stored()]
        self.assertEqual(list(range(len(stored))), stored)
        self.assertGreaterEqual(len(stored), acknowledged)
        self.client(self.running, DEVICE, version=V311).publish_readings(3, first=1000)

    def test_full_disk_is_an_unhealthy_gateway_only_while_writes_fail(self):
        self.start("0KiB")
        self.assertEqual(200, self.running.health())
        device = self.client(self.running, OTHER, version=V311)
        self.disk.fill()
        for i in range(600):
            device.send(topic_of(OTHER), reading(i, padding=4000))
        eventually(self.stands_still, "a gateway without room")
        eventually(lambda: self.running.health() == 503, "an unhealthy gateway")
        self.assertRegex(self.running.health_said()[1], "stream telemetry: failing for .*: (full, |cannot be written, )")
        self.disk.make_room()
        eventually(lambda: self.running.total("sluice_stream_committed_events_total") == 600, "everything committed")
        eventually(lambda: self.running.health() == 200, "a healthy gateway")


if __name__ == "__main__":
    unittest.main(verbosity=2)
