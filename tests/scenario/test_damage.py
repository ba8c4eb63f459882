#!/usr/bin/python3
"""A medium that damages what is stored: set aside, reported, and the rest is served."""

import os
import unittest

from support import segment
from support.gateway import ROUTE, stream, uplink
from support.process import eventually
from support.scenario import Forwarding

COUNT = 400


class Damage(Forwarding):
    """Events that wait in several segments while the upstream is away."""

    def setUp(self):
        super().setUp()
        self.upstream.kill()
        self.running = self.gateway(stream(segment_bytes="32KiB"), uplink(self.upstream.port), ROUTE)
        self.client(self.running).publish_readings(COUNT)
        self.assertEqual(0, self.running.process.terminate())
        self.files = segment.segments(self.running.data)
        self.assertGreaterEqual(len(self.files), 4)

    def verify(self):
        code, out, _ = self.running.cli("journal", "verify", self.running.data)
        return code, out

    def deliver(self):
        """Starts upstream, consumer and gateway, and waits until the route is done."""
        self.upstream.restart()
        consumer = self.consumer()
        self.running.start()
        self.running.wait_until_drained()
        last = f"test/telemetry/{COUNT - 1}"
        eventually(lambda: any(e["id"] == last for e in consumer.events()) or
                   any(gap[1] == COUNT - 1 for gap in consumer.gaps()), "the last event")
        return consumer

    def assert_all_but(self, missing, consumer, reason="quarantined"):
        """The consumer has everything else, knows what is missing, and the books balance."""
        first, last = missing
        self.assertEqual([(first, last, reason)], consumer.gaps())
        self.assertEqual([i for i in range(COUNT) if not first <= i <= last], consumer.sequences())
        gone = last - first + 1
        self.assertIn(f"accepted {COUNT} = acknowledged {COUNT - gone} + pending 0 + dead-lettered 0 + expired 0 + "
                      f"evicted {gone}", self.running.status())

    def flip_event(self, path, at=40):
        """Turns a byte of an event in the middle of the file over; its offset."""
        record = segment.events(path)[len(segment.events(path)) // 2]
        segment.flip(path, record.begin + at)
        return record.offset

    def test_corrupt_event_in_the_middle_is_reported_and_the_rest_is_delivered(self):
        offset = self.flip_event(self.files[1])
        code, report = self.verify()
        self.assertEqual(1, code)
        self.assertIn(f"damaged, offsets [{offset}, {offset + 1})", report)
        self.assertIn(os.path.basename(self.files[1]), report)
        self.assert_all_but((offset, offset), self.deliver())
        self.assertRegex(self.running.status(), "since the start: .* quarantined 1 segments")
        self.assertEqual(1, len(segment.quarantined(self.running.data)))
        self.assertEqual(1, self.running.total("sluice_journal_quarantined_segments_total"))

    def test_corrupt_event_of_the_last_segment_is_found_at_the_start(self):
        offset = self.flip_event(self.files[-1])
        self.assert_all_but((offset, offset), self.deliver())

    def test_corrupt_length_does_not_take_its_neighbours_along(self):
        offset = self.flip_event(self.files[1], at=9)
        self.assert_all_but((offset, offset), self.deliver())

    def test_page_of_zeros_costs_the_events_that_it_held(self):
        inside = [e for e in segment.events(self.files[1]) if e.begin < 12288 and e.end > 8192]
        segment.write(self.files[1], 8192, bytes(4096))
        self.assert_all_but((inside[0].offset, inside[-1].offset), self.deliver())

    def test_lost_segment_is_a_gap(self):
        lost = segment.events(self.files[2])
        os.unlink(self.files[2])
        self.assertEqual(1, self.verify()[0])
        gap = [record for record in self.running.stored() if record["type"] == "sluice.gap.v1"]
        self.assertEqual([(lost[0].offset, lost[-1].offset, "quarantined")],
                         [(g["data"]["first"], g["data"]["last"], g["data"]["reason"]) for g in gap])
        self.assert_all_but((lost[0].offset, lost[-1].offset), self.deliver())

    def test_corrupt_header_costs_at_most_its_segment(self):
        lost = segment.events(self.files[1])
        segment.flip(self.files[1], 20)
        consumer = self.deliver()
        gone = COUNT - len(consumer.sequences())
        self.assertLessEqual(gone, len(lost))
        self.assertIn(f"accepted {COUNT} = acknowledged {COUNT - gone} + pending 0 + dead-lettered 0 + expired 0 + "
                      f"evicted {gone}", self.running.status())

    def test_damaged_cursor_repeats_but_loses_nothing(self):
        self.upstream.restart()
        self.running.start()
        self.running.wait_until_drained()
        self.assertEqual(0, self.running.process.terminate())
        cursor = os.path.join(self.running.data, "streams", "telemetry", "cursors", "telemetry-upstream.cursor")
        for slot in (0, 4096):
            segment.flip(cursor, slot + 33)
        self.running.start()
        self.client(self.running, client_id="again").publish_readings(10, first=COUNT)
        self.running.wait_until_drained()
        self.assertRegex(self.running.status(), r"accepted (\d+) = acknowledged \1 \+ pending 0 ")


if __name__ == "__main__":
    unittest.main(verbosity=2)
