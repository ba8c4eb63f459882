#!/usr/bin/python3
"""A medium that damages what is stored: set aside, reported, and the rest is served."""

import os
import shutil
import unittest

from support import segment
from support.gateway import ROUTE, stream, uplink
from support.process import eventually
from support.scenario import Forwarding

COUNT = 400


class Damaged(Forwarding):
    """Events that wait in several segments while the upstream is away."""

    def store(self, count, compress):
        self.upstream.kill()
        self.running = self.gateway(stream(segment_bytes="32KiB", compress=compress), uplink(self.upstream.port), ROUTE)
        self.client(self.running).publish_readings(count)
        self.assertEqual(0, self.running.process.terminate())
        self.count = count
        self.files = segment.segments(self.running.data)

    def verify(self):
        code, out, _ = self.running.cli("journal", "verify", self.running.data)
        return code, out

    def deliver(self):
        """Starts upstream, consumer and gateway, and waits until the route is done."""
        self.upstream.restart()
        consumer = self.consumer()
        self.running.start()
        self.running.wait_until_drained()
        last = f"test/telemetry/{self.count - 1}"
        eventually(lambda: any(e["id"] == last for e in consumer.events()) or
                   any(gap[1] == self.count - 1 for gap in consumer.gaps()), "the last event")
        return consumer

    def assert_all_but(self, missing, consumer, reason="quarantined"):
        """The consumer has everything else, knows what is missing, and the books balance."""
        first, last = missing
        self.assertEqual([(first, last, reason)], consumer.gaps())
        self.assertEqual([i for i in range(self.count) if not first <= i <= last], consumer.sequences())
        gone = last - first + 1
        self.assertIn(f"accepted {self.count} = acknowledged {self.count - gone} + pending 0 + dead-lettered 0 + "
                      f"expired 0 + evicted {gone}", self.running.status())


class DamageOfPackedEvents(Damaged):
    def test_page_of_zeros_costs_what_it_held_and_what_needs_that(self):
        self.store(3000, compress=True)
        self.assertGreaterEqual(len(self.files), 4)
        blocks = segment.blocks(self.files[1])
        hit = [block for block in blocks if block.begin < 12288 and block.end > 8192]
        behind = [block for block in blocks if block.begin < 16384 and block.end > 8192]
        segment.write(self.files[1], 8192, bytes(4096))
        code, _ = self.verify()
        self.assertEqual(1, code)
        consumer = self.deliver()
        [(first, last, reason)] = consumer.gaps()
        self.assertEqual((hit[0].offset, "quarantined"), (first, reason))
        self.assertGreaterEqual(last + 1, hit[-1].end_offset)
        self.assertLessEqual(last + 1, behind[-1].end_offset)
        self.assert_all_but((first, last), consumer)


class Damage(Damaged):
    def setUp(self):
        super().setUp()
        self.store(COUNT, compress=False)
        self.assertGreaterEqual(len(self.files), 4)

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
        self.assertEqual([f"test/telemetry/{lost[0].offset}-{lost[-1].offset}"], [g["id"] for g in gap])
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


def delete(path):
    if os.path.isdir(path):
        shutil.rmtree(path)
    else:
        os.unlink(path)


def put_directory(path):
    delete(path)
    os.mkdir(path)


def put_fifo(path):
    delete(path)
    os.mkfifo(path)


def put_loop(path):
    delete(path)
    os.symlink(os.path.basename(path), path)


class DamageAfterSigkill(Forwarding):
    """Nobody had the time to write down where the stream ends, and then a file is not what it was."""

    COUNT = 100

    def setUp(self):
        super().setUp()
        self.upstream.kill()
        self.running = self.gateway(stream(compress=False), uplink(self.upstream.port), ROUTE)
        self.client(self.running).publish_readings(self.COUNT)
        self.running.kill()
        self.directory_of_stream = os.path.join(self.running.data, "streams", "telemetry")
        self.last = segment.segments(self.running.data)[-1]

    def expect_gap(self, first):
        """Events from `first` on are gone, counted and told; the next reading gets an id that nobody had."""
        self.upstream.restart()
        consumer = self.consumer()
        self.running.start()
        self.client(self.running, client_id="again").publish_readings(3, first=self.COUNT)
        eventually(lambda: any(e["id"] == f"test/telemetry/{self.COUNT + 2}" for e in consumer.events()),
                   "the last event")
        self.running.wait_until_drained()
        gone = self.COUNT - first
        self.assertEqual([(first, self.COUNT - 1, "quarantined")] if gone else [], consumer.gaps())
        self.assertEqual(list(range(first)) + [self.COUNT + i for i in range(3)], consumer.sequences())
        self.assertIn(f"accepted {self.COUNT + 3} = acknowledged {self.COUNT + 3 - gone} + pending 0 + "
                      f"dead-lettered 0 + expired 0 + evicted {gone}", self.running.status())
        if gone:
            self.assertEqual(gone, self.running.total("sluice_journal_lost_events_total"))

    def test_emptied_last_segment(self):
        os.truncate(self.last, 0)
        self.expect_gap(0)

    def test_deleted_last_segment(self):
        os.unlink(self.last)
        self.expect_gap(0)

    def test_last_segment_cut_between_two_records(self):
        os.truncate(self.last, segment.events(self.last)[39].end)
        self.expect_gap(40)

    def test_last_segment_cut_within_a_record(self):
        os.truncate(self.last, segment.events(self.last)[40].end - 3)
        self.expect_gap(40)

    def test_last_event_damaged(self):
        segment.flip(self.last, segment.events(self.last)[-1].begin + 40)
        self.expect_gap(self.COUNT - 1)

    def test_last_segment_replaced_by_garbage(self):
        with open(self.last, "wb") as file:
            file.write(b"garbage " * 1000)
        self.expect_gap(0)

    def test_something_else_in_the_place_of_a_file(self):
        cursor = os.path.join(self.directory_of_stream, "cursors", "telemetry-upstream.cursor")
        letters = os.path.join(self.running.data, "streams", "dead-letters", "state")
        for path in (os.path.join(self.directory_of_stream, "state"), cursor, letters):
            for put in (put_directory, put_fifo, put_loop):
                with self.subTest(path=path, put=put.__name__):
                    put(path)
                    self.running.start()
                    self.assertTrue(os.path.lexists(path + ".aside.0"))
                    self.running.kill()
                    for name in os.listdir(os.path.dirname(path)):
                        if ".aside." in name:
                            os.rename(os.path.join(os.path.dirname(path), name), self.path(name + str(id(put))))
        self.expect_gap(self.COUNT)

    def test_directory_in_the_place_of_the_last_segment(self):
        put_directory(self.last)
        self.expect_gap(0)

    def test_fifo_in_the_place_of_the_last_segment(self):
        put_fifo(self.last)
        self.expect_gap(0)

    def test_loop_in_the_place_of_the_last_segment(self):
        put_loop(self.last)
        self.expect_gap(0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
