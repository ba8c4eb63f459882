#!/usr/bin/python3
"""Ways in besides bare TLS: WebSocket, the PROXY protocol, socket files, IPv6; and who is connected."""

import json
import os
import re
import socket
import subprocess
import unittest

import paho.mqtt.client as paho

from support.mqtt import V5, V311, Client, tls_context
from support.process import PATIENCE, Process, eventually
from support.scenario import DEVICE, OBSERVER, Scenario

MQTTJS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mqttjs_websocket.js")
NODE_PATH = "/usr/share/nodejs:/usr/lib/nodejs"
TLS = 'tls = { cert = "pki/server.crt", key = "pki/server.key", client_ca = "pki/devices-ca.crt" }'
FREE = """
[[access]]
identity   = "anonymous"
publish    = ["free/#"]
subscribe  = ["free/#"]
speaks_for = ["*"]
"""
OPEN = "plaintext = true\nanonymous = true\n"
CONNECT = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01r"
CONNACK = b"\x20\x02\x00\x00"


def listener(bind, *more):
    return f'[[listener]]\nbind = "{bind}"\n' + "\n".join(more) + "\n"


class WebSocketClient(Client):
    """paho-mqtt in a WebSocket, with TLS or without."""

    def __init__(self, port, pki, identity, version=V5):
        super().__init__(port, None, identity, version=version)
        extra = {"clean_session": True} if version != V5 else {}
        self.paho = paho.Client(identity, protocol=version, transport="websockets", **extra)
        if pki:
            self.paho.tls_set_context(tls_context(pki, identity))
        self._wire()


class Transports(Scenario):
    def listening(self, *sections, **options):
        """A gateway with these listeners besides the usual one, and their ports in order."""
        running = self.gateway("".join(sections) + FREE, **options)
        addresses = re.findall(r"listening on (\S+?)(?:,.*)?\n", running.process.log())
        return running, [int(address.rpartition(":")[2]) if not address.startswith("unix:") else address
                         for address in addresses[1:]]

    def exchange(self, client, topic="free/x"):
        """Every QoS, and a payload that spans frames and reads."""
        client.connect()
        self.assertEqual([2], client.subscribe(topic, 2))
        payloads = [b"x", b"y" * 100000, b"z" * 200000]
        for qos, payload in enumerate(payloads):
            _, mid = client.paho.publish(topic, payload, qos)
            eventually(lambda mid=mid: mid in client.published, "acknowledgement")
        client.wait_for_message(3)
        self.assertEqual(payloads, [message.payload for message in client.messages])
        client.disconnect()


class WebSocket(Transports):
    def test_paho_comes_over_ws(self):
        _, (port,) = self.listening(listener("127.0.0.1:0", OPEN, "websocket = {}"))
        for version in (V311, V5):
            self.exchange(self.own(WebSocketClient(port, None, "web", version)))

    def test_paho_comes_over_wss_with_its_certificate(self):
        running, (port,) = self.listening(listener("127.0.0.1:0", TLS, "websocket = {}"))
        for version in (V311, V5):
            self.exchange(self.own(WebSocketClient(port, self.pki, DEVICE, version)), f"devices/{DEVICE}/free")
        self.assertEqual(2, running.total("sluice_websocket_accepted_total"))

    def mqttjs(self, url, version, topic, *files):
        name = f"mqttjs-{version}"
        script = self.own(Process(name, ["/usr/bin/node", MQTTJS, url, str(version), topic, *files], self.directory,
                                  stdout=self.path(name + ".out"), env={"NODE_PATH": NODE_PATH}))
        self.assertEqual(0, script.finish(), script.log())
        with open(self.path(name + ".out"), encoding="utf-8") as file:
            said = [json.loads(line) for line in file]
        self.assertEqual([(0, 1), (1, 100001), (2, 200001)], sorted((m["qos"], m["bytes"]) for m in said))

    def test_mqttjs_comes_over_ws(self):
        _, (port,) = self.listening(listener("127.0.0.1:0", OPEN, 'websocket = { path = "/deep/mqtt" }'))
        for version in (3, 4, 5):
            self.mqttjs(f"ws://127.0.0.1:{port}/deep/mqtt", version, "free/js")

    def test_mqttjs_comes_over_wss(self):
        _, (port,) = self.listening(listener("127.0.0.1:0", TLS, "websocket = {}"))
        for version in (4, 5):
            self.mqttjs(f"wss://localhost:{port}/mqtt", version, f"devices/{DEVICE}/js", self.pki.server_ca,
                        self.pki.cert(DEVICE), self.pki.key(DEVICE))

    def ask(self, port, text):
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
            connection.sendall(text)
            return b"".join(iter(lambda: connection.recv(4096), b""))

    def test_what_is_no_websocket_is_answered_and_counted(self):
        running, (port,) = self.listening(listener("127.0.0.1:0", OPEN, "websocket = {}"))
        for status, reason, request in (
                (404, "path", b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
                (426, "no_upgrade", b"GET /mqtt HTTP/1.1\r\nHost: h\r\n\r\n"),
                (400, "not_http", CONNECT),
                (431, "too_long", b"GET /mqtt HTTP/1.1\r\nX: " + b"x" * 10000)):
            self.assertTrue(self.ask(port, request).startswith(b"HTTP/1.1 %d " % status), reason)
            name = f'sluice_websocket_refused_total{{listener="127.0.0.1:0",reason="{reason}"}}'
            self.assertEqual(1, int(running.metrics()[name]))

    def test_pages_of_strangers_are_kept_out(self):
        _, (port,) = self.listening(listener("127.0.0.1:0", OPEN, 'websocket = { origins = ["https://dash"] }'))
        request = ("GET /mqtt HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: https://{}\r\n"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\n"
                   "Sec-WebSocket-Version: 13\r\n\r\n")
        self.assertIn(b" 403 ", self.ask(port, request.format("evil").encode()))
        goodbye = b"\x88\x80\0\0\0\0"
        self.assertIn(b" 101 ", self.ask(port, request.format("dash").encode() + goodbye))


class Proxies(Transports):
    def connect(self, port, header):
        connection = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.addCleanup(connection.close)
        connection.sendall(header + CONNECT)
        return connection.recv(4), connection

    def clients(self, running):
        code, out, err = running.cli("clients", "--dir", running.data, "--json")
        self.assertEqual((0, ""), (code, err))
        return [json.loads(line) for line in out.splitlines()]

    def test_who_the_proxy_names_is_listed(self):
        running, (port,) = self.listening(listener(
            "127.0.0.1:0", OPEN, 'proxy_protocol = true\ntrusted_proxies = ["127.0.0.0/8"]'))
        addresses = bytes.fromhex("20010db8" + "00" * 11 + "07") + bytes(16) + b"\x12\x34\0\x50"
        binary = b"\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x24" + addresses
        for header, address in ((b"PROXY TCP4 192.0.2.7 10.0.0.1 4660 80\r\n", "192.0.2.7:4660"),
                                (binary, "[2001:db8::7]:4660")):
            connack, connection = self.connect(port, header)
            self.assertEqual(CONNACK, connack)
            self.assertEqual([address], [client["address"] for client in self.clients(running)])
            connection.close()
            eventually(lambda: not self.clients(running), "an empty list")

    def test_strangers_and_garbage_are_closed_and_counted(self):
        running, (strict, sloppy) = self.listening(
            listener("127.0.0.1:0", OPEN, 'proxy_protocol = true\ntrusted_proxies = ["10.0.0.0/8"]'),
            listener("127.0.0.2:0", OPEN, 'proxy_protocol = true\ntrusted_proxies = ["127.0.0.1"]'))
        for host, port, reason in (("127.0.0.1", strict, "untrusted"), ("127.0.0.2", sloppy, "malformed")):
            with socket.create_connection((host, port), PATIENCE) as connection:
                try:
                    connection.sendall(CONNECT)
                    self.assertEqual(b"", connection.recv(4))
                except ConnectionError:
                    pass
            name = f'sluice_proxy_header_refused_total{{listener="{host}:0",reason="{reason}"}}'
            eventually(lambda name=name: int(running.metrics()[name]) == 1, name)


class SocketFiles(Transports):
    def connect(self, path):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(path)
            connection.sendall(CONNECT)
            return connection.recv(4)

    def test_clients_come_through_a_file_which_a_killed_gateway_leaves(self):
        path = self.path("mqtt.sock")
        running, _ = self.listening(listener("unix:" + path, 'anonymous = true\nmode = "0600"'))
        self.assertEqual(0o600, os.stat(path).st_mode & 0o777)
        self.assertEqual(CONNACK, self.connect(path))
        running.kill()
        self.assertTrue(os.path.exists(path))
        running.start()
        self.assertEqual(CONNACK, self.connect(path))
        self.assertEqual(0, running.process.terminate())
        self.assertFalse(os.path.exists(path))

    def test_peer_is_named(self):
        path = self.path("mqtt.sock")
        running, _ = self.listening(listener("unix:" + path, "anonymous = true"))
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(path)
            connection.sendall(CONNECT)
            self.assertEqual(CONNACK, connection.recv(4))
            code, out, _ = running.cli("clients", "--dir", running.data)
            self.assertEqual(0, code)
            self.assertIn(f"process {os.getpid()} of uid {os.getuid()}", out)


class Addresses(Transports):
    def test_both_families_come_at_one_address(self):
        if not socket.has_dualstack_ipv6():
            self.skipTest("no IPv6 here")
        running, (port,) = self.listening(listener("[::]:0", OPEN))
        self.assertRegex(running.process.log(), r"listening on \[::\]:\d+, IPv4 as well\n")
        seen = []
        for host in ("127.0.0.1", "::1"):
            connection = socket.create_connection((host, port), PATIENCE)
            self.addCleanup(connection.close)
            connection.sendall(CONNECT[:-1] + host[-1:].encode())
            self.assertEqual(CONNACK, connection.recv(4))
        _, out, _ = running.cli("clients", "--dir", running.data, "--json")
        seen = [json.loads(line)["address"].rpartition(":")[0] for line in out.splitlines()]
        self.assertIn("[::1]", seen)


class SmallRecords(Scenario):
    def test_device_with_records_of_512_bytes_comes_with_its_certificate(self):
        running = self.gateway()
        for more in (["-tls1_2", "-maxfraglen", "512"], ["-tls1_2", "-max_send_frag", "512"], ["-max_send_frag", "512"]):
            with self.subTest(arguments=more):
                asked = subprocess.run(
                    ["openssl", "s_client", "-connect", f"127.0.0.1:{running.port}", "-CAfile", self.pki.server_ca, "-cert",
                     self.pki.cert(DEVICE), "-key", self.pki.key(DEVICE), "-quiet", "-verify_return_error", *more],
                    input=CONNECT + b"\xe0\0", capture_output=True, timeout=PATIENCE, check=False)
                self.assertEqual(CONNACK, asked.stdout, asked.stderr.decode())


class List(Transports):
    def test_clients_are_listed_for_people_and_programs(self):
        running, _ = self.listening()
        for identity, version in ((OBSERVER, V5), (DEVICE, V311)):
            self.client(running, identity, version=version)
        code, out, err = running.cli("clients", "--dir", running.data)
        self.assertEqual((0, ""), (code, err))
        self.assertEqual([OBSERVER, DEVICE], [line.split()[0] for line in out.splitlines()[1:]])
        self.assertIn("5.0 TLS", out)
        _, out, _ = running.cli("clients", "--dir", running.data, "--json")
        first, second = [json.loads(line) for line in out.splitlines()]
        self.assertEqual((OBSERVER, OBSERVER, "5.0", 0, 0),
                         tuple(first[key] for key in ("id", "identity", "mqtt", "in_flight", "queued")))
        self.assertEqual("3.1.1", second["mqtt"])
        self.assertRegex(first["tls"], r"^TLSv1\.[23]$")

    def test_many_come_in_pages(self):
        running, (port,) = self.listening(listener("127.0.0.1:0", OPEN))
        count = 450
        connections = [socket.create_connection(("127.0.0.1", port), PATIENCE) for _ in range(count)]
        for number, connection in enumerate(connections):
            self.addCleanup(connection.close)
            name = b"c%05d" % number
            connection.sendall(b"\x10\x12\x00\x04MQTT\x04\x02\x00\x3c\x00\x06" + name)
        for connection in connections:
            self.assertEqual(CONNACK, connection.recv(4))
        _, out, _ = running.cli("clients", "--dir", running.data, "--json")
        ids = [json.loads(line)["id"] for line in out.splitlines()]
        self.assertEqual([f"c{number:05}" for number in range(count)], sorted(ids))

    def test_nobody_answers(self):
        code, out, err = self.gateway().cli("clients", "--dir", self.directory)
        self.assertEqual((1, ""), (code, out.partition("CLIENT ID")[0]))
        self.assertIn("control.sock", err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
