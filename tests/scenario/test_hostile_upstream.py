#!/usr/bin/python3
"""Upstreams that take everything and acknowledge nothing, or something else: nothing is lost, and it is said."""

import unittest

from support.gateway import ROUTE, UPLINK_CLIENT, stream, uplink
from support.hostile import Hostile, nothing, puback, puback_of_another, pubrec
from support.process import eventually
from support.scenario import Scenario


class Unacknowledged(Scenario):
    def forward_to(self, hostile, mqtt_version=5, ack_timeout="500ms"):
        section = uplink(hostile.port, mqtt_version) + f'ack_timeout = "{ack_timeout}"\nconnect_timeout = "1s"\n'
        running = self.gateway(stream(), section, ROUTE)
        self.client(running).publish_readings(10)
        return running

    def assert_given_up_and_said(self, answer, mqtt_version):
        hostile = self.own(Hostile(answer))
        running = self.forward_to(hostile, mqtt_version)
        running.wait_for("sluice_uplink_ack_timeouts_total", 2)
        self.assertGreaterEqual(hostile.connections, 2)
        code, words = running.health_said()
        self.assertEqual(200, code)
        self.assertIn("degraded", words)
        self.assertRegex(words, r"uplink upstream: degraded .* not acknowledged within 0\.5 s")
        self.assertEqual((0, 10), (running.total("sluice_route_acknowledged_events_total"),
                                   running.total("sluice_route_pending_events")))

    def assert_broken_rule_is_said(self, answer):
        """Paho passes over such an answer, and nothing is acknowledged in time. Our own client ends the connection at
        once and says which rule it was; no connection holds, which health says."""
        if UPLINK_CLIENT == "paho":
            return self.assert_given_up_and_said(answer, 5)
        running = self.forward_to(self.own(Hostile(answer)))
        broken = "the server broke a rule of MQTT: an answer to what was not asked"
        eventually(lambda: broken in running.health_said()[1], "the broken rule in health")
        self.assertIn("uplink upstream: degraded", running.health_said()[1])
        self.assertEqual(0, running.total("sluice_route_acknowledged_events_total"))

    def test_upstream_that_acknowledges_nothing(self):
        self.assert_given_up_and_said(nothing, 5)

    def test_upstream_that_acknowledges_nothing_with_mqtt_3(self):
        self.assert_given_up_and_said(nothing, 3)

    def test_upstream_that_acknowledges_another_packet(self):
        self.assert_broken_rule_is_said(puback_of_another)

    def test_upstream_that_answers_qos_1_like_qos_2(self):
        self.assert_broken_rule_is_said(pubrec)

    def test_upstream_that_never_answers_connect_is_told_with_its_reason(self):
        running = self.forward_to(self.own(Hostile(mute=True)))
        running.wait_for("sluice_uplink_connect_failures_total", 1)
        eventually(lambda: "uplink upstream: degraded" in running.health_said()[1], "uplink in health")

    def test_mqtt_5_upstream_is_told_how_much_we_take(self):
        hostile = self.own(Hostile())
        self.forward_to(hostile)
        eventually(lambda: hostile.connects, "CONNECT")
        self.assertIn(b"\x27" + (16 << 10).to_bytes(4, "big"), hostile.connects[0])


class OneBadMessage(Scenario):
    def assert_one_is_set_aside(self, hostile, mqtt_version, reason):
        """Of 41 readings the one that upstream does not take: all others pass it."""
        running = self.gateway(stream(), uplink(hostile.port, mqtt_version), ROUTE, data=f"data{mqtt_version}")
        client = self.client(running)
        client.publish_readings(20)
        client.publish_readings(1, first=20, sensor="poison")
        client.publish_readings(20, first=21)
        running.wait_for("sluice_route_acknowledged_events_total", 40)
        self.assertEqual((1, 0), (running.total("sluice_route_dead_lettered_events_total"),
                                  running.total("sluice_route_pending_events")))
        ended, out, _ = running.cli("dead-letter", "ls", running.data)
        self.assertEqual(0, ended)
        self.assertIn(reason, out)
        return running


class EndsTheConnection(OneBadMessage):
    """An upstream that ends the connection at one message."""

    def test_with_mqtt_5_by_a_disconnect(self):
        self.assert_it_passes(5)

    def test_with_mqtt_3_by_closing(self):
        self.assert_it_passes(3)

    def assert_it_passes(self, mqtt_version):
        hostile = self.own(Hostile(puback, dislikes=b"poison"))
        self.assert_one_is_set_aside(hostile, mqtt_version, "upstream ends the connection at it")


@unittest.skipIf(UPLINK_CLIENT == "paho", "Paho does not notice")
class BrokenRules(OneBadMessage):
    """Our own client ends a connection on which the broker breaks MQTT's rules. One event that the broker answers like
    that does not stop the route."""

    def test_event_that_is_answered_with_no_packet_is_set_aside(self):
        for mqtt_version in (5, 3):
            with self.subTest(mqtt_version=mqtt_version):
                hostile = self.own(Hostile(puback, confuses=b"poison"))
                running = self.assert_one_is_set_aside(
                    hostile, mqtt_version, "upstream answers it with what breaks the rules of the protocol")
                self.assertIn("the server sent what is no MQTT packet", running.process.log())


if __name__ == "__main__":
    unittest.main()
