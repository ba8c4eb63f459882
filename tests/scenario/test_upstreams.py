#!/usr/bin/python3
"""Upstreams that ask for a certificate, that refuse, and one that is no Mosquitto."""

import os
import re
import signal
import unittest

from support import nats
from support.consumer import Consumer
from support.gateway import DEAD_LETTER_ROUTE, ROUTE, UNBATCHED, route, stream, tls_uplink, uplink
from support.hostile import Hostile, puback
from support.mosquitto import TLS, Mosquitto
from support.mqtt import reading, topic_of
from support.pki import Pki
from support.process import eventually
from support.scenario import DEVICE, OBSERVER, Scenario

ACL = "acl_file acl\n"


class TlsUplink(Scenario):
    def setUp(self):
        super().setUp()
        self.upstream = self.own(Mosquitto(self.directory, TLS))
        self.url = f"mqtts://127.0.0.1:{self.upstream.port}"

    def test_events_travel_over_mutual_tls(self):
        consumer = self.own(Consumer(
            self.directory, self.url, "--ca", self.pki.server_ca, "--cert", self.pki.cert(OBSERVER), "--key",
            self.pki.key(OBSERVER)))
        running = self.gateway(stream(), tls_uplink(self.upstream.port, OBSERVER), ROUTE)
        self.client(running).publish_readings(20)
        consumer.wait_for_events(20)
        self.assertEqual(list(range(20)), consumer.sequences())

    def test_upstream_of_another_authority_gets_nothing(self):
        stranger = Pki(self.path("stranger"), OBSERVER)
        self.assert_stays_away(tls_uplink(self.upstream.port, OBSERVER, ca=stranger.server_ca))

    def test_uplink_without_certificate_is_refused_and_keeps_everything(self):
        without = tls_uplink(self.upstream.port, OBSERVER).splitlines()
        self.assert_stays_away("\n".join(line for line in without if not line.startswith(("cert", "key"))))

    def assert_stays_away(self, section):
        running = self.gateway(stream(), section, ROUTE)
        self.client(running).publish_readings(5)
        running.wait_for("sluice_uplink_connect_failures_total", 2)
        self.assertEqual((0, 5), (running.total("sluice_route_acknowledged_events_total"),
                                  running.total("sluice_route_pending_events")))
        self.assertIn("uplink upstream: not connected", running.status())


class SmallPackets(Scenario):
    """Only a packet whose real size is over the limit may be given up [MQTT-3.2.2-15]; batches shrink to what fits."""

    def test_events_that_fit_a_small_packet_arrive(self):
        upstream = self.own(Mosquitto(self.directory, "max_packet_size 2048\n"))
        running = self.gateway(stream(), uplink(upstream.port), ROUTE)
        self.client(running).publish_readings(20, padding=150)
        running.wait_for("sluice_route_acknowledged_events_total", 20)
        self.assertEqual((0, 0), (running.total("sluice_route_dead_lettered_events_total"),
                                  running.total("sluice_route_pending_events")))

    def test_packets_in_which_nothing_has_room_hold_the_route_and_bury_nothing(self):
        upstream = self.own(Mosquitto(self.directory, "max_packet_size 120\n"))
        running = self.gateway(stream(), uplink(upstream.port), ROUTE)
        self.client(running).publish_readings(20)
        eventually(lambda: re.search(r"route telemetry-upstream: degraded .*packets of at most 120 bytes",
                                     running.health_said()[1]), "the limit in health", 60)
        self.assertIn("packets of at most 120 bytes", running.status())
        self.assertEqual((0, 20), (running.total("sluice_route_dead_lettered_events_total"),
                                   running.total("sluice_route_pending_events")))


class Refusals(Scenario):
    def test_what_upstream_refuses_for_good_becomes_a_dead_letter_and_the_rest_goes_on(self):
        upstream = self.own(Hostile(puback, refuses=b"bad"))
        running = self.gateway(stream(), uplink(upstream.port), route(batch=UNBATCHED))
        device = self.client(running)
        for i in range(10):
            sensor = "bad" if i % 2 else "good"
            self.assertEqual(0, device.publish(topic_of(DEVICE, sensor), reading(i)))
        running.wait_until_drained()
        self.assertEqual((5, 5), (running.total("sluice_route_acknowledged_events_total"),
                                  running.total("sluice_route_dead_lettered_events_total")))
        letters = running.stored("dead-letters")
        self.assertEqual([f"test/telemetry/{i}" for i in (1, 3, 5, 7, 9)],
                         [self.attribute(letter, "event_id") for letter in letters])
        self.assertEqual({"refused_by_uplink"}, {self.attribute(letter, "reason") for letter in letters})

    def test_wrong_access_rule_upstream_holds_the_route_until_it_is_put_right(self):
        # Mosquitto tells MQTT 5 clients that they may not publish: 0x87.
        self.allow("topic read #\n")
        upstream = self.own(Mosquitto(self.directory, ACL))
        consumer = self.own(Consumer(self.directory, upstream.url))
        running = self.gateway(stream(), uplink(upstream.port), ROUTE)
        self.client(running).publish_readings(10)
        eventually(lambda: re.search(r"route telemetry-upstream: degraded .*Not authorized", running.health_said()[1]),
                   "the refusal in health", 60)
        self.assertEqual((0, 10), (running.total("sluice_route_dead_lettered_events_total"),
                                   running.total("sluice_route_pending_events")))
        self.allow("topic readwrite #\n")
        upstream.process.signal(signal.SIGHUP)
        consumer.wait_for_events(10)
        self.assertEqual(list(range(10)), consumer.sequences())
        running.wait_until_drained()
        self.assertEqual(0, running.total("sluice_route_dead_lettered_events_total"))

    def allow(self, rules):
        with open(self.path("acl"), "w", encoding="utf-8") as file:
            file.write(rules)
        os.chmod(self.path("acl"), 0o600)

    def attribute(self, record, name):
        return record["data"]["attributes"][name]

    def test_payload_that_is_no_reading_is_acknowledged_and_kept_with_its_reason(self):
        upstream = self.own(Mosquitto(self.directory))
        consumer = self.own(Consumer(self.directory, upstream.url))
        running = self.gateway(stream(), uplink(upstream.port), ROUTE, DEAD_LETTER_ROUTE)
        self.assertEqual(0, self.client(running).publish(topic_of(DEVICE), "{ no JSON"))
        letter = consumer.wait_for_events(1)[0]
        self.assertEqual(("sluice.dead_letter.v1", "dead-letters"), (letter["type"], letter["stream"]))
        eventually(lambda: running.total("sluice_route_acknowledged_events_total") == 1, "acknowledged dead letter")
        self.assertEqual(0, running.total("sluice_route_pending_events"))


@unittest.skipUnless(nats.PROGRAM, "the Debian package nats-server is not installed")
class NatsUpstream(Scenario):
    def test_events_reach_nats_in_order(self):
        upstream = self.own(nats.Nats(self.directory))
        consumer = self.own(Consumer(self.directory, upstream.url, "--mqtt-version", "311"))
        running = self.forwarding_gateway(upstream.port, mqtt_version=311)
        self.client(running).publish_readings(200)
        consumer.wait_for_events(200)
        self.assertEqual(list(range(200)), consumer.sequences())
        running.wait_until_drained()


if __name__ == "__main__":
    unittest.main(verbosity=2)
