#!/usr/bin/python3
"""`sluice dead-letter`: what a gateway could not make an event of is found, understood and handled, while it runs or not."""

import json
import os
import unittest

from support.gateway import SLUICE, stream
from support.mqtt import reading, topic_of
from support.process import Process, eventually
from support.scenario import DEVICE, OTHER, Scenario

NO_JSON = b"{ no JSON \x1b[2J"


def lines_of(file_name):
    with open(file_name, "rb") as file:
        return file.read().count(b"\n")


def letter_of(event):
    """The id of the letter that it is a replay of."""
    return event["data"].get("attributes", {}).get("replay_of")


class DeadLetters(Scenario):
    def setUp(self):
        super().setUp()
        self.running = self.gateway(stream(), speaks_for="")
        device = self.client(self.running)
        device.publish(topic_of(DEVICE), NO_JSON)
        device.publish(topic_of(DEVICE, OTHER), reading(1))
        device.publish(topic_of(DEVICE), "{ again none")
        device.publish(topic_of(DEVICE, DEVICE), reading(2))

    def said(self, verb, *more, code=0, err=""):
        """What it prints, as it ends with that code and complains of nothing, or of what fits `err`."""
        ended, out, complained = self.running.cli("dead-letter", verb, self.running.data, *more)
        self.assertEqual(code, ended, complained)
        if err:
            self.assertRegex(complained, err)
        else:
            self.assertEqual("", complained)
        return out

    def listed(self, *more):
        return [int(line.split()[0]) for line in self.said("ls", *more).splitlines()]

    def test_ls_says_what_went_wrong_and_where(self):
        lines = self.said("ls").splitlines()
        self.assertRegex(lines[0], rf"^0 \S+Z invalid_json {DEVICE} {topic_of(DEVICE)}: \S")
        self.assertRegex(lines[1], rf"^1 \S+Z foreign_device \S+ {topic_of(DEVICE, OTHER)}: .*speaks_for")
        self.assertEqual(3, len(lines))
        letters = [json.loads(line) for line in self.said("ls", "--json").splitlines()]
        self.assertEqual([0, 1, 2], [letter["offset"] for letter in letters])
        self.assertEqual({"message"}, {letter["kind"] for letter in letters})
        self.assertEqual(len(NO_JSON), letters[0]["bytes"])

    def test_filters_say_which(self):
        self.assertEqual([0, 2], self.listed("--reason", "invalid_json"))
        self.assertEqual([0, 1, 2], self.listed("--reason", "invalid_json", "--reason", "foreign_device"))
        self.assertEqual([1], self.listed("--topic", f"devices/+/zigbee2mqtt/{OTHER}"))
        self.assertEqual([], self.listed("--device", "nobody"))
        self.assertEqual([0, 1, 2], self.listed("--since", "1h"))
        self.assertEqual([], self.listed("--until", "2024-01-01T00:00:00Z"))
        self.said("ls", "--limit", "2", err="^sluice: 1 more, see --limit\n$")

    def test_groups_count_them(self):
        counted = [line.split()[:3] for line in self.said("ls", "--group").splitlines()]
        self.assertEqual(["2", "invalid_json", DEVICE], counted[0])
        self.assertEqual(["1", "foreign_device"], counted[1][:2])
        group = json.loads(self.said("ls", "--group", "--json").splitlines()[0])
        self.assertEqual((2, 0, 2), (group["count"], group["first_offset"], group["last_offset"]))

    def test_show_tells_all_and_leaves_the_terminal_alone(self):
        said = self.said("show", "0", "1")
        self.assertIn(f"  topic     {topic_of(DEVICE)}\n", said)
        self.assertIn(f"  payload   {len(NO_JSON)} bytes\n  00000000  7b 20 6e 6f", said)
        self.assertNotIn("\x1b", said)
        self.assertIn('  | {"temperature"', said)
        shown = [json.loads(line) for line in self.said("show", "--json", "0", "2").splitlines()]
        self.assertNotIn("payload", shown[0])
        self.assertEqual("{ again none", shown[1]["payload"])
        self.said("show", "7", code=1, err="^sluice: there is no dead letter 7\n$")

    def test_what_is_purged_is_not_listed_again_whatever_happens_to_the_gateway(self):
        self.assertEqual("2 letters marked as handled\n", self.said("purge", "--reason", "invalid_json"))
        self.assertEqual([1], self.listed())
        self.running.restart()
        self.assertEqual([1], self.listed())
        self.client(self.running).publish(topic_of(DEVICE), NO_JSON)
        self.assertEqual([1, 3], self.listed())
        self.assertEqual([0, 1, 2, 3], self.listed("--all"))
        self.assertEqual("1 letter marked as handled\n", self.said("purge", "1"))
        self.running.kill()
        self.assertEqual([3], self.listed())
        self.assertEqual("1 letter marked as handled, 3 were already\n", self.said("purge", "--all"))
        self.assertEqual([], self.listed())
        code, out, err = self.running.cli("journal", "verify", self.running.data)
        self.assertEqual((0, ""), (code, err), out)

    def test_purge_wants_to_be_told_which(self):
        for arguments in ((), ("1", "--all"), ("1", "--reason", "invalid_json"), ("--all", "--device", DEVICE),
                          ("--reason", "invalid_jsun"), ("--since", ""), ("--reason", "invalid_json", "--until", "")):
            self.said("purge", *arguments, code=2, err="--help")
        self.said("purge", "--reason", "invalid_json", "--device", "")
        self.said("purge", "1", "9", code=1, err="^sluice: there is no dead letter 9\n$")
        self.assertEqual([0, 1, 2], self.listed())

    def test_marks_that_are_damaged_are_said_and_kept(self):
        self.said("purge", "0")
        path = os.path.join(self.running.data, "streams", "dead-letters", "handled")
        with open(path, "r+b") as file:
            file.write(b"\xff")
        complaint = "handled cannot be relied on: .*Move it away"
        self.assertEqual(3, len(self.said("ls", code=1, err=complaint).splitlines()))
        self.said("purge", "--all", code=1, err=complaint)
        os.rename(path, path + ".away")
        self.assertEqual([0, 1, 2], self.listed())

    def test_replay_sends_again_what_may_pass_now_and_leaves_the_rest(self):
        self.running.allow_all()
        said = self.said("replay", "--all", code=1).splitlines()
        self.assertRegex(said[0], "^0 failed invalid_json: ")
        self.assertEqual("1 replayed as telemetry/1", said[1])
        self.assertEqual("1 replayed, 2 failed again", said[3])
        self.assertEqual([0, 2], self.listed())
        self.assertIn("failed again", self.said("ls").splitlines()[0])
        event = self.running.stored()[1]
        self.assertEqual((OTHER, "test/dead-letters/1"), (event["subject"], letter_of(event)))
        self.assertEqual("1 handled\n0 replayed, 1 were already handled\n", self.said("replay", "1"))
        self.running.restart()
        self.assertEqual([0, 2], self.listed())
        self.assertEqual(2, len(self.running.stored()))

    def test_replay_answers_programs_in_json(self):
        self.running.allow_all()
        letter = json.loads(self.said("replay", "--json", "--reason", "foreign_device"))
        self.assertEqual({"offset": 1, "outcome": "replayed", "stream": "telemetry", "first": 1, "events": 1}, letter)
        letter = json.loads(self.said("replay", "--json", "0", code=1))
        self.assertEqual(("failed", "invalid_json"), (letter["outcome"], letter["reason"]))

    def test_replay_needs_a_running_gateway_and_to_be_told_which(self):
        self.said("replay", code=2, err="--help")
        self.said("replay", "1", "--all", code=2, err="--help")
        self.said("replay", "77", code=1)
        self.running.kill()
        self.said("replay", "1", code=1, err="is a gateway running")

    def test_letters_are_replayed_once_though_the_gateway_is_killed_again_and_again(self):
        count = 300
        device = self.client(self.running)
        device.wait_until_acknowledged([device.send(topic_of(DEVICE, OTHER), reading(i)) for i in range(count)])
        self.running.allow_all()
        for number, lines in enumerate((0, 1, 65, 1, 1)):
            output = self.path(f"replayed-{number}")
            replay = self.own(Process("replay", [SLUICE, "dead-letter", "replay", self.running.data, "--all"],
                                      self.directory, stdout=output))
            eventually(lambda: not replay.alive or lines_of(output) >= lines, "a letter")
            self.running.restart()
            replay.finish()
        self.running.cli("dead-letter", "replay", self.running.data, "--all")
        self.assertEqual([0, 2], self.listed())
        replayed = [letter_of(event) for event in self.running.stored() if letter_of(event)]
        self.assertEqual(count + 1, len(replayed))
        self.assertEqual(count + 1, len(set(replayed)))


if __name__ == "__main__":
    unittest.main(verbosity=2)
