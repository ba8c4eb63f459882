#!/usr/bin/python3
"""Clients of others, over mutual TLS: mosquitto_pub and mosquitto_sub, paho-mqtt, MQTT.js."""

import json
import os
import socket
import ssl
import unittest

from paho.mqtt.packettypes import PacketTypes

from support import mosquitto
from support.mqtt import V311, V5, properties, reading, tls_context, topic_of
from support.pki import Pki
from support.process import PATIENCE, Process, eventually, run
from support.scenario import DEVICE, OBSERVER, OTHER, Scenario

NOT_AUTHORIZED = 0x87
SESSION_TAKEN_OVER = 0x8E
VERSIONS = ("mqttv311", "mqttv5")
MQTTJS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mqttjs_client.js")
NODE_PATH = "/usr/share/nodejs:/usr/lib/nodejs"


class MosquittoClients(Scenario):
    def setUp(self):
        super().setUp()
        self.running = self.gateway()

    def pub(self, version, *arguments, identity=DEVICE):
        code, out, err = mosquitto.pub(self.running.port, *arguments, pki=self.pki, identity=identity,
                                       version=version)
        self.assertEqual((0, ""), (code, out + err))

    def sub(self, version, *arguments, name="sub"):
        return self.own(mosquitto.Sub(self.directory, self.running.port, *arguments, name=name, pki=self.pki,
                                      identity=OBSERVER, version=version))

    def test_every_version_and_qos_gets_through(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                self.carry_every_qos(version)

    def carry_every_qos(self, version):
        sub = self.sub(version, "-t", f"devices/{DEVICE}/free", "-q", "2", "-F", "%q %p", name=version)
        for qos in "012":
            self.pub(version, "-t", f"devices/{DEVICE}/free", "-q", qos, "-m", "m" + qos)
        self.assertEqual(["0 m0", "1 m1", "2 m2"], sorted(sub.wait_for_lines(3)))

    def test_retained_message_awaits_late_subscriber(self):
        self.pub("mqttv311", "-t", f"devices/{DEVICE}/state", "-q", "1", "-r", "-m", "on")
        for version in VERSIONS:
            sub = self.sub(version, "-t", "devices/+/state", "-F", "%r %p", name=version)
            self.assertEqual(["1 on"], sub.wait_for_lines(1))

    def test_retained_message_goes_when_an_empty_one_comes(self):
        self.pub("mqttv5", "-t", f"devices/{DEVICE}/state", "-q", "1", "-r", "-m", "on")
        self.pub("mqttv5", "-t", f"devices/{DEVICE}/state", "-q", "1", "-r", "-n")
        sub = self.sub("mqttv5", "-t", "devices/+/state", "-t", "devices/+/end", "-F", "%t %p")
        self.pub("mqttv5", "-t", f"devices/{DEVICE}/end", "-q", "1", "-m", "x")
        self.assertEqual([f"devices/{DEVICE}/end x"], sub.wait_for_lines(1))

    def test_wildcards_select(self):
        plus = self.sub("mqttv311", "-t", "devices/+/a/+", "-F", "%t", name="plus")
        hash_sign = self.sub("mqttv5", "-t", f"devices/{DEVICE}/a/#", "-F", "%t", name="hash")
        for topic in ("a/b", "a/b/c", "z/b", "a"):
            self.pub("mqttv311", "-t", f"devices/{DEVICE}/{topic}", "-q", "1", "-m", "x")
        self.pub("mqttv5", "-t", f"devices/{OTHER}/a/b", "-q", "1", "-m", "x", identity=OTHER)
        self.assertEqual([f"devices/{DEVICE}/a/b", f"devices/{OTHER}/a/b"], plus.wait_for_lines(2))
        self.assertEqual([f"devices/{DEVICE}/a/b", f"devices/{DEVICE}/a/b/c", f"devices/{DEVICE}/a"],
                         hash_sign.wait_for_lines(3))

    def test_group_shares_messages_and_takes_over_from_a_member_that_is_killed(self):
        topic = f"devices/{DEVICE}/jobs"
        members = [self.sub(version, "-t", f"$share/workers/{topic}", "-q", "1", "-F", "%p", name="member-" + version)
                   for version in VERSIONS]
        for i in range(10):
            self.pub("mqttv5", "-t", topic, "-q", "1", "-m", str(i))
        eventually(lambda: sum(len(member.lines()) for member in members) == 10, "all ten")
        self.assertEqual([5, 5], [len(member.lines()) for member in members])
        self.assertEqual([str(i) for i in range(10)], sorted(members[0].lines() + members[1].lines()))
        members[0].kill()
        for i in range(10, 14):
            self.pub("mqttv5", "-t", topic, "-q", "1", "-m", str(i))
        self.assertEqual(["10", "11", "12", "13"], members[1].wait_for_lines(9)[5:])

    def test_will_is_sent_when_its_client_is_killed(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                watcher = self.sub(version, "-t", "devices/+/gone", "-F", "%p", name="watch-" + version)
                doomed = self.own(mosquitto.Sub(
                    self.directory, self.running.port, "-t", f"devices/{DEVICE}/nothing", "--will-topic",
                    f"devices/{DEVICE}/gone", "--will-payload", version, "--will-qos", "1", name="doomed-" + version,
                    pki=self.pki, identity=DEVICE, version=version))
                doomed.kill()
                self.assertEqual([version], watcher.wait_for_lines(1))

    def test_local_subscriber_gets_cloudevents(self):
        sub = self.sub("mqttv5", "-t", "events/#", "-F", "%t %p")
        self.pub("mqttv311", "-t", topic_of(DEVICE, "attic"), "-q", "1", "-m", reading(7))
        topic, payload = sub.wait_for_lines(1)[0].split(" ", 1)
        event = json.loads(payload)
        self.assertEqual("events/attic/climate.reading.v1", topic)
        self.assertEqual(("1.0", "climate.reading.v1", "attic", "test/telemetry/0"),
                         (event["specversion"], event["type"], event["subject"], event["id"]))
        self.assertEqual({"temperature": 20.5, "humidity": 40},
                         {r["name"]: r["value"] for r in event["data"]["readings"]})
        self.assertEqual(DEVICE, event["data"]["identity"])


class Paho(Scenario):
    def setUp(self):
        super().setUp()
        self.running = self.gateway()

    def test_every_qos_reaches_a_subscriber_of_either_version(self):
        for version in (V311, V5):
            subscriber = self.client(self.running, OBSERVER, version=version)
            self.assertEqual([2], subscriber.subscribe("devices/#", 2))
            device = self.client(self.running, version=version)
            for qos in (0, 1, 2):
                self.assertEqual(0, device.publish(f"devices/{DEVICE}/free", str(qos), qos))
            subscriber.wait_for_message(3)
            self.assertEqual([(0, b"0"), (1, b"1"), (2, b"2")], [(m.qos, m.payload) for m in subscriber.messages])
            subscriber.disconnect()
            device.disconnect()

    def test_second_client_takes_over(self):
        for version in (V311, V5):
            first = self.client(self.running, version=version, client_id="same")
            first.paho.reconnect_delay_set(120, 120)
            second = self.client(self.running, version=version, client_id="same")
            eventually(lambda: first.disconnects, "end of the first connection")
            if version == V5:
                self.assertEqual([SESSION_TAKEN_OVER], first.disconnects)
            self.assertEqual(0, second.publish(topic_of(DEVICE), reading(1)))
            self.assertEqual([], second.disconnects)
            first.kill()
            second.disconnect()

    def test_session_of_another_identity_cannot_be_taken(self):
        first = self.client(self.running, client_id="same")
        other = self.client(self.running, OTHER, client_id="same")
        self.assertEqual((0, False), (other.connacks[0][1], other.session_present))
        self.assertEqual(0, first.publish(topic_of(DEVICE), reading(1)))
        self.assertEqual([], first.disconnects)

    def test_session_is_present_after_a_pause_and_kept_what_came(self):
        expiry = properties(PacketTypes.CONNECT, SessionExpiryInterval=3600)
        for version, extra in ((V311, {}), (V5, {"connect_properties": expiry})):
            away = self.client(self.running, OBSERVER, version=version, clean=False, client_id=f"away{version}",
                               **extra)
            self.assertFalse(away.session_present)
            away.subscribe(f"devices/{DEVICE}/free", 1)
            away.disconnect()
            self.client(self.running, client_id=f"pub{version}").publish(f"devices/{DEVICE}/free", "meanwhile")
            back = self.client(self.running, OBSERVER, version=version, clean=False, client_id=f"away{version}",
                               **extra)
            self.assertTrue(back.session_present)
            self.assertEqual(b"meanwhile", back.wait_for_message().payload)
            back.disconnect()

    def test_clean_start_forgets_the_session(self):
        expiry = properties(PacketTypes.CONNECT, SessionExpiryInterval=3600)
        self.client(self.running, clean=False, connect_properties=expiry).disconnect()
        self.assertFalse(self.client(self.running, clean=True, connect_properties=expiry).session_present)

    def test_keep_alive_holds_an_idle_client_and_ends_a_silent_one(self):
        idle = self.client(self.running, OBSERVER, keep_alive=1)
        idle.subscribe("devices/+/gone")
        silent = self.client(self.running, keep_alive=1, version=V311,
                             will={"topic": f"devices/{DEVICE}/gone", "payload": "silent"})
        silent.paho.loop_stop()  # the connection stays, nobody pings
        self.assertEqual(b"silent", idle.wait_for_message().payload)
        self.assertEqual([], idle.disconnects)

    def test_mqtt5_properties_pass_through(self):
        subscriber = self.client(self.running, OBSERVER)
        subscriber.subscribe("devices/+/free", 1, subscription_id=7)
        sent = properties(PacketTypes.PUBLISH, UserProperty=[("a", "1"), ("a", "2"), ("b", "ü")],
                          ContentType="text/x", ResponseTopic="devices/answer", CorrelationData=b"\x00\xff",
                          PayloadFormatIndicator=1, MessageExpiryInterval=600)
        self.client(self.running).publish(f"devices/{DEVICE}/free", "x", publish_properties=sent)
        got = subscriber.wait_for_message().properties
        self.assertEqual([("a", "1"), ("a", "2"), ("b", "ü")], got.UserProperty)
        self.assertEqual(("text/x", "devices/answer", b"\x00\xff", 1),
                         (got.ContentType, got.ResponseTopic, got.CorrelationData, got.PayloadFormatIndicator))
        self.assertEqual([7], got.SubscriptionIdentifier)
        self.assertLessEqual(got.MessageExpiryInterval, 600)

    def test_connack_tells_the_limits(self):
        told = self.client(self.running).connacks[0][2]
        self.assertEqual(128, told.ReceiveMaximum)
        self.assertEqual(256 * 1024, told.MaximumPacketSize)

    def test_publish_outside_own_topics_is_refused(self):
        device = self.client(self.running)
        for qos in (1, 2):
            self.assertEqual(NOT_AUTHORIZED, device.publish(topic_of(OTHER), reading(1), qos))
        self.assertEqual(0, device.publish(topic_of(DEVICE), reading(2)))
        self.assertEqual(1, self.running.total("sluice_stream_committed_events_total"))

    def test_subscribe_outside_own_topics_is_refused(self):
        for version, code in ((V311, 0x80), (V5, NOT_AUTHORIZED)):
            device = self.client(self.running, version=version)
            self.assertEqual([code], device.subscribe(f"devices/{OTHER}/#"))
            self.assertEqual([1], device.subscribe(f"devices/{DEVICE}/#"))
            device.disconnect()

    def test_client_without_certificate_is_refused(self):
        self.assert_refused(tls_context(self.pki, None))

    def test_client_with_certificate_of_another_authority_is_refused(self):
        stranger = Pki(self.path("stranger"), DEVICE)
        context = ssl.create_default_context(cafile=self.pki.server_ca)
        context.load_cert_chain(stranger.cert(DEVICE), stranger.key(DEVICE))
        self.assert_refused(context)

    def test_expired_certificate_is_refused(self):
        run([os.path.join(os.path.dirname(MQTTJS), "..", "..", "certs", "make-pki.sh"), self.pki.directory,
             "--expired-device", "stale"])
        self.assert_refused(tls_context(self.pki, "stale"))

    def assert_refused(self, context):
        """In TLS 1.3 a client learns of it only when it reads."""
        with socket.create_connection(("127.0.0.1", self.running.port), PATIENCE) as plain:
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                with context.wrap_socket(plain, server_hostname="127.0.0.1") as secure:
                    secure.sendall(bytes([0x10, 13, 0, 4]) + b"MQTT" + bytes([4, 2, 0, 60, 0, 1]) + b"x")
                    if not secure.recv(1):
                        raise ConnectionError("closed without an answer")
        self.assertEqual(0, self.running.total("sluice_broker_connected_clients"))


class MqttJs(Scenario):
    """MQTT.js, which most dashboards and Node-RED are built on."""

    def exchange(self, version):
        running = self.gateway()
        script = self.own(Process(
            "mqttjs", ["/usr/bin/node", MQTTJS, str(running.port), str(version), self.pki.server_ca,
                       self.pki.cert(DEVICE), self.pki.key(DEVICE), DEVICE], self.directory,
            stdout=self.path("mqttjs.out"), env={"NODE_PATH": NODE_PATH}))
        self.assertEqual(0, script.finish(), script.log())
        with open(self.path("mqttjs.out"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def assert_exchange(self, said, end):
        messages = sorted((m["qos"], m["payload"]) for m in said if "payload" in m)
        self.assertEqual([(0, "m0"), (1, "m1"), (2, "m2")], messages)
        self.assertEqual([end], [m for m in said if "payload" not in m])

    def test_mqttjs_speaks_3_1_1(self):
        # 3.1.1 has no way to refuse a publish but to end the connection [MQTT-3.3.5-2].
        self.assert_exchange(self.exchange(4), {"closed": True})

    def test_mqttjs_speaks_5(self):
        self.assert_exchange(self.exchange(5), {"refused": NOT_AUTHORIZED})


if __name__ == "__main__":
    unittest.main(verbosity=2)
