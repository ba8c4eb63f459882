#!/usr/bin/python3
"""The README's own commands and configurations, as a newcomer would copy them; only places and ports are changed."""

import json
import os
import re
import shutil
import unittest

from support.gateway import ROOT, SLUICE
from support.process import Process, run
from support.scenario import Scenario

with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as page:
    README = page.read()


def blocks(section, language):
    """The fenced texts of a section."""
    body = README.split(f"\n## {section}\n")[1].split("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", body, re.DOTALL)


class Readme(Scenario):
    def adapted(self, text, changes):
        for old, new in changes.items():
            self.assertIn(old, text, "the README has changed; change this test with it")
            text = text.replace(old, new)
        return text

    def shell(self, script):
        code, out, err = run(["bash", "-euo", "pipefail", "-c", script], ROOT)
        self.assertEqual(0, code, out + err)
        return out

    def test_sensor_is_connected_with_these_commands(self):
        places = {"/tmp/pki": self.path("pki-of-readme"), "/tmp/site": self.path("site")}
        program = {"build/release/bin/sluice": SLUICE}
        setup, first_reading, dry_run = blocks("Connect a sensor", "sh")

        setup = self.adapted(setup, {**places, **program, "./run build ": ": ", "0.0.0.0:8883": "127.0.0.1:0",
                                     '[[stream]]': '[admin]\nbind = "127.0.0.1:0"\n\n[[stream]]'})
        setup, _, command = setup.rstrip().rpartition("\n")
        self.assertIn(": ok", self.shell(setup))
        gateway = self.own(Process("gateway", command.split(), self.directory))
        port = gateway.wait_for_line(r"listening on \S*:(\d+)").group(1)
        gateway.wait_for_line("gateway greenhouse-7 ready")

        said = self.shell(self.adapted(first_reading, {
            **places, **program, "-h localhost -p 8883": f"-h 127.0.0.1 -p {port}"}))
        event = json.loads(said.splitlines()[0])
        self.assertEqual(("greenhouse-7/telemetry/0", "kitchen"), (event["id"], event["subject"]))
        self.assertEqual("hub-1", event["data"]["identity"])
        self.assertIn("stream telemetry: accepted 1, committed 1", said)
        self.assertEqual(0, gateway.terminate())

        self.assertIn("am2301", self.shell(self.adapted(dry_run, program)).lower())

    def check(self, name, text):
        """`sluice check` in a directory that has the files which the README names."""
        for file, source in {"server.crt": "server.crt", "server.key": "server.key", "devices-ca.crt": "devices-ca.crt",
                             "upstream-ca.crt": "server-ca.crt", "uplink.crt": "devices/observer.crt",
                             "uplink.key": "devices/observer.key"}.items():
            shutil.copy(os.path.join(self.pki.directory, source), self.path(file))
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        code, out, err = run([SLUICE, "check", self.path(name)])
        self.assertEqual((0, ""), (code, err), out)

    def test_configurations_are_right(self):
        (uplink,) = blocks("Configure an uplink", "toml")
        (board,) = blocks("Put it on a board", "toml")
        board = self.adapted(board, {"/usr/share/sluice/profiles": os.path.join(ROOT, "devices", "profiles"),
                                     "/var/lib/sluice": self.path("data")})
        self.check("board.toml", board)
        self.check("uplink.toml", board + uplink)


if __name__ == "__main__":
    unittest.main()
