#!/usr/bin/python3
"""`check` refuses what `run` refuses, with the place; `run` ends with 2 for what only an editor mends and with 1 for
what may mend by itself."""

import os
import shutil
import unittest

from support.gateway import ROOT, ROUTE, SLUICE, Gateway, stream, uplink
from support.process import Process, run
from support.scenario import DEVICE, OTHER, Scenario

MISTAKE, FAULT = 2, 1  # of run; check answers both with 2

TLS = 'tls  = { cert = "pki/server.crt", key = "pki/server.key", client_ca = "pki/devices-ca.crt", client_cert = "required" }'
URL = 'url  = "mqtt://127.0.0.1:1"'
PROFILES = "devices/profiles"

# What is replaced in a good configuration, by what, and what the one line must say after file, line and column.
TEXT = {
    "stream's filter": ('"devices/+/zigbee2mqtt/+"', '"devices/#/x"', "stream.topics 'devices/#/x' is not"),
    "stream's filter is shared": ('"devices/+/zigbee2mqtt/+"', '"$share/g/x"', "stream.topics '$share/g/x' is not"),
    "access filter": ('"observer"\nsubscribe = ["#"]', '"observer"\nsubscribe = ["a/#/b"]', "access.subscribe 'a/#/b' is not"),
    "access device": ('["*"]', '["a/b"]', "access.speaks_for 'a/b' matches no device"),
    "topic template": ('to   = "upstream"', 'to   = "upstream"\ntopic = "a/{moon}"', "route.topic "),
    "topic template with wildcard": ('to   = "upstream"', 'to   = "upstream"\ntopic = "a/#"', "route.topic "),
    "url without scheme": (URL, 'url = "127.0.0.1:1"', "uplink.url '127.0.0.1:1' must begin with"),
    "url of another scheme": (URL, 'url = "http://a"', "uplink.url 'http://a' must begin with"),
    "url without host": (URL, 'url = "mqtt://:1883"', "must name a host"),
    "url with nothing": (URL, 'url = "mqtt://"', "must name a host"),
    "url with an odd host": (URL, 'url = "mqtt://a b"', "must name a host"),
    "url with an empty label": (URL, 'url = "mqtt://a..b"', "must name a host"),
    "url with a number that is no address": (URL, 'url = "mqtt://300.1.1.1"', "must name a host"),
    "url with port 0": (URL, 'url = "mqtt://a:0"', "a port from 1 to 65535"),
    "url with a port too high": (URL, 'url = "mqtt://a:65536"', "a port from 1 to 65535"),
    "url with a port that is a word": (URL, 'url = "mqtt://a:mqtt"', "a port from 1 to 65535"),
    "url with an empty port": (URL, 'url = "mqtt://a:"', "a port from 1 to 65535"),
    "url with a path": (URL, 'url = "mqtt://a/b"', "nothing after the host"),
    "url with a query": (URL, 'url = "mqtt://a?b"', "nothing after the host"),
    "url with a password": (URL, 'url = "mqtt://me:hunter2@a"', "use username and password_file"),
    "url with a bare IPv6 address": (URL, 'url = "mqtt://::1"', "in brackets"),
    "url with an open bracket": (URL, 'url = "mqtt://[::1"', "between its brackets"),
    "url with a broken IPv6 address": (URL, 'url = "mqtt://[::x]:1"', "between its brackets"),
    "certificate without key": (URL, URL + '\ncert = "pki/server.crt"', "uplink.cert needs uplink.key"),
    "key without certificate": (URL, URL + '\nkey = "pki/server.key"', "uplink.key needs uplink.cert"),
    "version of TLS": (URL, URL + '\ntls_version = "1.1"', "uplink.tls_version must be"),
    "keep-alive of two bytes": (URL, URL + '\nkeep_alive = "20h"', "uplink.keep_alive must be at most 65535 s"),
    "packet too large": ("[journal]", '[limits]\nmax_packet = "8GiB"\n[journal]', "limits.max_packet must be at most"),
    "client id with a zero": (URL, URL + '\nclient_id = "a\\u0000b"', "uplink.client_id must be at most 65535 bytes"),
    "name to bind": ('bind = "127.0.0.1:0"\ntls', 'bind = "gateway.local:0"\ntls', "listener.bind 'gateway.local:0' is not"),
    "bind without port": ('bind = "127.0.0.1:0"\ntls', 'bind = "127.0.0.1"\ntls', "listener.bind '127.0.0.1' is not"),
    "admin's bind": ('[admin]\nbind = "127.0.0.1:0"', '[admin]\nbind = "here"', "admin.bind 'here' is not"),
    "port used twice": ('[admin]\nbind = "127.0.0.1:0"',
                        '[admin]\nbind = "127.0.0.1:8883"\n[[listener]]\nbind = "0.0.0.0:8883"\n' + TLS,
                        "can't both be listened on"),
    "dead letters that fit no segment": ("[journal]", '[[stream]]\nname = "dead-letters"\nmax_bytes = "64KiB"\n[journal]',
                                         "stream.max_bytes must be at least 128 KiB"),
    "no profiles": ("profiles = ", "# profiles = ", "gateway.profiles is missing"),
    "nobody may publish": ('publish   = ["devices/{identity}/#"]', 'publish   = ["elsewhere/#"]',
                           "nobody may publish to a topic of any stream"),
    "no profile for the topics": ('["devices/+/zigbee2mqtt/+"]', '["devices/+/nobody/knows/this/at/all"]',
                                  "no profile in gateway.profiles is about a topic"),
}
MACHINE = {
    "certificate is missing": ("pki/server.crt", "pki/none.crt", "listener.tls.cert: "),
    "certificate is garbage": ("pki/server.crt", "garbage", "listener.tls.cert: certificate "),
    "key is missing": ("pki/server.key", "pki/none.key", "listener.tls.key: "),
    "key is garbage": ("pki/server.key", "garbage", "listener.tls.key: key "),
    "key of another": ("pki/server.key", f"pki/devices/{DEVICE}.key", "does not belong to certificate"),
    "authority is missing": ("pki/devices-ca.crt", "pki/none.crt", "listener.tls.client_ca: "),
    "authority is a key": ("pki/devices-ca.crt", "pki/devices-ca.key", "listener.tls.client_ca: authority "),
    "authority is a directory": ("pki/devices-ca.crt", "pki/devices", "listener.tls.client_ca: authority "),
    "uplink's authority is a key": (URL, 'url = "mqtts://a"\nca = "pki/server-ca.key"', "uplink.ca: authority "),
    "uplink's certificate is garbage": (
        URL, 'url = "mqtts://a"\nca = "pki/server-ca.crt"\ncert = "garbage"\nkey = "pki/server.key"', "uplink.cert: "),
    "uplink's key is garbage": (
        URL, 'url = "mqtts://a"\nca = "pki/server-ca.crt"\ncert = "pki/server.crt"\nkey = "garbage"', "uplink.key: "),
    "uplink's key is another's": (
        URL, f'url = "mqtts://a"\nca = "pki/server-ca.crt"\ncert = "pki/server.crt"\nkey = "pki/devices/{OTHER}.key"',
        "does not belong to certificate"),
    "password is missing": (URL, URL + '\nusername = "a"\npassword_file = "none"', "uplink.password_file: "),
    "password is empty": (URL, URL + '\nusername = "a"\npassword_file = "empty"', "has no password"),
    "data_dir below a file": ('data_dir = "data"', 'data_dir = "garbage/data"', "gateway.data_dir: "),
    "data_dir is a file": ('data_dir = "data"', 'data_dir = "garbage"', "gateway.data_dir: "),
    "address of another machine": ('bind = "127.0.0.1:0"\ntls', 'bind = "192.0.2.1:0"\ntls', "listener.bind: "),
    "profiles are missing": (PROFILES + '"', 'devices/none"', "gateway.profiles: "),
    "profiles are not mounted": ('profiles = "', 'profiles = "nothing-in-it" # "', "gateway.profiles: "),
}


class Agreement(Scenario):
    def setUp(self):
        super().setUp()
        gateway = Gateway(self.directory, [stream(), uplink(1), ROUTE])
        gateway.write_config()
        self.file = gateway.config_file
        with open(self.file, encoding="utf-8") as file:
            self.good = file.read()
        os.mkdir(self.path("nothing-in-it"))
        for name, text in (("garbage", "garbage\n"), ("empty", "\n")):
            with open(self.path(name), "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(self.path(name), 0o600)

    def change(self, old, new):
        self.assertEqual(1, self.good.count(old), old)
        with open(self.file, "w", encoding="utf-8") as file:
            file.write(self.good.replace(old, new))

    def run_gateway(self):
        """Exit code and what it said; a gateway that starts is ended, which no mistake may come to."""
        process = self.own(Process("gateway", [SLUICE, "run", self.file], self.directory))
        try:
            return process.finish(seconds=20), process.log()
        except AssertionError:
            process.kill()
            return "started", process.log()

    def assert_agree(self, code_of_run, said):
        checked, out, err = run([SLUICE, "check", self.file], self.directory)
        self.assertEqual((2, ""), (checked, out), err)
        self.assertRegex(err, rf"^{self.file}:\d+:\d+: .*\n$")
        self.assertIn(said, err)
        self.assertNotIn("hunter2", err)
        self.assertEqual((code_of_run, err), self.run_gateway())

    def test_text_is_refused_by_both_for_good(self):
        for name, (old, new, said) in TEXT.items():
            with self.subTest(name):
                self.change(old, new)
                self.assert_agree(MISTAKE, said)

    def test_machine_is_refused_by_both_and_run_may_be_tried_again(self):
        for name, (old, new, said) in MACHINE.items():
            with self.subTest(name):
                self.change(old, new)
                self.assert_agree(FAULT, said)

    def test_offline_looks_at_nothing_but_the_text(self):
        for name, (old, new, _) in MACHINE.items():
            with self.subTest(name):
                self.change(old, new)
                code, out, err = run([SLUICE, "check", "--offline", self.file], self.directory)
                self.assertEqual((0, ""), (code, err))
                self.assertIn(f"{self.file}: ok\n", out)

    def test_profile_with_a_mistake_is_one_for_good(self):
        os.mkdir(self.path("profiles"))
        with open(self.path("profiles/odd.toml"), "w", encoding="utf-8") as file:
            file.write("name = 1\n")
        with open(self.file, "w", encoding="utf-8") as file:
            file.write(self.good.replace('profiles = "', 'profiles = "profiles" # "'))
        code, _, err = run([SLUICE, "check", self.file], self.directory)
        self.assertEqual(2, code)
        self.assertIn("profiles/odd.toml:1:", err)
        self.assertEqual((MISTAKE, err), self.run_gateway())

    def test_configuration_that_cannot_be_read_may_be_there_later(self):
        os.remove(self.file)
        code, _, err = run([SLUICE, "check", self.file], self.directory)
        self.assertEqual(2, code)
        self.assertEqual((FAULT, err), self.run_gateway())

    def test_limits_that_are_lowered_say_so(self):
        self.change("[journal]", '[limits]\nretained = "8MiB"\nsession_queue = "32MiB"\n[journal]')
        code, out, err = run([SLUICE, "check", self.file], self.directory)
        self.assertEqual((0, ""), (code, err))
        self.assertIn("warning: limits.retained of 8 MiB is lowered to 1536 KiB", out)
        self.assertIn("warning: limits.session_queue of 32 MiB is lowered to 1536 KiB", out)
        self.assertIn("raise memory_limit to 256 MiB", out)


class Dates(Scenario):
    """The clock may be what is wrong: an expired certificate is a warning, and health says it."""

    def test_gateway_with_an_expired_certificate_starts_and_is_degraded(self):
        run([os.path.join(ROOT, "certs", "make-pki.sh"), self.pki.directory, "--expired-device", "old"])
        gateway = self.own(Gateway(self.directory, [stream()]))
        gateway.write_config()
        shutil.copy(self.pki.cert("old"), self.path("old.crt"))
        shutil.copy(self.pki.key("old"), self.path("old.key"))
        os.chmod(self.path("old.key"), 0o600)
        gateway.sections.append(
            '\n[[listener]]\nbind = "127.0.0.1:0"\ntls = { cert = "old.crt", key = "old.key", client_ca = "old.crt" }\n')
        gateway.start()
        code, out, err = run([SLUICE, "check", gateway.config_file], self.directory)
        self.assertEqual((0, ""), (code, err))
        self.assertRegex(out, r"warning: listener 127.0.0.1:0: certificate \S*old.crt ended on 20")
        self.assertRegex(gateway.process.log(), r"listener 127.0.0.1:0.*old.crt ended on 20")
        _, said = gateway.health_said()
        self.assertIn("degraded", said)
        self.assertRegex(said, r"certificate \S*old.crt ended on 20.*authority \S*old.crt ended on 20")


if __name__ == "__main__":
    unittest.main(verbosity=2)
