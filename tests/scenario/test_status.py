#!/usr/bin/python3
"""`sluice status`: what a gateway says of itself adds up, is what its page describes, and is the same by every way."""

import json
import os
import re
import signal
import ssl
import unittest
import urllib.request

from support.gateway import ROOT, SLUICE, route, stream, tls_uplink, uplink
from support.process import Process, eventually, run
from support.scenario import DEVICE, Forwarding, Scenario

PAGE = os.path.join(ROOT, "gateway", "docs", "status.md")
TERMS = ("acknowledged", "pending", "dead_lettered", "expired", "evicted")


def keys_of(value, path=""):
    """The paths of all leaves, an element of a list as []."""
    if isinstance(value, dict):
        return {key for name, inner in value.items() for key in keys_of(inner, f"{path}.{name}".lstrip("."))}
    if isinstance(value, list):
        return {key for inner in value for key in keys_of(inner, path + "[]")}
    return {path}


def asked(running, *arguments):
    code, out, err = running.cli("status", *arguments)
    assert (code, err) == (0, ""), (code, err)
    return json.loads(out)


class Json(Scenario):
    def test_the_page_describes_what_is_said_and_nothing_else(self):
        os.makedirs(self.path("data/control.sock"))  # a problem
        running = self.forwarding_gateway(1)
        status = asked(running, "--json", "--admin", f"127.0.0.1:{running.admin_port}")
        with open(PAGE, encoding="utf-8") as page:
            of_status = page.read().split("\n## Clients\n")[0]
        described = re.findall(r"^\| `([\w.\[\]]+)` \|", of_status, re.MULTILINE)
        self.assertEqual(keys_of(status), set(described))
        self.assertEqual(len(described), len(set(described)), "described twice")

    def test_it_is_the_same_here_and_from_afar(self):
        running = self.gateway()
        here = asked(running, "--json", "--dir", running.data)
        afar = asked(running, "--json", "--admin", f"127.0.0.1:{running.admin_port}")
        self.assertEqual(list(here), list(afar))
        self.assertEqual(("test", "telemetry"), (here["gateway"], here["streams"][0]["name"]))
        self.assertEqual(here["streams"], afar["streams"])

    def test_listener_is_that_of_the_configuration(self):
        running = self.gateway()
        self.client(running)
        status = asked(running, "--json", "--dir", running.data)
        self.assertEqual([f"127.0.0.1:{running.port}"], [listener["address"] for listener in status["listeners"]])
        self.assertEqual(1, status["clients"]["connected"])
        self.assertEqual(1, status["listeners"][0]["connections"])

    def test_ends_of_all_certificates_are_told(self):
        running = self.gateway(stream(), tls_uplink(1, DEVICE), route())
        files = {("listener 127.0.0.1:0", "own"): "pki/server.crt",
                 ("listener 127.0.0.1:0", "authorities"): "pki/devices-ca.crt",
                 ("uplink upstream", "own"): f"pki/devices/{DEVICE}.crt",
                 ("uplink upstream", "authorities"): "pki/server-ca.crt"}
        ends = {whose: self.end_of(self.path(file)) for whose, file in files.items()}
        self.assertEqual(ends, {(c["part"], c["certificate"]): c["not_after_unix_seconds"]
                                for c in asked(running, "--json", "--dir", running.data)["certificates"]})
        metrics = running.metrics()
        for (part, certificate), end in ends.items():
            labels = f'{{part="{part}",certificate="{certificate}"}}'
            self.assertEqual(end, metrics["sluice_certificate_expiry_timestamp_seconds" + labels])

    def end_of(self, path):
        code, out, err = run(["openssl", "x509", "-noout", "-enddate", "-in", path])
        self.assertEqual(0, code, err)
        return ssl.cert_time_to_seconds(out.strip().partition("=")[2])


class Trouble(Forwarding):
    def uplink(self, running):
        return asked(running, "--json", "--dir", running.data)["uplinks"][0]

    def test_last_error_is_told_in_words_and_remembered(self):
        running = self.forwarding_gateway(self.upstream.port)
        eventually(lambda: self.uplink(running)["connected"], "connection")
        self.assertEqual((None, None), tuple(self.uplink(running)[key] for key in ("last_error", "last_error_age_seconds")))
        self.upstream.kill()
        self.client(running).publish_readings(3)
        eventually(lambda: self.uplink(running)["last_error"], "an error")
        away = self.uplink(running)
        self.assertFalse(away["connected"])
        self.assertRegex(running.status(), r"(?m)^uplink upstream: not connected for \d+ s; last error \d+ s ago: \S")
        oldest = eventually(lambda: self.route(running)["oldest_pending_seconds"], "an age of the oldest event")
        eventually(lambda: self.route(running)["oldest_pending_seconds"] > oldest, "an older one")
        self.assertIn("    the oldest waits for ", running.status())
        self.upstream.restart()
        running.wait_until_drained()
        again = self.uplink(running)
        self.assertTrue(again["connected"])
        self.assertTrue(again["last_error"])
        eventually(lambda: self.route(running)["oldest_pending_seconds"] is None, "nothing that waits")

    def route(self, running):
        streams = asked(running, "--json", "--dir", running.data)["streams"]
        return next(s for s in streams if s["name"] == "telemetry")["routes"][0]

    def test_pace_is_told_when_it_is_known(self):
        running = self.forwarding_gateway(1)
        self.assertIsNone(self.route(running)["passed_per_second"])
        device = self.client(running)

        def pace_is_told():
            device.publish_readings(5)
            return "passes 0.0 events a second" in running.status()

        eventually(pace_is_told, "a pace")
        telemetry = next(s for s in asked(running, "--json", "--dir", running.data)["streams"] if s["name"] == "telemetry")
        self.assertGreater(telemetry["accepted_per_second"], 0)
        self.assertIsNone(telemetry["routes"][0]["empty_in_seconds"])
        self.assertRegex(running.status(), r"(?m)^  pace: \d+\.\d events a second(, full in \d+ \w+.*)?$")


class Watch(Scenario):
    def setUp(self):
        super().setUp()
        self.running = self.gateway()

    def watch(self, *arguments):
        """Ask ten times a second; what is printed goes to a file."""
        return self.own(Process("watch", [SLUICE, "status", "--watch", "0.1", *arguments, "--dir", self.running.data],
                                self.directory, stdout=self.path("watched")))

    def watched(self):
        with open(self.path("watched"), encoding="utf-8") as file:
            return file.read()

    def wait_for_blocks(self, count):
        eventually(lambda: self.watched().count("gateway test: up") >= count, f"{count} blocks")

    def test_block_follows_block_until_it_is_interrupted(self):
        watch = self.watch()
        self.wait_for_blocks(3)
        watch.signal(signal.SIGINT)
        self.assertEqual(0, watch.finish())
        self.assertTrue(self.watched().endswith("health: ok\n\n"), self.watched())
        self.assertNotIn("\x1b", self.watched())

    def test_json_is_a_line_each_time(self):
        watch = self.watch("--json")
        eventually(lambda: self.watched().count("\n") >= 3, "three lines")
        watch.signal(signal.SIGINT)
        self.assertEqual(0, watch.finish())
        self.assertEqual({"test"}, {json.loads(line)["gateway"] for line in self.watched().splitlines()})

    def test_terminal_is_drawn_again(self):
        ours, theirs = os.openpty()
        self.addCleanup(os.close, ours)
        watch = self.own(Process("watch", [SLUICE, "status", "--watch=0.1", "--dir", self.running.data], self.directory,
                                 stdout=os.ttyname(theirs)))
        os.close(theirs)
        seen = b""
        while seen.count(b"\x1b[H\x1b[2Jgateway test: up") < 3:
            seen += os.read(ours, 65536)
        watch.signal(signal.SIGINT)
        self.assertEqual(0, watch.finish())

    def test_gateway_that_restarts_is_waited_for(self):
        watch = self.watch()
        self.wait_for_blocks(1)
        self.running.kill()
        watch.wait_for_line("sluice: .*; is a gateway running whose data_dir is")
        before = self.watched().count("gateway test: up")
        self.running.start()
        self.wait_for_blocks(before + 1)

    def test_gateway_that_never_answers_ends_it(self):
        self.running.kill()
        watch = self.watch()
        self.assertEqual((1, ""), (watch.finish(), self.watched()))
        self.assertIn("is a gateway running whose data_dir is", watch.log())

    def test_interval_is_an_interval(self):
        for interval in ("0", "-1", "soon", "1e9"):
            self.assertEqual(2, self.running.cli("status", f"--watch={interval}")[0], interval)


class Books(Forwarding):
    def look(self, running):
        with urllib.request.urlopen(f"http://127.0.0.1:{running.admin_port}/status.json", timeout=10) as response:
            self.assertEqual("application/json", response.headers["Content-Type"])
            status = json.load(response)
        for one in status["streams"]:
            for leads in one["routes"]:
                self.assertEqual(leads["accepted"], sum(leads[term] for term in TERMS), leads)
                self.assertEqual(one["accepted"], leads["accepted"] + leads["origin"])
        return status["streams"]

    def test_they_add_up_at_every_look_while_events_pass(self):
        running = self.gateway(stream(), uplink(self.upstream.port), route(batch="{ max_events = 5 }"))
        self.look_while_events_pass(running, self.look)
        telemetry = next(s for s in self.look(running) if s["name"] == "telemetry")
        self.assertEqual((2000, 2000), (telemetry["committed"], telemetry["routes"][0]["acknowledged"]))

    def test_they_are_those_of_the_metrics(self):
        running = self.forwarding_gateway(self.upstream.port)
        self.client(running).publish_readings(20)
        running.wait_until_drained()
        metrics = running.metrics()
        names = {"pending": "pending_events", **{t: f"{t}_events_total" for t in TERMS if t != "pending"}}
        for one in self.look(running):
            for leads in one["routes"]:
                labels = f'{{stream="{one["name"]}",route="{leads["name"]}"}}'
                self.assertEqual({term: leads[term] for term in TERMS},
                                 {term: int(metrics[f"sluice_route_{name}{labels}"]) for term, name in names.items()})


if __name__ == "__main__":
    unittest.main(verbosity=2)
