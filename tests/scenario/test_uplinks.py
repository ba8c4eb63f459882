#!/usr/bin/python3
"""What uplinks on our own client do beside carrying events: several servers, WebSocket, status messages, secrets."""

import json
import os
import unittest

from support import nats
from support.consumer import Consumer
from support.gateway import ROUTE, SLUICE, stream
from support.mosquitto import Mosquitto, Sub
from support.process import eventually, run
from support.scenario import Scenario

UPLINK = """
[[uplink]]
name = "upstream"
client = "mqtt"
url  = {url}
backoff_min = "100ms"
backoff_max = "500ms"
"""


def uplink(url, **more):
    keys = "".join(f"{key} = {json.dumps(value)}\n" for key, value in more.items())
    return UPLINK.format(url=json.dumps(url)) + keys


class SeveralServers(Scenario):
    def test_events_go_where_they_are_taken_and_back_to_the_first(self):
        for name in "ab":
            os.mkdir(self.path(name))
        first, second = (self.own(Mosquitto(self.path(name))) for name in "ab")
        first.kill()
        consumer = self.own(Consumer(self.directory, second.url))
        running = self.gateway(stream(), uplink([first.url, second.url]), ROUTE)
        device = self.client(running)
        device.publish_readings(10)
        consumer.wait_for_events(10)
        server = f"127.0.0.1:{second.port}"
        self.assertIn(f"uplink upstream: connected to {server}", running.status())
        self.assertIn(f"uplink upstream: connected to {server}", running.process.log())
        self.assertGreaterEqual(running.total("sluice_uplink_failures_total"), 1)
        first.restart()
        other = self.own(Consumer(self.directory, first.url, name="other"))
        second.kill()
        device.publish_readings(10)
        other.wait_for_events(10)
        self.assertIn(f"uplink upstream: connected to 127.0.0.1:{first.port}", running.status())


class StatusTopic(Scenario):
    def test_upstream_sees_the_gateway_come_go_and_vanish(self):
        upstream = self.own(Mosquitto(self.directory))
        watcher = self.own(Sub(self.directory, upstream.port, "-t", "gateways/#", "-F", "%r %t %p"))
        running = self.gateway(stream(), uplink(upstream.url, status_topic="gateways/{gateway}"), ROUTE)
        for count, (state, reason) in enumerate([("online", None), ("offline", "goodbye"), ("online", None),
                                                 ("offline", "lost")], start=1):
            if count == 2:
                self.assertEqual(0, running.process.terminate())
            if count == 3:
                running.start()
            if count == 4:
                eventually(lambda: running.total("sluice_uplink_up") == 1, "connection")
                running.kill()
            watcher.wait_for_lines(count)
            topic, text = watcher.lines()[count - 1].split(" ", 2)[1:]
            status = json.loads(text)
            self.assertEqual(("gateways/test", "test", state, reason),
                             (topic, status["gateway"], status["state"], status.get("reason")))
        # Whoever comes later finds it.
        late = self.own(Sub(self.directory, upstream.port, "-t", "gateways/#", "-F", "%r %p", name="late"))
        late.wait_for_lines(1)
        self.assertTrue(late.lines()[0].startswith("1 "))
        self.assertIn('"lost"', late.lines()[0])


class Secrets(Scenario):
    def test_password_is_said_nowhere_and_the_cause_is_said_everywhere(self):
        with open(self.path("passwords"), "w", encoding="utf-8"):
            pass  # it knows nobody
        upstream = self.own(Mosquitto(self.directory, "\npassword_file passwords\n"))
        with open(self.path("secret"), "w", encoding="utf-8") as file:
            file.write("hunter2\n")
        os.chmod(self.path("secret"), 0o600)
        running = self.gateway(stream(), uplink(upstream.url, username="me", password_file="secret"), ROUTE)
        running.wait_for("sluice_uplink_failures_total", 3)
        eventually(lambda: "turned_away" in running.health_said()[1] or "turned away" in running.health_said()[1] or
                   "asked seldom" in running.health_said()[1], "the breaker in health")
        status = running.status()
        code, as_json, _ = running.cli("status", "--json", "--admin", f"127.0.0.1:{running.admin_port}")
        self.assertEqual(0, code)
        told = json.loads(as_json)["uplinks"][0]
        self.assertEqual("not_authorized", told["last_error_reason"])
        metrics = running.metrics()
        self.assertIn('sluice_uplink_failures_total{uplink="upstream",reason="not_authorized"}', metrics)
        for said in (status, as_json, str(metrics), running.process.log(), running.health_said()[1]):
            self.assertNotIn("hunter2", said)

    def test_password_in_a_url_is_refused_without_repeating_it(self):
        for line in ('url = "mqtt://me:hunter2@h"', 'url = "mqtt://h"\nproxy = "http://me:hunter2@p"'):
            config = self.path("bad.toml")
            with open(config, "w", encoding="utf-8") as file:
                file.write(f'[gateway]\nid = "g"\ndata_dir = "d"\n[[uplink]]\nname = "u"\n{line}\n')
            for verb in ("check", "run"):
                code, out, err = run([SLUICE, verb, config], self.directory)
                self.assertEqual(2, code)
                self.assertIn("password_file", out + err)
                self.assertNotIn("hunter2", out + err)


@unittest.skipUnless(nats.PROGRAM, "the Debian package nats-server is not installed")
class WebSocket(Scenario):
    """Debian's Mosquitto is built without WebSocket; NATS has it."""

    def test_events_travel_in_a_websocket_of_a_real_server(self):
        upstream = self.own(nats.Nats(self.directory))
        consumer = self.own(Consumer(self.directory, upstream.url, "--mqtt-version", "311"))
        running = self.gateway(
            stream(), uplink(f"ws://127.0.0.1:{upstream.websocket_port}/mqtt", mqtt_version=311), ROUTE)
        self.client(running).publish_readings(500)
        consumer.wait_for_events(500)
        self.assertEqual(list(range(500)), consumer.sequences())
        running.wait_until_drained()

    def test_wrong_path_is_a_reason(self):
        upstream = self.own(nats.Nats(self.directory))
        running = self.gateway(
            stream(), uplink(f"ws://127.0.0.1:{upstream.websocket_port}/elsewhere", mqtt_version=311), ROUTE)
        running.wait_for("sluice_uplink_failures_total", 2)
        self.assertRegex("\n".join(running.metrics()), "sluice_uplink_failures_total.*websocket")


if __name__ == "__main__":
    unittest.main(verbosity=2)
