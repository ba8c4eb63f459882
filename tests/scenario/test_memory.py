#!/usr/bin/python3
"""memory_limit is kept with every budget full at once, filled by one hostile certificate, and by connections besides."""

import contextlib
import os
import socket
import struct
import unittest

from support.gateway import is_sanitized, stream
from support.mqtt import tls_context
from support.process import eventually
from support.scenario import DEVICE, OTHER, Scenario

LIMIT_MIB = int(os.environ.get("SLUICE_MEMORY_MIB", "24"))


def text(value):
    value = value.encode()
    return struct.pack(">H", len(value)) + value


def packet(kind, body):
    length, encoded = len(body), b""
    while True:
        encoded += bytes([(length & 0x7f) | (0x80 if length > 0x7f else 0)])
        length >>= 7
        if not length:
            return bytes([kind]) + encoded + body


def connect(client_id, expiry=0, will=None):
    flags = 0x02 | (0x04 if will else 0)
    properties = b"\x11" + struct.pack(">I", expiry) if expiry else b""
    body = text("MQTT") + bytes([5, flags, 0, 0, len(properties)]) + properties + text(client_id)
    if will:
        body += b"\x00" + text(will[0]) + struct.pack(">H", len(will[1])) + will[1]
    return packet(0x10, body)


def subscribe(filters, qos=1):
    return packet(0x82, b"\x00\x01\x00" + b"".join(text(f) + bytes([qos]) for f in filters))


def publish(topic, payload, qos=0, packet_id=1, retain=False):
    identifier = struct.pack(">H", packet_id) if qos else b""
    return packet(0x30 | qos << 1 | int(retain), text(topic) + identifier + b"\x00" + payload)


class Raw:
    """A client that reads nothing but its CONNACK."""

    def __init__(self, port, pki, identity):
        plain = socket.create_connection(("127.0.0.1", port), 30)
        self.socket = tls_context(pki, identity).wrap_socket(plain, server_hostname="127.0.0.1")
        self.socket.settimeout(30)

    def send(self, data):
        """False when the gateway takes no more."""
        with contextlib.suppress(OSError):
            self.socket.settimeout(0.5)
            self.socket.sendall(data)
            return True
        return False

    def connect(self, *args, **kwargs):
        self.socket.sendall(connect(*args, **kwargs))
        with contextlib.suppress(OSError):
            answer = self.socket.recv(64)
            return len(answer) > 3 and answer[3] == 0
        return False

    def kill(self):
        with contextlib.suppress(OSError):
            self.socket.close()


@unittest.skipIf(is_sanitized(), "sanitizers multiply memory")
class Memory(Scenario):
    def setUp(self):
        super().setUp()
        self.running = self.gateway(stream(max_bytes="8MiB", segment_bytes="1MiB", compress=False),
                                    memory=f"{LIMIT_MIB}MiB",
                                    speaks_for="")
        self.clients = []

    def raw(self, identity=DEVICE):
        client = Raw(self.running.port, self.pki, identity)
        self.clients.append(self.own(client))
        return client

    def memory(self, key="VmHWM"):
        with open(f"/proc/{self.running.process.pid}/status", encoding="ascii") as file:
            (line,) = [line for line in file if line.startswith(key + ":")]
        return int(line.split()[1]) / 1024

    def full(self, metric):
        return (self.running.total(metric) or 0) > 0

    def fill_subscriptions(self):
        for i in range(200):
            client = self.raw()
            client.connect(f"sub-{i}")
            for j in range(4):
                client.send(subscribe([f"devices/{DEVICE}/{i}/{j}/{'s' * 40}/{k}" for k in range(50)]))
            if i % 5 == 4 and self.full("sluice_broker_subscriptions_refused_total"):
                return

    def fill_retained(self):
        client = self.raw()
        client.connect("retained")
        for i in range(100_000):
            client.send(publish(f"devices/{DEVICE}/retained/{i}", b"r" * 40, retain=True))
            if i % 2000 == 1999 and self.full("sluice_broker_retained_refused_total"):
                return

    def fill_wills(self):
        for i in range(100):
            if not self.raw().connect(f"will-{i}", will=(f"devices/{DEVICE}/will", b"w" * 30_000)):
                return

    def fill_sessions(self):
        for i in range(3000):
            client = Raw(self.running.port, self.pki, DEVICE)
            client.connect(f"away-{i}", expiry=3600)
            client.kill()
            if i % 50 == 49 and self.full("sluice_broker_sessions_evicted_total"):
                return

    def fill_queues(self):
        for i in range(8):
            client = self.raw()
            client.connect(f"slow-{i}", expiry=3600)
            client.send(subscribe([f"devices/{DEVICE}/slow/{i}"]))
        publisher = self.raw()
        publisher.connect("publisher")
        for i in range(20_000):
            publisher.send(publish(f"devices/{DEVICE}/slow/{i % 8}", b"q" * 1000, qos=1, packet_id=i % 60_000 + 1))
            publisher.socket.settimeout(0.0)
            with contextlib.suppress(OSError):
                publisher.socket.recv(65536)
            if i % 500 == 499 and self.full('sluice_broker_queue_dropped_total{qos="1-2"}'):
                return

    def fill_input(self):
        for i in range(40):
            client = self.raw()
            client.connect(f"half-{i}")
            client.send(publish(f"devices/{DEVICE}/half", b"h" * 250_000)[:200_000])

    def fill_connections(self):
        for i in range(2000):
            if self.full('sluice_share_gave_way_total{budget="connections"}'):
                return
            with contextlib.suppress(OSError):
                self.raw(OTHER if i % 2 else DEVICE).connect(f"idle-{i}")

    def test_limit_is_kept_with_every_budget_full(self):
        print(f"idle: {self.memory('VmRSS'):.1f} MiB", flush=True)
        for fill in (self.fill_retained, self.fill_subscriptions, self.fill_wills, self.fill_sessions, self.fill_queues,
                     self.fill_input, self.fill_connections):
            fill()
            print(f"{fill.__name__}: {self.memory('VmRSS'):.1f} MiB, {self.memory():.1f} at most", flush=True)
        for name in ("subscription_bytes", "retained_bytes", "message_bytes", "detached_sessions", "connected_clients"):
            print(f"  {name} {self.running.total('sluice_broker_' + name)}", flush=True)
        print(f"  input {self.running.total('sluice_input_bytes')}, "
              f"outgoing {self.running.total('sluice_outgoing_bytes')}", flush=True)
        self.assertLessEqual(self.memory(), LIMIT_MIB)
        eventually(lambda: self.running.health() == 200, "an answer of the admin page")


if __name__ == "__main__":
    unittest.main()
