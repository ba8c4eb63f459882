#!/usr/bin/python3
"""Acknowledged means on disk: through SIGKILL, SIGTERM and a torn tail; one gateway at a time."""

import os
import signal
import unittest

from support import segment
from support.mqtt import V311, V5, reading, topic_of
from support.process import eventually
from support.scenario import DEVICE, OTHER, Forwarding, Scenario

SERVER_SHUTTING_DOWN = 0x8B


class Kill(Forwarding):
    def test_nothing_acknowledged_is_missing_after_a_kill_under_load(self):
        running = self.forwarding_gateway(self.upstream.port)
        consumer = self.consumer()
        acknowledged = set()
        for turn in range(4):
            acknowledged |= self.publish_and_kill(running, 1000 * turn)
            self.assert_stored(running, acknowledged)
            running.start()
        running.wait_until_drained()
        eventually(lambda: acknowledged <= self.seen(consumer.events()), "everything at the consumer")
        self.assertEqual([], consumer.gaps())

    def publish_and_kill(self, running, first):
        """Two devices publish as fast as they can until the gateway dies; what was acknowledged."""
        devices = [self.client(running, identity, version=version, client_id=f"{identity}-{first}")
                   for identity, version in ((DEVICE, V5), (OTHER, V311))]
        sent = [(device, device.send(topic_of(device.identity), reading(first + i), 1 + i % 2), first + i)
                for i in range(1000) for device in devices]

        def done():
            return {(d.identity, number) for d, mid, number in sent if d.paho.reasons.get(mid) == 0}
        eventually(lambda: len(done()) >= 200, "200 acknowledgements")
        running.kill()
        for device in devices:
            device.kill()
        return done()

    def assert_stored(self, running, acknowledged):
        code, report, _ = running.cli("journal", "verify", running.data)
        self.assertEqual(0, code, report)
        # What the upstream has already acknowledged may have been deleted; the consumer shows it in the end.
        stored = running.stored()
        first = int(stored[0]["id"].rsplit("/", 1)[1]) if stored else 0
        kept = {(e["data"]["identity"], e["data"]["sequence"]) for e in stored}
        if first == 0:
            self.assertLessEqual(acknowledged, kept)

    def seen(self, events):
        return {(event["identity"], event["sequence"]) for event in events}


class KillWithoutUplink(Scenario):
    def test_every_acknowledged_reading_is_in_the_journal(self):
        running = self.gateway()
        device = self.client(running)
        mids = [device.send(topic_of(DEVICE), reading(i)) for i in range(2000)]
        eventually(lambda: len(device.acknowledged(mids)) >= 500, "500 acknowledgements")
        running.kill()
        device.kill()
        acknowledged = {mids.index(mid) for mid in device.acknowledged(mids)}
        stored = self.stored_numbers(running)
        self.assertLessEqual(acknowledged, set(stored))
        self.assertEqual(list(range(len(stored))), stored)

    def stored_numbers(self, running):
        return [event["data"]["sequence"] for event in running.stored()]

    def test_torn_write_is_cut_and_nothing_acknowledged_goes_with_it(self):
        running = self.gateway()
        self.client(running).publish_readings(100)
        running.kill()
        path = segment.segments(running.data)[-1]
        last = segment.records(path)[-1]
        # A write that the power cut: the whole head of a record, half of its body, an offset that comes next.
        torn = bytearray(segment.read(path, last.begin, last.begin + (last.end - last.begin) // 2))
        torn[16:24] = (last.offset + 1).to_bytes(8, "little")
        segment.write(path, last.end, bytes(torn))
        code, report, _ = running.cli("journal", "verify", running.data)
        self.assertIn("torn tail (nothing acknowledged is lost)", report)
        running.start()
        self.assertRegex(running.process.log(), "cut a torn tail of [0-9]+ bytes")
        self.client(running, OTHER).publish_readings(10, first=100)
        self.assertEqual(list(range(110)), self.stored_numbers(running))
        self.assertEqual(0, running.cli("journal", "verify", running.data)[0])

    def test_truncated_last_segment_is_served_up_to_the_cut_and_the_rest_is_a_gap(self):
        running = self.gateway()
        self.client(running).publish_readings(100)
        running.kill()
        path = segment.segments(running.data)[-1]
        last = segment.records(path)[-1]
        os.truncate(path, last.end - 5)
        running.start()
        *stored, gap = running.stored()
        self.assertEqual(list(range(last.offset)), [event["data"]["sequence"] for event in stored])
        self.assertEqual((last.offset, 99, "quarantined"), tuple(gap["data"][key] for key in ("first", "last", "reason")))
        self.client(running, OTHER).publish_readings(5, first=1000)
        self.assertEqual(list(range(1000, 1005)), [e["data"]["sequence"] for e in running.stored()[last.offset + 1:]])
        self.assertEqual(0, running.cli("journal", "verify", running.data)[0])


class Terminate(Scenario):
    def test_clients_are_told_and_everything_is_committed(self):
        running = self.gateway()
        modern, old = self.client(running), self.client(running, OTHER, version=V311)
        modern.publish_readings(50)
        old.publish_readings(50)
        self.assertEqual(0, running.process.terminate())
        eventually(lambda: modern.disconnects and old.disconnects, "end of both connections")
        self.assertEqual(SERVER_SHUTTING_DOWN, modern.disconnects[0])
        self.assertEqual(100, len(running.stored()))
        self.assertIn("journal ok", running.process.log())

    def test_what_was_acknowledged_in_the_last_moment_is_stored(self):
        running = self.gateway()
        device = self.client(running)
        mids = [device.send(topic_of(DEVICE), reading(i)) for i in range(2000)]
        eventually(lambda: len(device.acknowledged(mids)) >= 300, "300 acknowledgements")
        self.assertEqual(0, running.process.terminate())
        device.kill()
        stored = [event["data"]["sequence"] for event in running.stored()]
        self.assertEqual(list(range(len(stored))), stored)
        self.assertLessEqual({mids.index(mid) for mid in device.acknowledged(mids)}, set(stored))

    def test_interrupt_ends_it_as_well(self):
        running = self.gateway()
        running.process.signal(signal.SIGINT)
        self.assertEqual(0, running.process.finish())


class SecondGateway(Scenario):
    def test_second_gateway_on_the_same_data_is_refused_and_the_first_goes_on(self):
        first = self.gateway()
        second = self.own(type(first)(self.directory, first.sections, name="second"))
        process = second.launch()
        self.assertEqual(1, process.finish())
        self.assertRegex(process.log(), r"cannot start: .*LOCK is locked by another process")
        self.client(first).publish_readings(5)

    def test_lock_of_a_killed_gateway_holds_nobody_up(self):
        running = self.gateway()
        running.restart()
        self.client(running).publish_readings(1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
