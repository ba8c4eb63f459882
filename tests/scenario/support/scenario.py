"""The base of every scenario test: a directory and a PKI a file, a gateway a test, logs when it fails."""

import os
import shutil
import tempfile
import unittest

from support.consumer import Consumer
from support.gateway import ROUTE, Gateway, stream, uplink
from support.mosquitto import Mosquitto
from support.mqtt import Client, reading, topic_of
from support.pki import Pki

DEVICE = "device-1"
OTHER = "device-2"
OBSERVER = "observer"


class Scenario(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.class_directory = tempfile.mkdtemp(prefix="sluice-scenario-")
        cls.addClassCleanup(shutil.rmtree, cls.class_directory, True)
        cls.pki = Pki(os.path.join(cls.class_directory, "pki"), DEVICE, OTHER, OBSERVER)

    def setUp(self):
        self.directory = os.path.join(self.class_directory, self._testMethodName)
        os.mkdir(self.directory)
        os.symlink(self.pki.directory, os.path.join(self.directory, "pki"))
        self.addCleanup(self.show_logs_of_failure)

    def show_logs_of_failure(self):
        result = self._outcome.result
        if not any(test is self for test, _ in result.errors + result.failures):
            return
        for name in sorted(os.listdir(self.directory)):
            if name.endswith(".log"):
                with open(os.path.join(self.directory, name), encoding="utf-8", errors="replace") as file:
                    print(f"--- {self.id()}: end of {name}\n{file.read()[-6000:]}", flush=True)

    def path(self, name):
        return os.path.join(self.directory, name)

    def own(self, thing):
        """Whatever has a kill() is gone when the test ends."""
        self.addCleanup(thing.kill)
        return thing

    def gateway(self, *sections, **options):
        gateway = self.own(Gateway(self.directory, sections or (stream(),), **options))
        self.addCleanup(self.end_in_order, gateway)
        return gateway.start()

    def end_in_order(self, gateway):
        """Whatever a test did to it, a gateway that still runs ends when it is asked to; sanitizers speak up here."""
        if gateway.process is None:  # it never started
            return
        if gateway.process.alive:
            self.assertEqual(0, gateway.process.terminate(), "exit code of " + gateway.name)
        self.assertNotRegex(gateway.process.log(), r"runtime error|Sanitizer|sluice: check failed")

    def look_while_events_pass(self, running, look):
        """Looks again and again while 2,000 messages are acknowledged, then waits until upstream has them all."""
        device = self.client(running)
        mids = [device.send(topic_of(DEVICE), reading(i)) for i in range(2000)]
        looks = 0
        while len(device.acknowledged(mids)) < len(mids) and looks < 10000:
            look(running)
            looks += 1
        self.assertGreater(looks, 3)
        running.wait_until_drained()

    def forwarding_gateway(self, port, *, route=ROUTE, mqtt_version=5, stream_section=None, **options):
        return self.gateway(stream_section or stream(), uplink(port, mqtt_version), route, **options)

    def client(self, gateway, identity=DEVICE, **options):
        return self.own(Client(gateway.port, self.pki, identity, **options)).connect()


class Forwarding(Scenario):
    """With a real Mosquitto upstream."""

    def setUp(self):
        super().setUp()
        self.upstream = self.own(Mosquitto(self.directory))

    def watch(self, topic):
        """A plain MQTT 5 subscriber at the upstream."""
        watcher = self.own(Client(self.upstream.port, None, "watcher")).connect()
        watcher.subscribe(topic, 1)
        return watcher

    def consumer(self, *more, topic="sluice/#"):
        return self.own(Consumer(self.directory, self.upstream.url, *more, topic=topic))
