"""Somebody without credentials, with many connections, against devices and the admin page."""

import resource
import socket
import unittest

from support.gateway import stream
from support.mqtt import reading, topic_of
from support.scenario import DEVICE, OTHER, Scenario

SILENT = 300  # more than half-open handshakes there may be


class Flood(Scenario):
    def open_silent(self, port, count, says=b""):
        """Connections that say `says` and then nothing."""
        peers = []
        for _ in range(count):
            peer = socket.create_connection(("127.0.0.1", port))
            self.addCleanup(peer.close)
            peer.sendall(says)
            peers.append(peer)
        return peers

    def publish_one(self, gateway, identity=DEVICE):
        client = self.client(gateway, identity)
        self.assertEqual(0, client.publish(topic_of(identity), reading(1)))

    def check_devices_get_in(self, says):
        gateway = self.gateway()
        self.open_silent(gateway.port, SILENT, says)
        self.publish_one(gateway)
        timeouts = {count for name, count in gateway.metrics().items()
                    if name.startswith("sluice_tls_handshake_failures_total{") and 'reason="timeout"' in name}
        self.assertEqual({0}, timeouts, "somebody had to time out first")

    def test_silent_connections_keep_nobody_out(self):
        self.check_devices_get_in(b"")

    def test_first_bytes_of_a_record_keep_nobody_out(self):
        self.check_devices_get_in(b"\x16\x03\x01\x40\x00")

    def test_connections_beyond_the_limit_make_room(self):
        gateway = self.gateway("\n[limits]\nmax_connections = 50\n", stream())
        self.open_silent(gateway.port, SILENT)
        self.publish_one(gateway)
        self.publish_one(gateway, OTHER)
        self.assertGreater(gateway.total("sluice_listener_displaced_total"), 200)
        self.assertRegex(gateway.process.log(), r"all \d+ connections are taken, \d+ of them by newcomers")

    def test_health_answers_among_slow_connections(self):
        gateway = self.gateway()
        self.open_silent(gateway.admin_port, 200)
        self.open_silent(gateway.admin_port, 200, b"GET /healthz HT")
        self.assertEqual(200, gateway.health())


class Descriptors(Scenario):
    def setUp(self):
        super().setUp()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))

    def test_soft_limit_is_raised(self):
        gateway = self.gateway()
        with open(f"/proc/{gateway.process.pid}/limits", encoding="utf-8") as limits:
            line = next(line for line in limits if line.startswith("Max open files"))
        self.assertGreaterEqual(int(line.split()[3]), min(65536, int(line.split()[4])))


if __name__ == "__main__":
    unittest.main()
