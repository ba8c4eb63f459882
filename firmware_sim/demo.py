#!/usr/bin/python3
"""The main job, end to end: a fleet, a gateway, an upstream, an outage, a kill -9, and the proof. See --help."""

import argparse
import asyncio
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

import demo_config
from demo_programs import DemoError, Program, leave, metrics, total
from demo_relay import Relay

# The plan, as parts of the time for which readings are taken. The gateway is killed while the uplink is away, so
# that what it has acknowledged by then is nowhere but on its disk.
UPLINK_GOES = 0.30
GATEWAY_DIES = 0.42
UPLINK_RETURNS = 0.55


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def read_status(path):
    """What a fleet wrote last; nothing before its first second."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


class Demo:
    def __init__(self, options, directory):
        self.options = options
        self.directory = directory
        self.sluice = os.path.join(options.bin, "sluice")
        self.gateway_command = shlex.split(options.gateway) or [self.sluice]
        self.fleet_program = os.path.join(options.bin, "sluice-fleet")
        self.port = 0
        self.admin_port = 0
        self.relay = None
        self.upstream = self.consumer = self.gateway = self.fleet = None
        self.began = time.monotonic()
        self.phase = "starting"

    def path(self, name):
        return os.path.join(self.directory, name)

    def say(self, text):
        print(f"demo: {time.monotonic() - self.began:5.1f} s  {text}", flush=True)

    async def run(self):
        await self.make_pki()
        await self.start_upstream()
        self.relay = Relay(self.upstream_port)
        await self.relay.start()
        await self.start_consumer()
        await self.start_gateway()
        await self.start_fleet()
        watcher = asyncio.create_task(self.watch())
        try:
            await self.disturb()
            await self.finish_fleet()
            await self.wait_for_backlog()
        finally:
            watcher.cancel()
        books = await metrics(self.admin)
        await self.stop_everything()
        return await self.judge(books)

    # Starting

    async def make_pki(self):
        script = os.path.join(demo_config.ROOT, "certs", "make-pki.sh")
        pki = await Program.start("pki", [script, self.path("pki"), *self.pki_arguments()], self.directory)
        if await pki.finish(300) != 0:
            raise DemoError("certs/make-pki.sh failed")
        self.say("made a PKI")

    def pki_arguments(self):
        return ["--devices", "device-", str(self.options.devices)]

    async def start_upstream(self):
        if self.options.upstream == "mosquitto":
            return await self.start_mosquitto()
        demo_config.write(self.path("upstream.toml"), demo_config.UPSTREAM)
        self.upstream = await Program.start("upstream", [self.sluice, "run", "upstream.toml"], self.directory)
        self.upstream_port = int(await self.upstream.wait_for_line(r"listening on \S*:(\d+)"))
        await self.upstream.wait_for_line("gateway upstream ready")
        self.say(f"upstream: sluice on port {self.upstream_port}")

    async def start_mosquitto(self):
        program = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        if program is None:
            raise DemoError("there is no mosquitto; install the Debian package")
        self.upstream_port = free_port()
        demo_config.write(self.path("mosquitto.conf"), demo_config.MOSQUITTO.format(port=self.upstream_port))
        self.upstream = await Program.start("upstream", [program, "-c", "mosquitto.conf"], self.directory)
        await self.upstream.wait_for_line(r"mosquitto version \S+ running")
        self.say(f"upstream: mosquitto on port {self.upstream_port}")

    async def start_consumer(self):
        self.consumer = await Program.start(
            "consumer",
            [self.sluice, "consume", "--url", f"mqtt://127.0.0.1:{self.upstream_port}", "--topic", "sluice/#",
             "--client-id", "demo-consumer", "--clean-start", "false"],
            self.directory, stdout=self.path("events.jsonl"))
        await self.consumer.wait_for_line("connected to")

    async def start_gateway(self):
        """The first start lets the kernel choose the ports; later ones come back to them."""
        already_said = len(self.gateway.read_log()) if self.gateway else 0
        demo_config.write_gateway(
            self.path("gateway.toml"), port=self.port, admin_port=self.admin_port, relay_port=self.relay.port,
            memory=64 + self.options.devices // 10, format=self.options.format)
        self.gateway = await Program.start("gateway", [*self.gateway_command, "run", "gateway.toml"], self.directory)
        self.port = int(await self.gateway.wait_for_line(r"listening on \S*:(\d+)", skip=already_said))
        self.admin_port = int(await self.gateway.wait_for_line(r"admin on \S*:(\d+)", skip=already_said))
        await self.gateway.wait_for_line("gateway demo ready", skip=already_said)
        self.say(f"gateway {'back ' if already_said else ''}on port {self.port}")

    @property
    def admin(self):
        return f"127.0.0.1:{self.admin_port}"

    async def start_fleet(self):
        options = self.options
        self.fleet = await Program.start(
            "fleet",
            [self.fleet_program, "run", "--url", f"mqtts://127.0.0.1:{self.port}", "--pki", "pki",
             "--devices", str(options.devices), "--seconds", str(options.seconds), "--rate", str(options.rate),
             "--ledger", "ledger", "--status-file", "fleet.json", "--day-seconds", str(max(4, options.seconds)),
             *self.fleet_arguments()],
            self.directory, stdout=self.path("fleet.out"))
        self.fleet_began = time.monotonic()
        self.phase = "normal"

    def fleet_arguments(self):
        return ["--qos", "10:70:20", "--malformed", "0.01", "--reconnect", "0.005", "--sleepers", "0.1",
                "--sleep-seconds", "1.5", "--resend", "0.002", "--clean-sessions", "0.2", "--drain-seconds", "90"]

    # Running

    async def until(self, part):
        """Waits for that part of the time, while everything lives."""
        while time.monotonic() < self.fleet_began + part * self.options.seconds:
            self.check_alive(self.fleet)
            await asyncio.sleep(0.05)

    def check_alive(self, *more):
        for program in (self.gateway, self.upstream, self.consumer, *more):
            if not program.alive:
                raise DemoError(f"{program.name} ended with code {program.process.returncode}")

    async def disturb(self):
        await self.until(UPLINK_GOES)
        await self.relay.cut()
        self.phase = "uplink away"
        self.say("the uplink goes away")
        await self.until(GATEWAY_DIES)
        await self.gateway.kill()
        self.say("SIGKILL to the gateway")
        await asyncio.sleep(0.3)
        await self.start_gateway()
        await self.until(UPLINK_RETURNS)
        await self.relay.restore()
        self.phase = "normal"
        self.say("the uplink is back")

    async def finish_fleet(self):
        left = self.fleet_began + self.options.seconds - time.monotonic()
        code = await self.fleet.finish(max(0, left) + 120)
        if code != 0:
            raise DemoError(f"the fleet ended with code {code}")
        self.phase = "draining"

    async def wait_for_backlog(self, seconds=120):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.check_alive()
            values = await metrics(self.admin)
            if values and total(values, "sluice_route_pending_events") == 0:
                await asyncio.sleep(0.5)  # the upstream's own way to the consumer
                return
            await asyncio.sleep(0.2)
        raise DemoError(f"the backlog has not drained within {seconds} s")

    async def watch(self):
        while True:
            await asyncio.sleep(1)
            fleet = self.fleet_status()
            values = await metrics(self.admin)
            gateway = "gateway away" if not values else (
                f"committed {total(values, 'sluice_stream_committed_events_total')}, "
                f"pending {total(values, 'sluice_route_pending_events')}")
            self.say(f"{self.phase:<11} online {fleet.get('online', 0):>4}  published {fleet.get('published', 0):>7}  "
                     f"acknowledged {fleet.get('acknowledged', 0):>7}  {gateway}")

    def fleet_status(self):
        return read_status(self.path("fleet.json"))

    # Ending

    async def stop_everything(self):
        await self.wait_until_consumer_is_quiet()
        for program in (self.gateway, self.consumer, self.upstream):
            await program.terminate()

    async def wait_until_consumer_is_quiet(self, quiet=1.0, seconds=60):
        size, since, deadline = -1, time.monotonic(), time.monotonic() + seconds
        while time.monotonic() < min(since + quiet, deadline):
            if os.path.getsize(self.path("events.jsonl")) != size:
                size, since = os.path.getsize(self.path("events.jsonl")), time.monotonic()
            await asyncio.sleep(0.05)

    async def judge(self, books):
        verify = await asyncio.create_subprocess_exec(
            self.fleet_program, "verify", "--ledger", self.path("ledger"), "--events", self.path("events.jsonl"),
            "--from-start", "--json", stdout=subprocess.PIPE)
        output, _ = await verify.communicate()
        if verify.returncode not in (0, 1):
            raise DemoError("the ledger or the events cannot be read")
        verdict, fleet = json.loads(output), self.fleet_status()
        print_table(fleet, books, verdict)
        for example in verdict["examples"]:
            print(f"  {example}")
        if verify.returncode == 0 and fleet["outstanding"] == 0:
            print(f"demo: ok, {fleet['acknowledged']} acknowledged, 0 lost", flush=True)
            return True
        print(f"demo: FAILED, {fleet['acknowledged']} acknowledged, {verdict['lost']} lost, "
              f"{verdict['reordered']} reordered, {verdict['uncovered']} without a word, "
              f"{fleet['outstanding']} never acknowledged", flush=True)
        return False


def print_table(fleet, books, verdict):
    rows = [
        ("readings published", fleet["published"], "by the devices, at QoS 0, 1 and 2, good and malformed"),
        ("acknowledged", fleet["acknowledged"],
         f"at QoS 1 and 2; p50 {fleet['ack_latency_p50_us'] / 1000:.1f} ms, "
         f"p99 {fleet['ack_latency_p99_us'] / 1000:.1f} ms"),
        ("committed", total(books, "sluice_stream_committed_events_total"), "events and dead letters on the gateway's disk"),
        ("forwarded", total(books, "sluice_route_acknowledged_events_total"), "of these, acknowledged by the upstream"),
        ("delivered", verdict["events"], f"to the consumer, {verdict['dead_letters']} of them dead letters"),
        ("device resends", verdict["resent"], "events of readings that their device sent more than once"),
        ("duplicates", verdict["repeated"], "at the consumer after deduplication"),
        ("dead letters missing", verdict["dead_letters_missing"], "acknowledged as malformed, but not kept"),
        ("reordered", verdict["reordered"] + verdict["backward"], "within a device, or within a stream"),
        ("without a word", verdict["uncovered"], "offsets with neither an event nor a gap record"),
        ("lost", verdict["lost"], "acknowledged, but never delivered"),
    ]
    print()
    for name, count, meaning in rows:
        print(f"  {name:<22}{count:>10}  {meaning}")
    print(flush=True)


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./run demo", description=__doc__)
    parser.add_argument("--bin", required=True, type=os.path.abspath, help="directory of sluice and sluice-fleet")
    parser.add_argument("--devices", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20, help="for how long readings are taken")
    parser.add_argument("--rate", type=float, default=10, help="readings a second, per device")
    parser.add_argument("--upstream", choices=("embedded", "mosquitto"), default="embedded")
    parser.add_argument("--format", choices=("flatbuffers", "json"), default="flatbuffers",
                        help="of what the gateway sends upstream")
    parser.add_argument("--gateway", default="", metavar="COMMAND",
                        help="another gateway than --bin's, such as 'qemu-aarch64 -L ROOT PROGRAM'; paths absolute")
    parser.add_argument("--keep", action="store_true", help="keep the files also when all went well")
    options = parser.parse_args()
    if options.devices < 1 or options.seconds < 4:
        parser.error("at least one device and four seconds")
    return options


async def supervise(kind, options, directory):
    """Runs the demo, or what a test has made of it; whatever happens, no program of it is left."""
    task = asyncio.current_task()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        return await kind(options, directory).run()
    except DemoError as error:
        print(f"demo: FAILED: {error}", flush=True)
    except asyncio.CancelledError:
        print("demo: interrupted", flush=True)
    except Exception:  # a mistake of the demo's own: say where, but still clean up and keep the logs
        traceback.print_exc()
    finally:
        await Program.kill_all()
    return False


def main():
    options = parse_arguments()
    directory = tempfile.mkdtemp(prefix="sluice-demo-")
    good = asyncio.run(supervise(Demo, options, directory))
    leave(directory, "demo", good, options.keep)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
