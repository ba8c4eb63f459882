#!/usr/bin/python3
"""`keep` and `sluice replay`: what upstream has had is sent once more, in order, though the gateway is killed meanwhile."""

import ctypes
import json
import os
import struct
import unittest

from support.gateway import UNBATCHED, route, stream
from support.mqtt import reading, topic_of
from support.process import eventually
from support.scenario import DEVICE, Forwarding

KEEP = stream().replace("on_full", 'keep = "1h"\non_full')
ROUTE = "telemetry-upstream"

SLOT = struct.Struct("<Q4sIQQ")  # checksum, magic, length, sequence, stream id; see FORMAT.md
BOOKS = struct.Struct("<8Q")


def xxh3(data):
    library = ctypes.CDLL("libxxhash.so.0")
    library.XXH3_64bits.restype = ctypes.c_uint64
    return library.XXH3_64bits(data, ctypes.c_size_t(len(data)))


def falsify_cursor(path, more_acknowledged):
    """A slot that is sound, and whose books say more than its cursor."""
    with open(path, "r+b") as file:
        slots = []
        for place in (0, 4096):
            file.seek(place)
            head = file.read(SLOT.size)
            if len(head) == SLOT.size and SLOT.unpack(head)[1] == b"SLSL":
                slots.append((SLOT.unpack(head)[3], place))
        _, place = max(slots)
        file.seek(place)
        _, magic, length, sequence, stream_id = SLOT.unpack(file.read(SLOT.size))
        books = list(BOOKS.unpack(file.read(length)))
        books[1] += more_acknowledged
        slot = SLOT.pack(0, magic, length, sequence, stream_id) + BOOKS.pack(*books)
        file.seek(place)
        file.write(struct.pack("<Q", xxh3(slot[8:])) + slot[8:])


class Replay(Forwarding):
    def setUp(self):
        super().setUp()
        self.watcher = self.watch("sluice/#")
        self.running = self.forwarding_gateway(
            self.upstream.port, route=route(batch=UNBATCHED), stream_section=KEEP.replace('"1MiB"', '"16KiB"'))

    def publish(self, count):
        self.client(self.running).publish_readings(count)
        self.running.wait_until_drained()

    def offsets(self):
        return [int(dict(message.properties.UserProperty)["sequence"]) for message in list(self.watcher.messages)]

    def wait_for(self, offsets):
        eventually(lambda: len(self.offsets()) >= len(offsets), lambda: f"{len(offsets)} events but {self.offsets()}")
        self.assertEqual(offsets, self.offsets())

    def replay(self, *arguments, code=0, err=""):
        ended, out, complained = self.running.cli("replay", "--dir", self.running.data, "--route", ROUTE, *arguments)
        self.assertEqual(code, ended, complained)
        self.assertRegex(complained, err or "^$")
        return out

    def books(self):
        code, out, err = self.running.cli("status", "--json", "--dir", self.running.data)
        self.assertEqual((0, ""), (code, err))
        books = next(s for s in json.loads(out)["streams"] if s["name"] == "telemetry")
        route_books = books["routes"][0]
        self.assertEqual(route_books["accepted"] + route_books["replayed"],
                         sum(route_books[term] for term in ("acknowledged", "pending", "dead_lettered", "expired",
                                                            "evicted")))
        self.assertEqual(0, route_books["books_difference"])
        return books, route_books

    def test_what_was_acknowledged_is_sent_once_more_in_order(self):
        consumer = self.consumer()
        self.publish(200)
        self.wait_for(list(range(200)))
        eventually(lambda: self.books()[0]["kept_events"] == 200, "200 events that can be replayed")
        said = self.replay("--from", "150", "--dry-run")
        self.assertRegex(said, r"^would be sent once more: 150 to 199 of stream telemetry, 50 events, the first stored \d{4}-")
        self.assertRegex(self.replay("--from", "150"), r"^sent once more: 150 to 199 ")
        self.wait_for([*range(200), *range(150, 200)])
        self.publish(3)
        self.wait_for([*range(200), *range(150, 200), *range(200, 203)])
        # Who keeps one number has each event once.
        consumer.wait_for_events(203)
        self.assertEqual(([*range(200), *range(3)], []), (consumer.sequences(), consumer.gaps()))
        books = self.books()[1]
        self.assertEqual((50, 253, None), (books["replayed"], books["acknowledged"], books["replaying_until"]))
        self.assertEqual(50, self.running.total("sluice_route_replayed_events_total"))

    def test_time_says_from_where(self):
        self.publish(5)
        self.replay("--from", "1h")
        self.wait_for([*range(5), *range(5)])
        self.assertRegex(self.replay("--from", "2099-01-01T00:00:00Z"), "^nothing: ")
        answer = json.loads(self.replay("--from", "4", "--json", "--dry-run"))
        self.assertEqual((4, 5, 1, "telemetry"), (answer["from"], answer["to"], answer["events"], answer["stream"]))

    def test_replay_goes_on_after_the_gateway_is_killed(self):
        consumer = self.consumer()
        self.publish(100)
        self.wait_for(list(range(100)))
        self.upstream.kill()
        self.replay("--from", "10")
        for _ in range(2):
            self.running.restart()
            self.assertEqual((90, 100), (self.books()[1]["pending"], self.books()[1]["replaying_until"]))
        self.assertIn("a replay: what it sends below offset 100", self.running.status())
        self.upstream.restart()
        self.running.wait_until_drained()
        books = self.books()[1]
        self.assertEqual((90, 190, None), (books["replayed"], books["acknowledged"], books["replaying_until"]))
        consumer.wait_for_connections(2)
        self.client(self.running).publish(topic_of(DEVICE), reading(100))
        consumer.wait_for_events(101)
        self.assertEqual(list(range(101)), consumer.sequences())

    def test_books_that_do_not_add_up_are_an_error_and_lose_nothing(self):
        self.publish(20)
        self.wait_for(list(range(20)))
        self.running.process.terminate()
        falsify_cursor(os.path.join(self.running.data, "streams", "telemetry", "cursors", ROUTE + ".cursor"), 2)
        self.running.start()
        self.assertRegex(self.running.process.log(), "error journal: the books of route .* differ by 2 events")
        code, words = self.running.health_said()
        self.assertEqual(200, code)
        self.assertRegex(words, "books_differ|did not add up")
        self.assertEqual(2, self.running.total("sluice_route_books_difference_events"))
        self.assertIn("did not add up at the start, by 2 events", self.running.status())
        self.publish(1)
        self.wait_for(list(range(21)))
        self.running.process.terminate()
        self.running.start()
        self.assertEqual(0, self.books()[1]["books_difference"])

    def test_mistakes_are_said(self):
        self.publish(1)
        self.replay("--from", "soon", code=2, err="--from")
        code, _, err = self.running.cli("replay", "--dir", self.running.data, "--route", "none", "--from", "0")
        self.assertEqual(1, code)
        self.assertIn("there is no route none", err)
        self.running.kill()
        self.replay("--from", "0", code=1, err="is a gateway running")


if __name__ == "__main__":
    unittest.main(verbosity=2)
