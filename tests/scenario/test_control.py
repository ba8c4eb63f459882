#!/usr/bin/python3
"""The control socket in the data directory, through which commands on the machine reach a running gateway."""

import os
import socket
import stat
import unittest

from support.gateway import SLUICE, Gateway, stream
from support.process import Process, run
from support.scenario import Scenario

BOOKS = r"(?m)^gateway test: up \d+ s"


class Control(Scenario):
    def status(self, arguments, directory=None):
        """`directory` is what the environment says."""
        environment = {name: value for name, value in os.environ.items() if name != "SLUICE_DIR"}
        if directory:
            environment["SLUICE_DIR"] = directory
        return run([SLUICE, "status", *arguments], env=environment)

    def assert_answers(self, running):
        code, out, err = self.status(("--dir", running.data))
        self.assertEqual((0, ""), (code, err))
        self.assertRegex(out, BOOKS)

    def socket_of(self, running):
        return os.path.join(running.data, "control.sock")

    def test_directory_is_told_or_in_the_environment(self):
        running = self.gateway()
        self.assert_answers(running)
        self.assertRegex(self.status((), running.data)[1], BOOKS)
        self.assertEqual(1, self.status(("--dir", self.path("nowhere")), running.data)[0])
        self.assertRegex(self.status(("--admin", f"127.0.0.1:{running.admin_port}"), "/nowhere")[1], BOOKS)

    def test_gateway_without_an_admin_page_is_reached(self):
        gateway = self.own(Gateway(self.directory, [stream()]))
        gateway.write_config()
        with open(gateway.config_file, encoding="utf-8") as file:
            text = file.read()
        with open(gateway.config_file, "w", encoding="utf-8") as file:
            file.write(text.replace("[admin]\n", "[admin]\nenabled = false\n"))
        gateway.process = Process("gateway", [SLUICE, "run", gateway.config_file], self.directory)
        gateway.process.wait_for_line("gateway test ready")
        self.assert_answers(gateway)

    def test_socket_is_for_user_and_group_and_goes_with_the_gateway(self):
        running = self.gateway()
        self.assertEqual("srw-rw----", stat.filemode(os.lstat(self.socket_of(running)).st_mode))
        running.process.terminate()
        self.assertFalse(os.path.exists(self.socket_of(running)))

    def test_nobody_there_is_said_with_what_to_do(self):
        running = self.gateway()
        running.kill()
        for directory in (running.data, self.path("nowhere")):
            code, out, err = self.status(("--dir", directory))
            self.assertEqual((1, ""), (code, out))
            self.assertIn(f"is a gateway running whose data_dir is {directory} (see --dir)", err)

    def test_socket_of_a_killed_gateway_is_replaced(self):
        running = self.gateway()
        running.kill()
        self.assertTrue(os.path.exists(self.socket_of(running)))
        self.assert_answers(running.start())

    def test_second_gateway_leaves_the_first_its_socket(self):
        running = self.gateway()
        second = self.own(Gateway(self.directory, [stream()], name="second"))
        self.assertEqual(1, second.launch().finish())
        self.assert_answers(running)

    def test_path_may_be_long(self):
        data = os.path.join(*["a-directory-with-a-long-name"] * 8)
        os.makedirs(self.path(data))
        self.assert_answers(self.own(Gateway(self.directory, [stream()], data=data)).start())

    def test_other_file_in_its_place_stays_and_the_gateway_runs(self):
        os.makedirs(self.path("data"))
        with open(self.path("data/control.sock"), "w", encoding="utf-8") as file:
            file.write("mine")
        running = self.gateway()
        code, words = running.health_said()
        self.assertEqual(200, code)
        self.assertRegex(words, "control socket.*control.sock.*commands cannot reach")
        running.process.terminate()
        with open(self.path("data/control.sock"), encoding="utf-8") as file:
            self.assertEqual("mine", file.read())

    def test_those_who_do_not_read_or_ask_keep_nobody_out(self):
        running = self.gateway()
        for i in range(100):
            idler = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.addCleanup(idler.close)
            idler.connect(self.socket_of(running))
            idler.setblocking(False)
            if i % 2:
                idler.send(b"GET /metrics HTTP/1.1\r\n\r\n" * 100)
        self.assert_answers(running)
        self.assertLessEqual(running.metrics()['sluice_listener_connections{listener="control"}'], 64)


if __name__ == "__main__":
    unittest.main()
