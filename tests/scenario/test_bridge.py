#!/usr/bin/python3
"""Mosquitto as a bridge to the gateway, with its default settings but for where to go and as whom."""

import unittest

from support.gateway import stream
from support.mosquitto import Mosquitto
from support.mqtt import V311, Client
from support.process import eventually
from support.scenario import DEVICE, OBSERVER, OTHER, Scenario

BRIDGE = """
connection edge
address 127.0.0.1:{port}
topic up/# out 1 "" devices/{device}/
topic down/# in 1 "" devices/{device}/
topic both/# both 1 "" devices/{device}/
bridge_cafile {pki}/server-ca.crt
bridge_certfile {pki}/devices/{device}.crt
bridge_keyfile {pki}/devices/{device}.key
restart_timeout 1
{more}
"""
# What says how the bridge is stays below this; and who may look at it.
STATES = "$SYS/broker/connection/"
WATCH_STATES = f"""
[[access]]
identity  = "{OBSERVER}"
subscribe = ["$SYS/#"]
publish   = ["devices/#"]
"""
DENY_STATES = """
[[access]]
identity = "*"
publish  = ["$SYS/#"]
deny     = true
"""


def payloads(client, topic):
    return [message.payload.decode() for message in client.messages if message.topic == topic]


class Bridge(Scenario):
    def start(self, more=""):
        self.start_both(more)
        self.wait_for_state("1")

    def start_both(self, more="", rules=""):
        self.running = self.gateway(stream(), WATCH_STATES, rules)
        self.watcher = self.client(self.running, OBSERVER)
        self.watcher.subscribe(STATES + "+/state", 1)
        self.watcher.subscribe("devices/#", 1)
        settings = BRIDGE.format(port=self.running.port, device=DEVICE, pki="pki", more=more)
        self.mosquitto = self.own(Mosquitto(self.directory, settings))
        self.local = self.own(Client(self.mosquitto.port, None, "local", version=V311)).connect()
        self.local.subscribe("#", 1)

    def states(self):
        return [m.payload.decode() for m in self.watcher.messages if m.topic.startswith(STATES)]

    def wait_for_state(self, state):
        eventually(lambda: self.states()[-1:] == [state], lambda: f"state {state}, not {self.states()}")

    def carry_both_ways(self):
        def arrives_down():
            self.watcher.publish(f"devices/{DEVICE}/down/x", "down")
            return payloads(self.local, "down/x")

        eventually(arrives_down, "a message down")  # the bridge's SUBSCRIBE may come behind its notice
        self.local.publish("up/x", "up")
        eventually(lambda: payloads(self.watcher, f"devices/{DEVICE}/up/x") == ["up"], "a message up")

    def nothing_goes_round(self):
        self.local.publish("both/x", "once")
        there = f"devices/{DEVICE}/both/x"
        eventually(lambda: payloads(self.watcher, there) == ["once"], "a message up")
        self.watcher.publish(f"devices/{DEVICE}/both/end", "end")
        eventually(lambda: payloads(self.local, "both/end") == ["end"], "the end")
        self.assertEqual(["once"], payloads(self.local, "both/x"))
        self.assertEqual(["once"], payloads(self.watcher, there))

    def keep_retained(self):
        self.watcher.publish(f"devices/{DEVICE}/down/kept", "kept", retain=True)
        eventually(lambda: payloads(self.local, "down/kept"), "a retained message down")
        late = self.own(Client(self.mosquitto.port, None, "late", version=V311)).connect()
        late.subscribe("down/kept", 1)
        eventually(lambda: payloads(late, "down/kept") == ["kept"], "the retained message at the other side")
        self.assertTrue(late.messages[-1].retain)


class DefaultBridge(Bridge):
    def test_bridge_forwards_both_ways(self):
        self.start()
        self.carry_both_ways()
        self.nothing_goes_round()
        self.keep_retained()

    def test_old_and_new_versions_forward_both_ways(self):
        for version in ("mqttv31", "mqttv50"):
            with self.subTest(version=version):
                self.start(f"bridge_protocol_version {version}")
                self.carry_both_ways()
                self.nothing_goes_round()
                self.keep_retained()
                self.mosquitto.kill()
                self.end_in_order(self.running)
                self.local.kill()
                self.watcher.kill()

    def test_state_says_when_the_bridge_is_gone(self):
        self.start()
        self.mosquitto.kill()
        self.wait_for_state("0")
        late = self.client(self.running, OBSERVER, client_id="late")
        late.subscribe(STATES + "#", 1)
        eventually(lambda: late.messages, "the retained state")
        self.assertEqual((b"0", True), (late.messages[0].payload, late.messages[0].retain))

    def test_bridge_comes_back_after_a_restart_of_the_gateway(self):
        self.start()
        self.running.restart()
        eventually(lambda: self.states()[-1:] == ["1"] and len(self.watcher.connacks) > 1, "both again")
        self.watcher.subscribe("devices/#", 1)
        self.carry_both_ways()

    def test_state_of_another_is_denied(self):
        self.start()
        stranger = self.client(self.running, OTHER, client_id="stranger")
        name = next(m.topic for m in self.watcher.messages if m.topic.startswith(STATES))
        self.assertEqual(0x87, stranger.publish(name, "0"))
        self.assertEqual(["1"], self.states()[-1:])

    def test_rule_may_deny_the_state(self):
        self.start_both(rules=DENY_STATES)
        self.running.process.wait_for_line(f"refused CONNECT of {DEVICE} .*: Not authorized")
        self.assertEqual([], self.states())


if __name__ == "__main__":
    unittest.main()
