#!/usr/bin/python3
"""Certificates, keys, authorities and revocation lists that change while the gateway runs."""

import hashlib
import os
import re
import shutil
import signal
import socket
import ssl
import unittest

from support import mosquitto
from support.gateway import stream
from support.mqtt import Client, tls_context
from support.pki import Pki
from support.process import eventually, run
from support.scenario import DEVICE, OTHER, Scenario

LISTENER = """
[[listener]]
bind = "127.0.0.1:0"
[listener.tls]
cert      = "tls/server.crt"
key       = "tls/server.key"
client_ca = "tls/devices-ca.crt"
crl       = "tls/devices.crl"
"""
FLEET = 500
PINGREQ, PINGRESP = b"\xc0\x00", b"\xd0\x00"


class BareClient:
    """MQTT 3.1.1 by hand, without a thread, so that there can be many."""

    def __init__(self, port, pki, identity):
        raw = socket.create_connection(("127.0.0.1", port))
        self.socket = tls_context(pki, identity).wrap_socket(raw, server_hostname="localhost")
        name = identity.encode()
        body = b"\x00\x04MQTT\x04\x02\x00\x00" + len(name).to_bytes(2, "big") + name
        self.socket.sendall(b"\x10" + bytes([len(body)]) + body)
        if self.socket.recv(4) != b"\x20\x02\x00\x00":
            raise AssertionError(f"{identity} was refused")

    def is_served(self):
        try:
            self.socket.sendall(PINGREQ)
            return self.socket.recv(2) == PINGRESP
        except OSError:
            return False

    def kill(self):
        self.socket.close()


class Certificates(Scenario):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("tls"))
        for name in ("server.crt", "server.key", "devices-ca.crt"):
            self.put(os.path.join(self.pki.directory, name), name)
        self.revoke()
        self.running = self.gateway(stream(), LISTENER, memory="128MiB")
        self.tls_port = int(re.findall(r"listening on \S*:(\d+)", self.running.process.log())[1])

    def file(self, name):
        return self.path(os.path.join("tls", name))

    def put(self, source, name):
        """Replaces a file as a careful program does."""
        shutil.copy(source, self.file(name) + ".new")
        os.replace(self.file(name) + ".new", self.file(name))

    def revoke(self, *devices):
        self.pki.list(self.file("devices.crl"), *devices)

    def hang_up(self):
        """Makes the gateway look now."""
        self.running.process.signal(signal.SIGHUP)

    def metric(self, name, **labels):
        wanted = [f'{key}="{value}"' for key, value in labels.items()]
        return sum(value for series, value in self.running.metrics().items()
                   if series.startswith(name) and all(label in series for label in wanted))

    def wait_for_metric(self, value, name, **labels):
        eventually(lambda: self.metric(name, **labels) == value, lambda: f"{name} {labels} of {value}")

    def wait_for_reload(self, count=1, result="ok"):
        # The series of both listeners begin with their address, of which only the second's files change.
        self.wait_for_metric(count, "sluice_certificate_reloads_total", result=result)

    def bare(self, identity):
        return self.own(BareClient(self.tls_port, self.pki, identity))

    def shown_certificate(self):
        """Its digest."""
        with socket.create_connection(("127.0.0.1", self.tls_port)) as raw, \
                tls_context(self.pki, DEVICE).wrap_socket(raw, server_hostname="localhost") as wrapped:
            return hashlib.sha256(wrapped.getpeercert(binary_form=True)).hexdigest()

    def file_digest(self, path):
        with open(path, encoding="ascii") as file:
            return hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read())).hexdigest()

    def test_new_list_ends_the_revoked_of_a_fleet_and_nobody_else(self):
        self.pki.make("--devices", "sim", str(FLEET))
        names = [f"sim{i:04}" for i in range(1, FLEET + 1)]
        fleet = {name: self.bare(name) for name in names}
        revoked = {"sim0007", f"sim{FLEET:04}"}
        self.revoke(*revoked)
        self.hang_up()
        self.wait_for_metric(len(revoked), "sluice_connections_distrusted_total", reason="revoked")
        served = {name for name in names if fleet[name].is_served()}
        self.assertEqual(revoked, set(names) - served)
        self.running.process.wait_for_line(
            r"sim0007 \(127\.0\.0\.1:\d+\) is let go: its certificate, serial number [0-9a-f]+, is revoked")
        for name in revoked:
            with self.assertRaises((AssertionError, OSError)):
                self.bare(name)
        self.wait_for_metric(len(revoked), "sluice_tls_handshake_failures_total", reason="revoked")

    def test_mosquittos_client_is_refused_when_its_certificate_is_revoked(self):
        def publish(device):
            return run([mosquitto.program("mosquitto_pub"), "-h", "localhost", "-p", str(self.tls_port), "-i", device,
                        "-q", "1", "-t", f"devices/{device}/x", "-m", "x", "--cafile", self.pki.server_ca,
                        "--cert", self.pki.cert(device), "--key", self.pki.key(device)])[0]
        self.assertEqual(0, publish(OTHER))
        self.revoke(OTHER)
        self.hang_up()
        self.wait_for_reload()
        self.assertNotEqual(0, publish(OTHER))
        self.assertEqual(0, publish(DEVICE))
        self.revoke()
        self.hang_up()
        self.wait_for_reload(2)
        self.assertEqual(0, publish(OTHER))

    def test_mqtt_5_client_hears_that_it_is_let_go(self):
        client = self.own(Client(self.tls_port, self.pki, OTHER)).connect()
        self.revoke(OTHER)
        self.hang_up()
        eventually(lambda: 0x98 in client.disconnects, "DISCONNECT with 0x98")

    def test_renewed_server_certificate_is_shown_without_anybody_asking(self):
        client = self.bare(DEVICE)
        self.pki.make("--server", "renewed")
        before = self.shown_certificate()
        for extension in ("key", "crt"):
            self.put(os.path.join(self.pki.directory, "renewed." + extension), "server." + extension)
        self.wait_for_reload()
        self.assertNotEqual(before, self.shown_certificate())
        self.assertEqual(self.file_digest(self.file("server.crt")), self.shown_certificate())
        self.assertTrue(client.is_served())

    def test_files_that_cannot_be_used_change_nothing_and_are_told(self):
        client = self.bare(DEVICE)
        with open(self.file("devices.crl"), "w", encoding="ascii") as file:
            file.write("no list")
        self.hang_up()
        self.wait_for_reload(result="failed")
        self.assertTrue(client.is_served())
        self.bare(OTHER)
        _, status, _ = self.running.cli("status", "--dir", self.running.data)
        self.assertRegex(status, r"degraded .*the old ones stay in use: .*devices\.crl is no CRL")
        self.revoke(OTHER)
        self.hang_up()
        self.wait_for_metric(1, "sluice_connections_distrusted_total", reason="revoked")
        self.assertNotIn("the old ones stay", self.running.cli("status", "--dir", self.running.data)[1])

    def test_key_that_does_not_belong_to_the_new_certificate_is_not_taken(self):
        self.pki.make("--server", "renewed")
        before = self.shown_certificate()
        self.put(os.path.join(self.pki.directory, "renewed.crt"), "server.crt")
        self.hang_up()
        self.wait_for_reload(result="failed")
        self.assertEqual(before, self.shown_certificate())

    def test_authority_that_is_gone_takes_its_devices_with_it(self):
        client = self.bare(DEVICE)
        other = Pki(self.path("other-pki"), DEVICE)
        other.list(self.file("devices.crl"))
        self.put(os.path.join(other.directory, "devices-ca.crt"), "devices-ca.crt")
        self.hang_up()
        self.wait_for_metric(1, "sluice_connections_distrusted_total", reason="untrusted")
        self.assertFalse(client.is_served())

    def test_ends_are_told(self):
        _, status, _ = self.running.cli("status", "--dir", self.running.data)
        for use in ("own", "authorities", "crl"):
            self.assertRegex(status, rf"certificate of listener 127\.0\.0\.1:0, {use}: ends 20")
        self.assertGreater(self.metric("sluice_certificate_expiry_timestamp_seconds", certificate="crl"), 1_700_000_000)


if __name__ == "__main__":
    unittest.main(verbosity=2)
