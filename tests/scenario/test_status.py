#!/usr/bin/python3
"""`sluice status`: what a gateway says of itself adds up, is what its page describes, and is the same by every way."""

import json
import os
import re
import unittest
import urllib.request

from support.gateway import ROOT, route, stream, uplink
from support.mqtt import reading, topic_of
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
            described = re.findall(r"^\| `([\w.\[\]]+)` \|", page.read(), re.MULTILINE)
        self.assertEqual(keys_of(status), set(described))
        self.assertEqual(len(described), len(set(described)), "described twice")

    def test_it_is_the_same_here_and_from_afar(self):
        running = self.gateway()
        here = asked(running, "--json", "--dir", running.data)
        afar = asked(running, "--json", "--admin", f"127.0.0.1:{running.admin_port}")
        self.assertEqual(list(here), list(afar))
        self.assertEqual(("test", "telemetry"), (here["gateway"], here["streams"][0]["name"]))
        self.assertEqual(here["streams"], afar["streams"])

    def test_listener_and_certificate_are_those_of_the_configuration(self):
        running = self.gateway()
        self.client(running)
        status = asked(running, "--json", "--dir", running.data)
        self.assertEqual([f"127.0.0.1:{running.port}"], [listener["address"] for listener in status["listeners"]])
        self.assertEqual(1, status["clients"]["connected"])
        self.assertEqual(1, status["listeners"][0]["connections"])
        self.assertEqual(["listener 127.0.0.1:0"], [certificate["part"] for certificate in status["certificates"]])


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
        device = self.client(running)
        mids = [device.send(topic_of(DEVICE), reading(i)) for i in range(2000)]
        looks = 0
        while len(device.acknowledged(mids)) < len(mids) and looks < 10000:
            self.look(running)
            looks += 1
        self.assertGreater(looks, 3)
        running.wait_until_drained()
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
