"""What signals do to a gateway."""

import signal
import unittest

from support.gateway import Gateway, stream
from support.mqtt import reading, topic_of
from support.process import eventually
from support.scenario import Scenario, DEVICE


class Signals(Scenario):
    def test_signals_that_ask_for_something_else_do_nothing_but_say_so(self):
        gateway = self.gateway()
        for name in ("USR1", "USR2"):
            gateway.process.signal(getattr(signal, "SIG" + name))
            gateway.process.wait_for_line(f"SIG{name} is ignored")
        self.assertEqual(200, gateway.health())

    def test_hang_up_reads_certificates_again_and_nothing_else(self):
        gateway = self.gateway()
        gateway.process.signal(signal.SIGHUP)
        gateway.process.wait_for_line("SIGHUP: certificates, keys and revocation lists are read again")
        self.assertEqual(200, gateway.health())

    def test_broken_pipes_and_full_files_are_no_end(self):
        gateway = self.gateway()
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            gateway.process.signal(number)
        self.assertEqual(200, gateway.health())

    def test_asking_twice_to_end_is_an_orderly_end(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number=number):
                gateway = self.gateway(name=f"gateway-{number}", data=f"data-{number}")
                client = self.client(gateway, DEVICE)
                self.assertEqual(0, client.publish(topic_of(DEVICE), reading(1)))
                for _ in range(3):
                    gateway.process.signal(number)
                self.assertEqual(0, gateway.process.finish())
                self.assertRegex(gateway.process.log(), "stopped, journal ok")

    def test_hang_up_during_the_end_does_not_hurry_it(self):
        gateway = self.gateway()
        gateway.process.signal(signal.SIGTERM)
        gateway.process.signal(signal.SIGHUP)
        self.assertEqual(0, gateway.process.finish())
        self.assertRegex(gateway.process.log(), "stopped, journal ok")

    def test_hang_up_during_the_start_does_not_stop_it(self):
        gateway = self.own(self.started_with_hang_ups())
        self.assertEqual(200, gateway.health())
        self.assertEqual(0, gateway.process.terminate())

    def started_with_hang_ups(self):
        gateway = Gateway(self.directory, [stream()])
        process = gateway.launch()
        # As early as the program can have anything to say about it: its own code has begun.
        eventually(lambda: self.ignores(process.pid, signal.SIGHUP), "SIGHUP ignored while starting")
        while "ready" not in process.log():
            process.signal(signal.SIGHUP)
            if not process.alive:
                raise AssertionError(f"ended with {process.exit_code}: {process.log()}")
        gateway.port = int(process.wait_for_line(r"listening on \S*:(\d+)").group(1))
        gateway.admin_port = int(process.wait_for_line(r"admin on \S*:(\d+)").group(1))
        return gateway

    @staticmethod
    def ignores(pid, number):
        with open(f"/proc/{pid}/status", encoding="utf-8") as status:
            mask = next(line for line in status if line.startswith("SigIgn:"))
        return int(mask.split()[1], 16) >> (number - 1) & 1

    def test_end_during_the_start_harms_nothing(self):
        gateway = self.gateway()
        client = self.client(gateway, DEVICE)
        self.assertEqual(0, client.publish(topic_of(DEVICE), reading(1)))
        gateway.kill()
        process = gateway.launch()
        eventually(lambda: self.ignores(process.pid, signal.SIGHUP), "program that has begun")
        process.signal(signal.SIGTERM)
        process.finish()
        gateway.start()
        self.assertEqual(1, len(gateway.stored()))


if __name__ == "__main__":
    unittest.main()
