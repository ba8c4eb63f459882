#!/usr/bin/python3
"""The command line: what it prints, where, and with which exit code."""

import json
import os
import re
import signal
import unittest

from support import segment
from support.gateway import ROOT, ROUTE, SLUICE, Gateway, stream, uplink
from support.process import Process, eventually, run
from support.scenario import Scenario

USAGE = 2  # also what `check` answers to a mistake


def sluice(*arguments, directory=None, stdin=None):
    return run([SLUICE, *arguments], directory, stdin)


class Program(unittest.TestCase):
    def test_version_and_help_are_answers(self):
        code, out, err = sluice("--version")
        self.assertEqual((0, ""), (code, err))
        self.assertRegex(out, r"^sluice \d+\.\d+\.\d+\n$")
        code, out, err = sluice("--help")
        self.assertEqual((0, ""), (code, err))
        for command in ("run", "check", "journal", "dead-letter", "try", "profile", "status", "clients", "consume"):
            self.assertIn(f"  {command} ", out)
            self.assertEqual(0, sluice(command, "--help")[0])

    def test_wrong_usage_is_told_on_stderr(self):
        for arguments in ((), ("bogus",), ("run",), ("journal",), ("journal", "cat", "/tmp"), ("dead-letter",),
                          ("dead-letter", "show", "/tmp"), ("status", "--bogus")):
            code, out, err = sluice(*arguments)
            self.assertEqual((USAGE, ""), (code, out), arguments)
            self.assertIn("--help", err)


class Check(Scenario):
    """Every mistake with its place, the key, and what would be right."""

    def setUp(self):
        super().setUp()
        self.gateway_of_file = Gateway(self.directory, [stream(), uplink(1), ROUTE])
        self.gateway_of_file.write_config()
        self.file = self.gateway_of_file.config_file

    def check(self):
        return sluice("check", self.file)

    def change(self, old, new):
        with open(self.file, encoding="utf-8") as file:
            text = file.read()
        self.assertEqual(1, text.count(old), old)
        with open(self.file, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))
        return text[:text.index(old)].count("\n") + 1

    def assert_mistake(self, *said, run=USAGE):
        code, out, err = self.check()
        self.assertEqual((USAGE, ""), (code, out))
        for text in (self.file, *said):
            self.assertIn(text, err)
        self.assertEqual(1, len(err.splitlines()), err)
        code, _, told = sluice("run", self.file)  # does not start either, and says the same
        self.assertEqual((run, err), (code, told))

    def test_good_file_is_ok_and_what_is_doubtful_is_said(self):
        code, out, err = self.check()
        self.assertEqual((0, ""), (code, err))
        self.assertIn(f"{self.file}: ok\n", out)
        self.assertIn("warning: uplink upstream sends in plaintext to mqtt://127.0.0.1:1", out)

    def test_value_that_is_none_of_the_known_ones(self):
        line = self.change('on_full    = "reject"', 'on_full    = "explode"')
        self.assert_mistake(f":{line}:", "stream.on_full must be one of: reject, drop_oldest, drop_newest")

    def test_unknown_key(self):
        line = self.change("memory_limit", "memory_limits")
        self.assert_mistake(f":{line}:", "unknown key 'memory_limits' in [gateway]; known here: ")

    def test_size_without_unit(self):
        line = self.change('max_bytes = "64MiB"', "max_bytes = 64")
        self.assert_mistake(f":{line}:", "journal.max_bytes", "must be a size with a unit")

    def test_route_to_nowhere(self):
        self.change('to   = "upstream"', 'to   = "elsewhere"')
        self.assert_mistake("route.to names the uplink 'elsewhere', which no [[uplink]] declares")

    def test_anonymous_listener_without_a_rule_for_whom_it_speaks(self):
        self.change('speaks_for = ["*"]', "")
        line = self.change('client_cert = "required" }', 'client_cert = "optional" }\nanonymous = true') + 1
        self.assert_mistake(f":{line}:", "listener.anonymous needs a rule", 'speaks_for = ["sensor-*"]')

    def test_speaks_for_what_no_device_can_be(self):
        self.change('speaks_for = ["*"]', 'speaks_for = ["a/b"]')
        self.assert_mistake(":", "access", "'a/b' matches no device")
        self.change('speaks_for = ["a/b"]', 'speaks_for = ["{client_id}"]')
        self.assert_mistake("must not depend on {client_id}: a client chooses that itself")
        self.change('speaks_for = ["{client_id}"]', "speaks_for = []")
        self.assert_mistake("access.speaks_for is empty")

    def test_profiles_that_name_another_device_are_noted(self):
        self.change('speaks_for = ["*"]', "")
        code, out, err = self.check()
        self.assertEqual((0, ""), (code, err))
        self.assertIn("note: profile zigbee2mqtt-climate takes the device's name from the message", out)

    def test_text_that_is_no_toml(self):
        line = self.change("[admin]", "[admin")
        self.assert_mistake(f":{line}:")

    def test_memory_that_cannot_suffice(self):
        self.change('memory_limit = "48MiB"', 'memory_limit = "9MiB"')
        self.assert_mistake("gateway.memory_limit of 9 MiB is too small", "raise it")

    def test_file_that_is_missing(self):
        self.change('cert = "pki/server.crt"', 'cert = "pki/nobody.crt"')
        self.assert_mistake("listener.tls.cert", "nobody.crt does not exist; create it or correct the path", run=1)

    def test_secret_that_others_may_read(self):
        key = self.path("open.key")
        with open(key, "w", encoding="utf-8") as file, open(os.path.join(self.pki.directory, "server.key"),
                                                            encoding="utf-8") as secret:
            file.write(secret.read())
        os.chmod(key, 0o644)
        self.change("pki/server.key", "open.key")
        self.assert_mistake("listener.tls.key", "open.key", "chmod", run=1)

    def test_file_that_is_not_there(self):
        code, out, err = sluice("check", self.path("none.toml"))
        self.assertEqual((USAGE, ""), (code, out))
        self.assertIn("none.toml: No such file or directory", err)


class Journal(Scenario):
    def setUp(self):
        super().setUp()
        self.running = self.gateway(stream(segment_bytes="32KiB", compress=False))
        self.client(self.running).publish_readings(200)

    def journal(self, verb, *more):
        return self.running.cli("journal", verb, self.running.data, *more)

    def test_ls_lists_streams_routes_and_files_of_a_running_gateway(self):
        code, out, err = self.journal("ls")
        self.assertEqual((0, ""), (code, err))
        self.assertRegex(out, r"(?m)^telemetry: offsets 0 to 200, \d+ segments, \d+ bytes, 0 quarantined$")
        self.assertRegex(out, r"(?m)^dead-letters: offsets 0 to 0, ")
        code, out, _ = self.journal("ls", "--segments")
        files = re.findall(r"(?m)^  (\d{20}\.seg) \[", out)
        self.assertEqual([os.path.basename(path) for path in segment.segments(self.running.data)], files)

    def test_cat_prints_a_line_an_event_from_where_it_is_told(self):
        code, out, err = self.journal("cat", "telemetry")
        self.assertEqual((0, "", 200), (code, err, len(out.splitlines())))
        self.assertRegex(out.splitlines()[7], r"^7 sensor climate.reading.v1 2 readings, \d+ bytes$")
        _, out, _ = self.journal("cat", "telemetry", "--from", "198", "--json")
        self.assertEqual(["test/telemetry/198", "test/telemetry/199"], [json.loads(line)["id"] for line in out.splitlines()])
        _, out, _ = self.journal("cat", "telemetry", "--from", "5", "--count", "3")
        self.assertEqual(["5", "6", "7"], [line.split()[0] for line in out.splitlines()])
        self.assertEqual((0, "", ""), self.journal("cat", "telemetry", "--from", "5000"))

    def test_cat_prints_the_end_or_a_time(self):
        _, out, err = self.journal("cat", "telemetry", "--tail", "3")
        self.assertEqual((["197", "198", "199"], ""), ([line.split()[0] for line in out.splitlines()], err))
        self.assertEqual(200, len(self.journal("cat", "telemetry", "--tail", "500")[1].splitlines()))
        self.assertEqual(200, len(self.journal("cat", "telemetry", "--since", "1h")[1].splitlines()))
        self.assertEqual((0, "", ""), self.journal("cat", "telemetry", "--until", "1h"))
        now = json.loads(self.journal("cat", "telemetry", "--tail", "1", "--json")[1])["data"]["received"]
        self.assertIn(f'"received":"{now}"', self.journal("cat", "telemetry", "--since", now, "--json")[1])

    def test_cat_follows_across_a_restart_until_it_is_interrupted(self):
        follower = self.own(Process("follow", [SLUICE, "journal", "cat", self.running.data, "telemetry", "--tail", "2",
                                               "--follow"], self.directory, stdout=self.path("followed")))

        def followed():
            with open(self.path("followed"), encoding="utf-8") as file:
                return [line.split()[0] for line in file]

        eventually(lambda: followed() == ["198", "199"], "the tail")
        self.client(self.running).publish_readings(3)
        eventually(lambda: followed()[2:] == ["200", "201", "202"], "what came")
        self.running.restart()
        self.client(self.running).publish_readings(1)
        eventually(lambda: followed()[5:] == ["203"], "what came after the restart")
        follower.signal(signal.SIGINT)
        self.assertEqual((0, ""), (follower.finish(), follower.log()))

    def test_cat_that_follows_ends_when_it_has_enough(self):
        _, out, _ = self.journal("cat", "telemetry", "--from", "190", "--count", "5", "--follow")
        self.assertEqual(["190", "191", "192", "193", "194"], [line.split()[0] for line in out.splitlines()])

    def test_verify_answers_with_its_exit_code(self):
        code, out, _ = self.journal("verify")
        self.assertEqual(0, code)
        self.assertRegex(out, r"telemetry: 200 events, \d+ bytes, 0 gaps over 0 events: sound")
        self.running.process.terminate()
        path = segment.segments(self.running.data)[0]
        segment.flip(path, segment.events(path)[3].begin + 50)
        code, out, _ = self.journal("verify", "telemetry")
        self.assertEqual(1, code)
        self.assertIn("DAMAGED", out)
        self.assertIn(os.path.basename(path), out)

    def test_what_is_not_there_is_an_error(self):
        for arguments in (("ls", self.path("nowhere")), ("cat", self.running.data, "nothing"),
                          ("verify", self.running.data, "nothing")):
            code, out, err = self.running.cli("journal", *arguments)
            self.assertEqual((1, ""), (code, out), arguments)
            self.assertRegex(err, "^sluice: .*(nowhere|nothing)")


class TryAndStatus(Scenario):
    def test_try_shows_the_event_or_the_reason(self):
        profile = os.path.join(ROOT, "devices", "profiles", "zigbee2mqtt-climate.toml")
        code, out, _ = sluice("try", profile, stdin=b'{"temperature": 20.5, "humidity": 40}')
        self.assertEqual(0, code)
        self.assertIn("climate.reading.v1", out)
        code, _, err = sluice("try", profile, "--identity", "hub", stdin=b'{"temperature": 20.5}')
        self.assertEqual(0, code)
        self.assertIn('speaks_for = ["{identity}", "example"]', err)
        code, _, err = sluice("try", profile, "--identity", "example", stdin=b'{"temperature": 20.5}')
        self.assertEqual((0, ""), (code, err))
        code, _, err = sluice("try", profile, "--identity", "hub", "--topic", "zigbee2mqtt/*", stdin=b'{"temperature": 1}')
        self.assertEqual(0, code)
        self.assertNotIn('"*"]', err, "a rule that lets the hub speak for every device")
        self.assertIn("no rule can name just these two", err)
        code, out, _ = sluice("try", profile, stdin=b"{")
        self.assertEqual(1, code)
        self.assertEqual("rejected", json.loads(out)["verdict"])

    def test_try_reads_a_log_with_all_profiles(self):
        log = (b'zigbee2mqtt/attic {"temperature": 20.5}\nzigbee2mqtt/attic/set {"state": "ON"}\n'
               b"shellies/shellyem3-1/emeter/0/power 120.11\nnobody/knows 1\nzigbee2mqtt/old \n")
        code, out, err = sluice("try", os.path.join(ROOT, "devices", "profiles"), "--log", "--identity", "hub", stdin=log)
        self.assertEqual(1, code, err)
        self.assertEqual(["climate.reading.v1", "power.reading.v1"],
                         [json.loads(line)["type"] for line in out.splitlines() if "type" in json.loads(line)])
        self.assertIn('nobody/knows: {"verdict":"rejected","reason":"no_profile"', err)
        self.assertIn("5 messages: 2 events, 2 ignored, 1 dead letters", err)

    def test_try_says_which_members_are_used(self):
        profile = os.path.join(ROOT, "devices", "profiles", "zigbee2mqtt-climate.toml")
        code, _, err = sluice("try", profile, "--members", "--identity", "example",
                              stdin=b'{"temperature": 20.5, "colour": "red"}')
        self.assertEqual((0, "used      /temperature = 20.5\nnot used  /colour = \"red\"\n"), (code, err))

    def test_a_draft_is_a_profile_that_try_takes(self):
        def write(name, text):
            with open(self.path(name), "w", encoding="utf-8") as file:
                file.write(text)
            return self.path(name)

        log = write("acme.log", 'acme/a/state {"temperature": 20.5, "door": "open"}\n'
                                'acme/b/state {"temperature": 19, "ts": 1795262390}\nacme/b/level/now 7.5\n')
        code, draft, err = sluice("profile", "draft", "--name", "acme", "--log", log)
        self.assertEqual((0, ""), (code, err))
        profile = write("acme.toml", draft)
        code, out, err = sluice("try", profile, "--log", log)
        self.assertEqual(0, code, err)
        self.assertEqual(["a", "b", "b"], [json.loads(line)["subject"] for line in out.splitlines()])
        self.assertEqual(2, sluice("profile", "draft")[0])
        self.assertEqual(1, sluice("profile", "draft", "--log", write("bad.log", "acme/a {\n"))[0])

    def test_status_prints_the_books(self):
        running = self.forwarding_gateway(1)
        self.client(running).publish_readings(3)
        status = running.status()
        self.assertRegex(status, r"(?m)^gateway test: up \d+ s, 1 clients, 0 detached sessions$")
        self.assertRegex(status, r"(?m)^stream telemetry: accepted 3, committed 3, since it was made$")
        self.assertIn("route telemetry-upstream: accepted 3 = acknowledged 0 + pending 3 + dead-lettered 0 + "
                      "expired 0 + evicted 0, since the stream was made\n", status)
        self.assertIn("uplink upstream: not connected", status)

    def test_status_of_nobody_is_an_error_that_says_what_to_do(self):
        running = self.gateway()
        running.kill()
        code, out, err = sluice("status", "--admin", f"127.0.0.1:{running.admin_port}")
        self.assertEqual((1, ""), (code, out))
        self.assertIn("is the gateway running, and is this its [admin] bind?", err)

    def test_gateway_whose_port_is_taken_says_so(self):
        first = self.gateway()
        second = self.own(Gateway(self.directory, [stream()], name="second", data="other"))
        second.port = first.port
        process = second.launch()
        self.assertEqual(1, process.finish())
        self.assertRegex(process.log(), f"cannot start: .*127.0.0.1:{first.port}.*in use")


if __name__ == "__main__":
    unittest.main(verbosity=2)
