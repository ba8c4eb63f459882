#!/usr/bin/python3
"""The crash loop: a fleet under load, a gateway that is killed again and again, a link that goes away at random.

Beside it a second fleet feeds a stream that may lose events: it is small and drops the oldest, its events expire, and
while the gateway is dead a byte of a closed segment is turned over. What is lost there must be told: for every offset
of every stream an event or a gap record arrives.

Every round waits a random time, may cut or restore the link to the upstream, sends SIGKILL to the gateway and
starts it again at once on the same port. In the end everything must arrive: what a device has been told is
acknowledged is compared with what the consumer received. See --help.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time

from support import gateway as gateway_support
from support import segment
from support.pki import Pki
from support.process import Process, eventually, run
from support.relay import Link

import demo_config
from demo_programs import leave, total

DRAIN_SECONDS = 300
# The fleet opens thousands of TLS connections through Paho C, which has a race at that rate. A crash of the load
# generator is no verdict on the gateway: what it had written to its ledger counts, and another run goes on.
FLEET_CRASHES_AT_MOST = 3

LOSSY = """
[[stream]]
name      = "lossy"
topics    = ["devices/lossy-0001/#", "devices/lossy-0002/#", "devices/lossy-0003/#"]
max_bytes = "256KiB"
segment_bytes = "16KiB"
on_full   = "drop_oldest"

[[route]]
from    = "lossy"
to      = "upstream"
max_age = "1500ms"
format  = "{format}"
"""
LOSSY_DEVICES = 3
MUST_HAPPEN = ("evicted", "expired", "quarantined")

STREAMS = gateway_support.STREAM.replace("devices/+/zigbee2mqtt/+", "devices/#").format(
    max_bytes="256MiB", segment_bytes="1MiB", on_full="reject") + """
[[stream]]
name      = "dead-letters"
max_bytes = "16MiB"
on_full   = "drop_oldest"
"""


def routes(output):
    """Everything goes upstream in the same format."""
    return "".join(f'{section}format = "{output}"\n'
                   for section in (gateway_support.ROUTE, gateway_support.DEAD_LETTER_ROUTE))


class CrashLoop:
    def __init__(self, options, directory):
        self.options = options
        self.directory = directory
        self.random = random.Random(options.seed)
        self.sluice = os.path.join(options.bin, "sluice")
        self.fleet_program = os.path.join(options.bin, "sluice-fleet")
        self.things = []
        self.link = self.gateway = self.consumer = self.fleet = self.lossy_fleet = None
        self.fleet_crashes = 0

    def path(self, name):
        return os.path.join(self.directory, name)

    def own(self, thing):
        self.things.append(thing)
        return thing

    def kill_everything(self):
        for thing in reversed(self.things):
            thing.kill()

    def run(self):
        self.start()
        for number in range(1, self.options.rounds + 1):
            self.round(number)
        self.drain()
        return self.judge()

    # Starting

    def start(self):
        Pki(self.path("pki"))
        run([os.path.join(gateway_support.ROOT, "certs", "make-pki.sh"), self.path("pki"), "--devices", "device-",
             str(self.options.devices)])
        run([os.path.join(gateway_support.ROOT, "certs", "make-pki.sh"), self.path("pki"), "--devices", "lossy-",
             str(LOSSY_DEVICES)])
        demo_config.write(self.path("upstream.toml"), demo_config.UPSTREAM)
        upstream = self.own(Process("upstream", [self.sluice, "run", "upstream.toml"], self.directory))
        upstream_port = int(upstream.wait_for_line(r"listening on \S*:(\d+)").group(1))
        upstream.wait_for_line("gateway upstream ready")
        self.start_consumer(upstream_port)
        self.link = self.own(Link(upstream_port))
        self.gateway = self.own(gateway_support.Gateway(
            self.directory, [LOSSY.format(format=self.options.format), STREAMS,
                             gateway_support.uplink(self.link.port), routes(self.options.format)],
            memory="64MiB")).start()
        self.start_fleet()
        self.start_lossy_fleet()

    def start_consumer(self, port):
        self.consumer = self.own(Process(
            "consumer",
            [self.sluice, "consume", "--url", f"mqtt://127.0.0.1:{port}", "--topic", "sluice/#", "--client-id",
             "crash-loop-consumer", "--clean-start", "false"], self.directory, stdout=self.path("events.jsonl")))
        self.consumer.wait_for_line("connected to")

    def start_fleet(self):
        """Readings are taken for longer than the rounds last, so that every kill hits a gateway at work."""
        options = self.options
        self.fleet = self.own(Process(
            "fleet",
            [self.fleet_program, "run", "--url", f"mqtts://127.0.0.1:{self.gateway.port}", "--pki", "pki",
             "--devices", str(options.devices), "--seconds", "86400", "--rate", str(options.rate),
             "--seed", str(options.seed), "--ledger", "ledger", "--status-file", "fleet.json", "--qos", "10:60:30",
             "--malformed", "0.01", "--reconnect", "0.005", "--sleepers", "0.1", "--sleep-seconds", "1",
             "--resend", "0.002", "--clean-sessions", "0.2", "--drain-seconds", str(DRAIN_SECONDS)]
            + (["--append", "--first-seq", str(self.fleet_crashes * 1_000_000)] if self.fleet_crashes else []),
            self.directory, stdout=self.path("fleet.out")))
        eventually(lambda: self.fleet_status().get("acknowledged", 0) > 0, "first acknowledged reading")

    def start_lossy_fleet(self):
        """Nobody compares its ledger: its events may be lost, if only that is told."""
        self.lossy_fleet = self.own(Process(
            "lossy-fleet",
            [self.fleet_program, "run", "--url", f"mqtts://127.0.0.1:{self.gateway.port}", "--pki", "pki",
             "--prefix", "lossy-", "--devices", str(LOSSY_DEVICES), "--seconds", "86400", "--rate", "100",
             "--ledger", "lossy-ledger", "--drain-seconds", "30"], self.directory, stdout=self.path("lossy.out")))

    def fleet_status(self):
        """What the fleet wrote last; it does so every second."""
        try:
            with open(self.path("fleet.json"), encoding="utf-8") as file:
                return json.load(file)
        except (OSError, ValueError):
            return {}

    # Rounds

    def round(self, number):
        link = self.disturb_link()
        before = self.wait_for_work()
        time.sleep(self.random.uniform(0.0, self.options.longest_wait))
        self.gateway.kill()
        if number % 3 == 0:
            self.damage_closed_segment()
        began = time.monotonic()
        self.gateway.start()
        print(f"torture: round {number:>3}  link {link:<8}  committed before {before:>8}  "
              f"ready again after {(time.monotonic() - began) * 1000:5.0f} ms  "
              f"acknowledged {self.fleet_status().get('acknowledged', 0):>8}", flush=True)

    def damage_closed_segment(self):
        """Turns over a byte in the middle of the newest closed segment that holds events."""
        for path in reversed(segment.segments(self.gateway.data, "lossy")[:-1]):
            events = segment.events(path)
            if events:
                return segment.flip(path, events[len(events) // 2].end - 9)

    def disturb_link(self):
        if self.random.random() < 0.5:
            return "up" if self.link.up else "down"
        if self.link.up:
            self.link.cut()
            return "goes"
        self.link.restore()
        return "returns"

    def wait_for_work(self):
        """A gateway that nobody reached since its start would make the kill an idle one."""
        start = eventually(self.gateway.metrics, "metrics")
        start = total(start, "sluice_stream_committed_events_total")

        def at_work():
            if not self.fleet.alive:
                self.replace_crashed_fleet()
            return (self.gateway.total("sluice_stream_committed_events_total") or 0) >= start + self.options.devices
        eventually(at_work, "gateway at work")
        return self.gateway.total("sluice_stream_committed_events_total")

    def replace_crashed_fleet(self):
        self.fleet_crashes += 1
        if self.fleet.exit_code != -signal.SIGSEGV or self.fleet_crashes > FLEET_CRASHES_AT_MOST:
            raise AssertionError(f"the fleet died, code {self.fleet.exit_code}: {self.fleet.log()[-2000:]}")
        print("torture: the fleet crashed (SIGSEGV) and is started again; its ledger goes on", flush=True)
        os.remove(self.path("fleet.json"))
        self.start_fleet()

    # The end

    def drain(self):
        self.link.restore()
        self.lossy_fleet.signal(2)
        self.fleet.signal(2)  # no more readings; it waits for the acknowledgements that are missing
        code = self.fleet.finish(DRAIN_SECONDS + 60)
        if code != 0:
            raise AssertionError(f"the fleet ended with code {code}:\n{self.fleet.log()[-2000:]}")
        self.lossy_fleet.finish(DRAIN_SECONDS)
        self.gateway.wait_until_drained(DRAIN_SECONDS)
        self.wait_until_consumer_has_everything()

    def wait_until_consumer_has_everything(self):
        """Everything acknowledged upstream is in the consumer's session; it is done when it sees the last."""
        last = {}
        for name, value in self.gateway.metrics().items():
            if name.startswith("sluice_stream_accepted_events_total"):
                last[name.split('"')[1]] = int(value) - 1
        wanted = {stream: (f'"id":"test/{stream}/{offset}"', f'"stream":"{stream}","first":', f'"last":{offset},')
                  for stream, offset in last.items() if offset >= 0}

        def has_everything():
            with open(self.path("events.jsonl"), "rb") as file:
                file.seek(max(0, os.path.getsize(self.path("events.jsonl")) - (16 << 20)))
                lines = file.read().decode(errors="replace").splitlines()
            return all(any(event in line or (gap in line and end in line) for line in lines)
                       for event, gap, end in wanted.values())
        eventually(has_everything, f"last events {wanted} at the consumer", DRAIN_SECONDS)

    def judge(self):
        code, out, err = run([self.fleet_program, "verify", "--ledger", self.path("ledger"), "--events",
                              self.path("events.jsonl"), "--from-start", "--json"], seconds=DRAIN_SECONDS)
        if code not in (0, 1):
            raise AssertionError(f"cannot verify: {err}")
        verdict, fleet = json.loads(out), self.fleet_status()
        sound, report, _ = self.gateway.cli("journal", "verify", self.gateway.data)
        books = self.gateway.cli("status", "--admin", f"127.0.0.1:{self.gateway.admin_port}")[1]
        print(f"\n{books}\n{report}\n{json.dumps(verdict, indent=1)}")
        reordered = verdict["reordered"] + verdict["backward"]
        idle = [reason for reason in MUST_HAPPEN if verdict[reason] == 0 and self.options.rounds >= 20]
        good = code == 0 and sound == 0 and fleet["outstanding"] == 0 and reordered == 0 and not idle
        more = "" if good else (
            f", {reordered} reordered, {verdict['uncovered']} without a word, {fleet['outstanding']} never "
            f"acknowledged" + "".join(f", nothing was {reason}" for reason in idle))
        print(f"torture: {'ok' if good else 'FAILED'}, {self.options.rounds} kills, {verdict['acknowledged']} "
              f"acknowledged, {verdict['lost']} lost{more}", flush=True)
        return good


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="directory of sluice and sluice-fleet")
    parser.add_argument("--rounds", type=int, default=50, help="how many kills (default 50)")
    parser.add_argument("--seed", type=int, default=None, help="the same seed makes the same plan")
    parser.add_argument("--devices", type=int, default=40)
    parser.add_argument("--rate", type=float, default=10.0, help="readings a second, per device")
    parser.add_argument("--longest-wait", type=float, default=1.5, help="at most so many seconds before a kill")
    parser.add_argument("--format", choices=("flatbuffers", "json"), default="flatbuffers", help="of the routes")
    parser.add_argument("--keep", action="store_true", help="keep logs, configurations and data")
    options = parser.parse_args()
    options.bin = os.path.abspath(options.bin)
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(1 << 32)
    return options


def main():
    options = parse_arguments()
    gateway_support.SLUICE = os.path.join(options.bin, "sluice")
    directory = tempfile.mkdtemp(prefix="sluice-torture-")
    print(f"torture: {options.rounds} rounds, seed {options.seed}, {options.devices} devices", flush=True)
    loop, good = CrashLoop(options, directory), False
    try:
        good = loop.run()
    except AssertionError as failure:
        print(f"torture: FAILED, {failure}", flush=True)
    finally:
        loop.kill_everything()
    leave(directory, "torture", good, options.keep)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
