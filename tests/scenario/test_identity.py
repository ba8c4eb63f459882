#!/usr/bin/python3
"""Clients that log in with a password, and `sluice identity`, which says who they are."""

import json
import os
import re
import shutil
import socket
import stat
import struct
import unittest

from support import mosquitto
from support.gateway import stream
from support.mqtt import V311, V5, Client, properties
from support.process import eventually, run
from support.scenario import DEVICE, Scenario
from paho.mqtt.packettypes import PacketTypes

BAD_CREDENTIALS, NOT_AUTHORIZED, ADMINISTRATIVE_ACTION = 0x86, 0x87, 0x98
MQTTJS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mqttjs_login.js")
NODE_PATH = "/usr/share/nodejs:/usr/lib/nodejs"

TLS = """
[[listener]]
bind    = "127.0.0.1:0"
accepts = ["password"]
tls     = { cert = "pki/server.crt", key = "pki/server.key" }
"""
PLAINTEXT = """
[[listener]]
bind      = "127.0.0.1:0"
plaintext = true
accepts   = ["password_plaintext"]
"""
PSK = """
[[listener]]
bind    = "127.0.0.1:0"
tls     = {}
accepts = ["psk"]
"""


def connect_packet(user, password):
    """MQTT 3.1.1, clean session."""
    def text(value):
        return struct.pack(">H", len(value)) + value.encode()
    body = text("MQTT") + b"\x04\xc2\x00\x3c" + text("") + text(user) + text(password)
    return b"\x10" + bytes([len(body)]) + body


class Passwords(Scenario):
    def setUp(self):
        super().setUp()
        self.running = self.gateway(stream(), TLS, PLAINTEXT)
        self.find_ports()

    def find_ports(self):
        ports = [int(port) for port in re.findall(r"listening on \S*:(\d+)", self.running.process.log())]
        self.certificate_port, self.tls_port, self.plain_port = ports

    def identity(self, *arguments, stdin=None, code=0):
        """`sluice identity`, which has to end with `code`; what it printed."""
        verb, *rest = arguments
        ended, out, err = self.running.cli("identity", verb, "--dir", self.running.data, *rest, stdin=stdin and stdin.encode())
        self.assertEqual(code, ended, out + err)
        return out if code == 0 else err

    def add(self, name, password):
        self.assertEqual("", self.identity("add", name, "--password-stdin", stdin=password + "\n"))

    def pub(self, port, user, password, version="mqttv5"):
        """mosquitto_pub's exit code, and what it says."""
        tls = {"pki": self.pki} if port == self.tls_port else {}
        code, out, err = mosquitto.pub(port, "-u", user, "-P", password, "-i", user, "-t", f"devices/{user}/free",
                                       "-q", "1", "-m", "x", version=version, **tls)
        return code, out + err

    def assert_in(self, port, user, password):
        self.assertEqual((0, ""), self.pub(port, user, password))

    def paho(self, user, password, version=V5, **options):
        client = self.own(Client(self.tls_port, self.pki, None, version, client_id=user, **options))
        client.identity = user
        client.paho.username_pw_set(user, password)
        return client.connect()

    def failures(self, reason):
        return self.running.metrics().get(f'sluice_logins_failed_total{{reason="{reason}"}}', 0)

    def test_mosquittos_client_gets_in_with_the_right_password_only(self):
        self.add("pump", "secret")
        for port in (self.tls_port, self.plain_port):
            for version, refusal in (("mqttv311", "bad user name or password"), ("mqttv5", "Bad.*ser.*ame or.*assword")):
                with self.subTest(port=port, version=version):
                    self.assertEqual((0, ""), self.pub(port, "pump", "secret", version))
                    code, said = self.pub(port, "pump", "Secret", version)
                    self.assertNotEqual(0, code)
                    self.assertRegex(said, "(?i)" + refusal)
        self.assertNotEqual(0, self.pub(self.tls_port, "nobody", "secret")[0])
        self.assertEqual((4, 1), (self.failures("wrong_password"), self.failures("unknown")))
        self.assertRegex(self.running.process.log(),
                         r"refused CONNECT of nobody \(127\.0\.0\.1:\d+\): Bad User Name or Password; nobody has this name")
        self.assertNotIn("ecret", self.running.process.log())

    def test_paho_hears_the_reason(self):
        self.add("pump", "secret")
        self.assertEqual(0, self.paho("pump", "secret").connacks[0][1])
        for version, code in ((V5, BAD_CREDENTIALS), (V311, 4)):
            self.assertEqual(code, self.paho("pump", "wrong", version).connacks[0][1])
            self.assertEqual(code, self.paho("nobody", "secret", version).connacks[0][1])

    def test_mqttjs(self):
        self.add("pump", "secret")
        for url, ca in ((f"mqtts://127.0.0.1:{self.tls_port}", self.pki.server_ca),
                        (f"mqtt://127.0.0.1:{self.plain_port}", "")):
            for version, code in (("4", 4), ("5", BAD_CREDENTIALS)):
                with self.subTest(url=url, version=version):
                    self.assertEqual({"published": True}, self.mqttjs(url, version, ca, "pump", "secret"))
                    self.assertEqual({"refused": code}, self.mqttjs(url, version, ca, "pump", "wrong"))

    def mqttjs(self, *arguments):
        code, out, err = run(["node", MQTTJS, *arguments], env={**os.environ, "NODE_PATH": NODE_PATH})
        self.assertEqual(0, code, err)
        return json.loads(out)

    def test_password_that_nobody_checks_is_refused(self):
        code, said = mosquitto.pub(self.certificate_port, "-u", DEVICE, "-P", "x", "-t", f"devices/{DEVICE}/free",
                                   "-m", "x", pki=self.pki, identity=DEVICE)[::2]
        self.assertNotEqual(0, code)
        self.assertRegex(said, "(?i)not authori[sz]ed")
        self.assertIn("it sent a password, which its listener does not check", self.running.process.log())

    def test_generated_password_lets_in(self):
        password = self.identity("add", "pump").strip()
        self.assertRegex(password, r"^[a-z2-9]{24}$")
        self.assert_in(self.tls_port, "pump", password)
        self.assertIn("pump: there is one of that name already", self.identity("add", "pump", code=1))

    def test_changes_reach_who_is_connected(self):
        self.add("pump", "secret")
        for change, then in ((("disable", "pump"), ("enable", "pump")),
                             (("add", "pump", "--replace"), ("add", "pump", "--replace", "--password-stdin")),
                             (("remove", "pump"), ("add", "pump", "--password-stdin"))):
            with self.subTest(change=change):
                client = self.paho("pump", "secret")
                client.paho.reconnect_delay_set(120, 120)
                self.identity(*change)
                eventually(lambda: client.disconnects, "end of the connection")
                self.assertEqual([ADMINISTRATIVE_ACTION], client.disconnects)
                client.kill()
                self.assertNotEqual(0, self.pub(self.tls_port, "pump", "secret")[0])
                self.identity(*then, stdin="secret\n")

    def test_session_of_a_removed_identity_goes(self):
        expiry = properties(PacketTypes.CONNECT, SessionExpiryInterval=3600)
        for change, present in ((("disable", "enable"), True), (("remove", "add"), False)):
            if change[0] == "disable":
                self.add("pump", "secret")
            first = self.paho("pump", "secret", clean=False, connect_properties=expiry)
            first.disconnect()
            self.identity(change[0], "pump")
            if change[1] == "add":
                self.add("pump", "secret")
            else:
                self.identity("enable", "pump")
            again = self.paho("pump", "secret", clean=False, connect_properties=expiry)
            self.assertEqual(present, again.session_present, change)
            again.disconnect()

    def test_certificate_of_a_disabled_identity_is_refused(self):
        client = self.client(self.running)
        client.paho.reconnect_delay_set(120, 120)
        self.identity("disable", DEVICE)
        eventually(lambda: client.disconnects, "end of the connection")
        client.kill()
        other = self.own(Client(self.certificate_port, self.pki, DEVICE)).connect()
        self.assertEqual(NOT_AUTHORIZED, other.connacks[0][1])
        other.kill()
        self.identity("enable", DEVICE)
        self.assertEqual(0, self.client(self.running).connacks[0][1])

    def test_what_was_added_survives_a_kill(self):
        self.add("pump", "secret")
        self.add("gone", "secret")
        self.add("off", "secret")
        self.identity("remove", "gone")
        self.identity("disable", "off")
        self.running.port = 0
        self.running.restart()
        self.find_ports()
        self.assert_in(self.tls_port, "pump", "secret")
        for name in ("gone", "off"):
            self.assertNotEqual(0, self.pub(self.tls_port, name, "secret")[0])
        self.assertEqual(0o600, stat.S_IMODE(os.stat(os.path.join(self.running.data, "identities.db")).st_mode))

    def test_mosquittos_file_is_imported_and_its_hashes_are_replaced(self):
        file = self.path("passwd")
        with open(file, "w", encoding="utf-8"):
            pass
        os.chmod(file, 0o600)
        for more in ((), ("-H", "sha512")):
            name = "new" if not more else "old"
            code, out, err = run([mosquitto.program("mosquitto_passwd"), *more, "-b", file, name, "secret"])
            self.assertEqual(0, code, out + err)
        with open(file, "a", encoding="utf-8") as lines:
            lines.write("# a remark\n\nplain:hunter2\n")
        said = self.identity("import", file, code=1)
        self.assertIn(f"{file}:5: it has no hash behind the colon", said)
        self.assertNotIn("hunter2", said)
        self.assertIn("mosquitto", self.identity("list"))
        for name in ("new", "old"):
            self.assertNotEqual(0, self.pub(self.tls_port, name, "wrong")[0])
            self.assert_in(self.tls_port, name, "secret")
            self.assert_in(self.tls_port, name, "secret")
        listed = self.identity("list")
        self.assertNotIn("mosquitto", listed)
        self.assertRegex(listed, r"(?m)^new +enabled +argon2id +-$")

    def test_clients_of_dynamic_security_are_imported(self):
        file = self.path("dynamic-security.json")
        code, out, err = run([mosquitto.program("mosquitto_ctrl"), "dynsec", "init", file, "admin", "secret"])
        self.assertEqual(0, code, out + err)
        self.assertIn("1 imported, 0 there already, 0 wrong", self.identity("import", file))
        self.assertNotEqual(0, self.pub(self.tls_port, "admin", "wrong")[0])
        self.assert_in(self.tls_port, "admin", "secret")

    def test_export_is_a_backup(self):
        self.add("pump", "secret")
        self.add("off", "secret")
        self.identity("disable", "off")
        backup = self.path("backup")
        self.identity("export", backup)
        self.assertEqual(0o600, stat.S_IMODE(os.stat(backup).st_mode))
        self.assertIn("File exists", self.identity("export", backup, code=1))
        self.identity("remove", "pump")
        self.identity("enable", "off")
        self.assertEqual("1 imported, 1 there already (--replace takes the file's), 0 wrong\n",
                         self.identity("import", backup))
        self.assert_in(self.tls_port, "pump", "secret")
        self.assertEqual("2 imported, 0 there already, 0 wrong\n", self.identity("import", "--replace", backup))
        self.assertNotEqual(0, self.pub(self.tls_port, "off", "secret")[0])
        self.assertRegex(self.identity("list"), r"(?m)^off +disabled +argon2id +-$")

    def test_mistakes_are_told(self):
        self.assertIn("nobody of that name", self.identity("remove", "nobody", code=1))
        self.assertIn("not a name", self.identity("add", "a/b", code=1))
        self.assertIn("no password came", self.identity("add", "pump", "--password-stdin", stdin="\n", code=1))
        bare = self.gateway(stream(), name="bare", data="bare")
        code, _, err = bare.cli("identity", "add", "--dir", bare.data, "pump")
        self.assertEqual(1, code)
        self.assertIn('accepts = ["password"]', err)

    # Each is answered, most of them without having been looked at, and who is connected notices nothing.
    def test_many_wrong_passwords_are_slowed(self):
        self.add("pump", "secret")
        established = self.client(self.running)
        packet = connect_packet("pump", "wrong")
        for _ in range(60):
            with socket.create_connection(("127.0.0.1", self.plain_port)) as peer:
                peer.sendall(packet)
                self.assertIn(peer.recv(100)[3:4], (b"\x04", b"\x03"))
            established.publish(f"devices/{DEVICE}/free", "x")
        self.assertGreater(self.failures("slowed"), 20)
        self.assertGreaterEqual(self.failures("wrong_password"), 10)
        self.assertEqual([], established.disconnects)
        code, said = self.pub(self.tls_port, "pump", "secret")
        self.assertNotEqual(0, code, "its address has to wait: " + said)


class PreSharedKeys(Scenario):
    def setUp(self):
        super().setUp()
        self.running = self.gateway(stream(), PSK)
        self.port = int(re.findall(r"listening on \S*:(\d+)", self.running.process.log())[1])

    def identity(self, verb, *arguments, stdin=None):
        code, out, err = self.running.cli("identity", verb, "--dir", self.running.data, *arguments,
                                          stdin=stdin and stdin.encode())
        self.assertEqual((0, ""), (code, err))
        return out.strip()

    def pub(self, name, key):
        """mosquitto_pub's exit code."""
        return mosquitto.pub(self.port, "--psk-identity", name, "--psk", key, "-t", f"devices/{name}/free", "-q", "1",
                             "-m", "x")[0]

    def s_client(self, name, key, *more):
        """openssl's exit code, and what it says of its handshake."""
        code, out, err = run([shutil.which("openssl"), "s_client", "-connect", f"127.0.0.1:{self.port}", "-psk_identity",
                              name, "-psk", key, *more], stdin=b"Q\n")
        return code, out + err

    def failures(self):
        return sum(value for key, value in self.running.metrics().items()
                   if key.startswith("sluice_tls_handshake_failures_total") and 'reason="bad_psk"' in key)

    def test_mosquitto_and_openssl_get_in_with_the_right_key_only(self):
        key = self.identity("add", "pump", "--psk")
        self.assertRegex(key, "^[0-9a-f]{64}$")
        self.assertEqual(0, self.pub("pump", key))
        self.assertNotEqual(0, self.pub("pump", "00" * 32))
        self.assertNotEqual(0, self.pub("nobody", key))
        for cipher in ("ECDHE-PSK-CHACHA20-POLY1305", "PSK-AES128-GCM-SHA256", "PSK-AES128-CCM"):
            code, said = self.s_client("pump", key, "-tls1_2", "-cipher", cipher)
            self.assertEqual(0, code, said)
            self.assertIn(f"Cipher is {cipher}", said)
        for name, wrong in (("pump", "11" * 32), ("nobody", key)):
            self.assertNotEqual(0, self.s_client(name, wrong, "-tls1_2", "-cipher", "PSK")[0])
        self.assertGreaterEqual(self.failures(), 4)

    def test_changes_hold_for_the_next_handshake_and_for_who_is_connected(self):
        key = self.identity("add", "pump", "--psk-stdin", stdin="ab" * 16 + "\n") or "ab" * 16
        sub = self.own(mosquitto.Sub(self.directory, self.port, "--psk-identity", "pump", "--psk", key, "-t",
                                     "devices/pump/#"))
        self.identity("disable", "pump")
        eventually(lambda: self.running.total("sluice_broker_connected_clients") == 0, "end of the connection")
        self.assertNotEqual(0, self.pub("pump", key))
        sub.kill()
        self.identity("enable", "pump")
        self.assertEqual(0, self.pub("pump", key))
        other = self.identity("add", "pump", "--psk", "--replace")
        self.assertNotEqual(0, self.pub("pump", key))
        self.assertEqual(0, self.pub("pump", other))
        self.assertRegex(self.identity("list"), r"(?m)^pump +enabled +none +psk$")

    def test_keys_are_exported_and_imported(self):
        key = self.identity("add", "pump", "--psk")
        self.identity("export", self.path("backup"))
        self.identity("remove", "pump")
        self.assertNotEqual(0, self.pub("pump", key))
        self.identity("import", self.path("backup"))
        self.assertEqual(0, self.pub("pump", key))


if __name__ == "__main__":
    unittest.main()
