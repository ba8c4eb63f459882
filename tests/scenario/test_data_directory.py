#!/usr/bin/python3
"""A data directory that is taken away from a running gateway: nothing is acknowledged into the void."""

import os
import shutil
import unittest

from support.gateway import Gateway, stream
from support.mqtt import V311, reading, topic_of
from support.process import eventually
from support.scenario import DEVICE, OTHER, Scenario


class DataDirectory(Scenario):
    def setUp(self):
        super().setUp()
        self.running = self.gateway()
        self.device = self.client(self.running, OTHER, version=V311)
        self.device.publish_readings(20)

    def send(self, first, count=20):
        return [self.device.send(topic_of(OTHER), reading(first + i)) for i in range(count)]

    def assert_nothing_is_acknowledged(self, mids):
        eventually(lambda: self.running.health() == 503, "an unhealthy gateway")
        # It has tried, and will try again.
        failures = self.running.total("sluice_journal_failures_total")
        self.running.wait_for("sluice_journal_failures_total", failures + 2)
        self.assertEqual(set(), set(self.device.acknowledged(mids)))
        self.assertIn("nothing is acknowledged", self.running.health_said()[1])

    def move_away(self):
        os.rename(self.running.data, self.path("elsewhere"))

    def move_back(self):
        os.rename(self.path("elsewhere"), self.running.data)

    def numbers_stored(self):
        return [event["data"]["sequence"] for event in self.running.stored()]

    def test_directory_that_was_moved_away_and_back(self):
        self.move_away()
        mids = self.send(20)
        self.assert_nothing_is_acknowledged(mids)
        self.move_back()
        self.device.wait_until_acknowledged(mids)
        eventually(lambda: self.running.health() == 200, "a healthy gateway")
        self.running.kill()
        self.assertEqual(list(range(40)), self.numbers_stored())
        self.assertEqual(0, self.running.cli("journal", "verify", self.running.data)[0])

    def test_directory_that_was_deleted(self):
        shutil.rmtree(self.running.data)
        self.assert_nothing_is_acknowledged(self.send(20))
        self.running.kill()

    def test_directory_that_was_replaced_by_a_copy(self):
        self.move_away()
        shutil.copytree(self.path("elsewhere"), self.running.data, ignore=shutil.ignore_patterns("control.sock"))
        self.assert_nothing_is_acknowledged(self.send(20))
        self.running.kill()
        self.assertEqual(list(range(20)), self.numbers_stored())

    def test_idle_gateway_notices_too(self):
        self.move_away()
        eventually(lambda: self.running.health() == 503, "an unhealthy gateway")
        self.assertIn(os.path.join(self.running.values["data"], "LOCK"), self.running.health_said()[1])
        self.move_back()
        eventually(lambda: self.running.health() == 200, "a healthy gateway")

    def test_second_gateway_after_the_lock_was_removed(self):
        os.unlink(os.path.join(self.running.data, "LOCK"))
        second = self.own(Gateway(self.directory, (stream(),), name="second")).start()
        mids = self.send(20)
        self.assert_nothing_is_acknowledged(mids)
        self.running.kill()
        self.client(second, DEVICE, version=V311).publish_readings(20, first=100)
        self.assertEqual(list(range(20)) + list(range(100, 120)), self.numbers_stored())
        second.process.terminate()


if __name__ == "__main__":
    unittest.main(verbosity=2)
