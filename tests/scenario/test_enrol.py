#!/usr/bin/python3
"""`sluice enrol`: what it makes lets a device in, as the device is told to use it."""

import os
import re
import stat
import unittest

from support import mosquitto
from support.gateway import stream
from support.process import run
from support.scenario import OBSERVER, Scenario

LISTENERS = """
[[listener]]
bind    = "127.0.0.1:0"
accepts = ["password"]
tls     = { cert = "pki/server.crt", key = "pki/server.key" }

[[listener]]
bind    = "127.0.0.1:0"
tls     = {}
accepts = ["psk"]
"""


class Enrol(Scenario):
    def setUp(self):
        super().setUp()
        self.running = self.gateway(stream(), LISTENERS)
        log = self.running.process.log()
        self.certificate_port, self.password_port, self.psk_port = re.findall(r"listening on \S*:(\d+)", log)

    def enrol(self, port, *arguments, code=0):
        ended, out, err = self.running.cli("enrol", "pump-9", "--dir", self.running.data, "--host", "localhost", "--port", port,
                                           "--server-ca", self.pki.server_ca, *arguments)
        self.assertEqual(code, ended, out + err)
        return out if code == 0 else err

    def enrol_certificate(self, *arguments, code=0):
        return self.enrol(self.certificate_port, "--ca", os.path.join(self.pki.directory, "devices-ca.crt"),
                          "--ca-key", os.path.join(self.pki.directory, "devices-ca.key"), "--out", self.directory,
                          *arguments, code=code)

    @staticmethod
    def publish_as_told(text):
        """Runs the mosquitto_pub of the text; its exit code."""
        command = re.search(r"  (mosquitto_pub (?:.*\\\n)?.*)", text).group(1).replace("\\\n", "")
        mosquitto.program("mosquitto_pub")
        return run(["/bin/sh", "-c", command])[0]

    def test_certificate(self):
        text = self.enrol_certificate()
        self.assertEqual(0o600, stat.S_IMODE(os.stat(self.path("pump-9.key")).st_mode))
        self.assertEqual(0, self.publish_as_told(text))
        for kind in ("Tasmota", "Shelly", "Zigbee2MQTT", "ESPHome"):
            self.assertIn(kind + ":\n", text)

    def test_files_that_are_there_stay(self):
        self.enrol_certificate()
        with open(self.path("pump-9.key"), encoding="ascii") as file:
            before = file.read()
        self.assertIn("pump-9.key", self.enrol_certificate(code=1))
        with open(self.path("pump-9.key"), encoding="ascii") as file:
            self.assertEqual(before, file.read())

    def test_one_text_alone(self):
        self.assertNotIn("Tasmota", self.enrol_certificate("--for", "mosquitto"))

    def test_password(self):
        text = self.enrol(self.password_port, "--password")
        self.assertRegex(text, r"(?m)^password: \S{24}$")
        self.assertEqual(0, self.publish_as_told(text))
        self.assertIn("there is one of that name already", self.enrol(self.password_port, "--password", code=1))
        again = self.enrol(self.password_port, "--password", "--replace")
        self.assertNotEqual(0, self.publish_as_told(text))
        self.assertEqual(0, self.publish_as_told(again))

    def test_pre_shared_key(self):
        text = self.enrol(self.psk_port, "--psk")
        self.assertRegex(text, r"(?m)^key: [0-9a-f]{64}$")
        self.assertEqual(0, self.publish_as_told(text))

    def test_mistakes_are_told(self):
        self.assertIn("say what lets it in", self.enrol(self.psk_port, code=2))
        self.assertIn("may not sign certificates", self.enrol(
            self.certificate_port, "--ca", self.pki.cert(OBSERVER), "--ca-key", self.pki.key(OBSERVER), code=1))


if __name__ == "__main__":
    unittest.main(verbosity=2)
