"""One round: a gateway, a fleet and a consumer of their own at an upstream, faults, and the time to get over them."""

import json
import os
import signal
import time

from link import Link
from readings import reading_of
from shim import Shim
from support import gateway as gateway_support
from support import segment
from support.consumer import Consumer
from support.disk import Disk
from support.process import Process, eventually
from tamper import Tamper

DEVICES, LOSSY_DEVICES, BURST_DEVICES = 6, 2, 10
FELT_SECONDS = 8  # a fault that shows no effect by then is mended all the same
PACE_SECONDS = 3  # likewise for acknowledgements that a fault keeps from coming
DRAIN_SECONDS = 120
# The fleet's Paho C has a race that crashes it now and then: no verdict on the gateway. Its ledger goes on.
FLEET_CRASHES_AT_MOST = 3

SECTIONS = """
[[stream]]
name      = "lossy"
topics    = ["devices/lossy-0001/#", "devices/lossy-0002/#"]
max_bytes = "256KiB"
segment_bytes = "16KiB"
on_full   = "drop_oldest"

[[stream]]
name       = "telemetry"
topics     = ["devices/#"]
durability = "commit"
max_bytes  = "16MiB"
segment_bytes = "16KiB"
on_full    = "reject"

[[stream]]
name      = "dead-letters"
max_bytes = "4MiB"
on_full   = "drop_oldest"

[[uplink]]
name = "upstream"
url  = "mqtt://127.0.0.1:{port}"
keep_alive = "2s"
connect_timeout = "1s"
ack_timeout = "2s"
backoff_min = "50ms"
backoff_max = "500ms"
mqtt_version = {version}
client = "{client}"
"""
ROUTE = """
[[route]]
from   = "{stream}"
to     = "upstream"
format = "{output}"
batch  = {{ max_events = {batch} }}
"""


def until(condition, seconds):
    """Whether it came true in time; a round goes on without it."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


class Round:
    def __init__(self, plan, directory, upstream, shim_library):
        self.plan, self.directory, self.upstream = plan, directory, upstream
        self.things, self.fleets, self.crashes = [], {}, 0
        self.damaged = []  # of each damaged file the offsets that it had, [first, end), of telemetry
        self.taken = set()  # the readings in damaged files: (device, sequence)
        self.unreadable = False  # reads have failed, which may look like damage anywhere
        self.disk = None
        data = "data"
        if any(type(fault).__name__ == "DiskFull" for fault in plan.faults):
            self.disk = self.own(Disk(self.path("disk")))
            data = "disk/data"
        self.shim = Shim(shim_library, directory, self.path(data))
        self.link = self.own(Link(upstream))
        if plan.deed:
            self.tamper = Tamper(*plan.deed, plan.version)
            self.link.make_tamper = self.tamper.of_connection
        self.gateway = self.own(gateway_support.Gateway(
            directory, [self.sections()], data=data, memory="64MiB", gateway_id=f"r{plan.number}",
            env=self.shim.environment))

    def sections(self):
        plan = self.plan
        routes = [ROUTE.format(stream=stream, output=plan.output, batch=plan.batch)
                  for stream in ("lossy", "telemetry", "dead-letters")]
        return SECTIONS.format(port=self.link.port, version=plan.version, client=plan.client) + \
            routes[0] + 'max_age = "1500ms"\n' + routes[1] + routes[2]

    def path(self, name):
        return os.path.join(self.directory, name)

    def own(self, thing):
        self.things.append(thing)
        return thing

    def kill(self):
        for thing in reversed(self.things):
            thing.kill()

    def run(self):
        more = () if self.plan.upstream in ("mosquitto", "scripted") else ("--mqtt-version", "311")
        self.consumer = self.own(Consumer(self.directory, self.upstream.url, *more,
                                          topic=f"sluice/r{self.plan.number}/#", name=f"consumer-r{self.plan.number}"))
        self.gateway.start()
        self.start_fleet("fleet", "device-", DEVICES, 15, "--qos", "10:60:30", "--malformed", "0.02", "--reconnect",
                         "0.005", "--sleepers", "0.1", "--sleep-seconds", "1", "--resend", "0.002",
                         "--clean-sessions", "0.2")
        self.start_fleet("lossy", "lossy-", LOSSY_DEVICES, 60)
        eventually(lambda: self.fleet_status().get("acknowledged", 0) > 0, "first acknowledged reading")
        self.disturb()
        self.settle()

    # The fleets

    def start_fleet(self, name, prefix, devices, rate, *more, seconds=86_400):
        self.fleets[name] = self.own(Process(
            name, [os.path.join(os.path.dirname(gateway_support.SLUICE), "sluice-fleet"), "run", "--url",
                   f"mqtts://127.0.0.1:{self.gateway.port}", "--pki", "pki", "--prefix", prefix, "--devices",
                   str(devices), "--seconds", str(seconds), "--rate", str(rate), "--seed", str(self.plan.fleet_seed),
                   "--ledger", name + "-ledger", "--status-file", name + ".json", "--ack-timeout", "5",
                   "--drain-seconds", str(DRAIN_SECONDS), *more], self.directory, stdout=self.path(name + ".out")))
        return self.fleets[name]

    def start_burst(self, devices, rate):
        self.burst = self.start_fleet("burst", "burst-", devices, rate, seconds=1.5)

    def fleet_status(self, name="fleet"):
        try:
            with open(self.path(name + ".json"), encoding="utf-8") as file:
                return json.load(file)
        except (OSError, ValueError):
            return {}

    def wait_for_acknowledgements(self, more):
        start = self.fleet_status().get("acknowledged", 0)
        until(lambda: self.fleet_status().get("acknowledged", 0) >= start + more, PACE_SECONDS)

    def acknowledged_upstream(self):
        return self.gateway.total("sluice_route_acknowledged_events_total") or 0

    # The faults

    def disturb(self):
        for fault in self.plan.faults:
            self.wait_for_acknowledgements(fault.after)
            fault.begin(self)
        self.unfelt = [fault for fault in self.plan.faults if not until(lambda: fault.is_felt(self), FELT_SECONDS)]
        for fault in self.plan.mending:
            fault.mend(self)

    def wait_for_segments(self, count):
        until(lambda: len(segment.segments(self.gateway.data)) >= count, FELT_SECONDS)

    def expect_damage(self, path):
        """What is in this file may be lost, and nothing else."""
        bases = [int(os.path.basename(name)[:20]) for name in segment.segments(self.gateway.data)]
        first = int(os.path.basename(path)[:20])
        end = min((base for base in bases if base > first), default=1 << 62)
        self.damaged.append((first, end))
        for record in self.gateway.stored():
            if first <= int(record["id"].rpartition("/")[2].split("-")[0]) < end:
                self.taken.add(reading_of(record))

    # The end

    def settle(self):
        """No more readings; everything that was acknowledged arrives."""
        if not self.gateway.process.alive:
            raise AssertionError(f"the gateway ended with code {self.gateway.process.exit_code}: "
                                 f"{self.gateway.process.log()[-1000:]}")
        for name, fleet in self.fleets.items():
            if fleet.alive:
                fleet.signal(signal.SIGINT)
        for name, fleet in self.fleets.items():
            code = fleet.finish(DRAIN_SECONDS + 10)
            if code not in (0, -signal.SIGSEGV):
                raise AssertionError(f"{name} ended with code {code}: {fleet.log()[-1000:]}")
        self.gateway.wait_until_drained(DRAIN_SECONDS)
        self.wait_until_consumer_has_everything()

    def wait_until_consumer_has_everything(self):
        """Everything acknowledged upstream is in the consumer's session; it is done when it sees the last."""
        last = {stream["name"]: stream["accepted"] - 1 for stream in self.status()["streams"]}

        def has_everything():
            reached = {}
            for line in self.consumer.lines():
                stream, offset = (line["gap"]["stream"], line["gap"]["last"]) if "gap" in line else \
                    (line["id"].split("/")[1], int(line["id"].rpartition("/")[2]))
                reached[stream] = max(offset, reached.get(stream, -1))
            return all(reached.get(stream, -1) >= offset for stream, offset in last.items())
        eventually(has_everything, f"last events {last} at the consumer", DRAIN_SECONDS)

    def status(self):
        code, out, err = self.gateway.cli("status", "--json", "--admin", f"127.0.0.1:{self.gateway.admin_port}")
        if code != 0:
            raise AssertionError(f"status ended with {code}: {err}")
        return json.loads(out)
