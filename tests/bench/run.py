#!/usr/bin/env python3
"""End to end: devices -> gateway -> upstream, and the same load through Mosquitto with a persistent bridge.

Both get the same clients, payloads and upstream (bench-sink) in the same run, one after the other, in turn.
What counts are ratios and CPU microseconds per message; the machine is shared. All on loopback.
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TICK = os.sysconf("SC_CLK_TCK")


# Client upstream, events a message, their format.
KINDS = [("mqtt", 100, "flatbuffers"), ("mqtt", 1, "flatbuffers"), ("mqtt", 1, "json"), ("paho", 100, "flatbuffers"),
         ("paho", 1, "flatbuffers")]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def written_bytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/io").read_text().splitlines():
        if line.startswith("write_bytes:"):
            return int(line.split()[1])
    return 0


def peak_rss_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0


def wait_for_port(port, process, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on port {port}")


def stop(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        return process.communicate(timeout=30)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        return process.communicate()[0]


class Sink:
    def __init__(self, bin_dir):
        self.process = subprocess.Popen([bin_dir / "bench-sink"], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def stop(self):
        return json.loads(stop(self.process))


def gateway_config(work, port, sink_port, admin_port, args, batch, more=""):
    if args.tls:
        listener = (f'tls = {{ cert = "{work}/pki/server.crt", key = "{work}/pki/server.key", '
                    f'client_ca = "{work}/pki/devices-ca.crt" }}')
    else:
        listener = "plaintext = true\nanonymous = true"
    return f"""
[gateway]
id = "bench"
data_dir = "{work}/data"
profiles = "{args.profiles.resolve()}"
memory_limit = "96MiB"
[admin]
bind = "127.0.0.1:{admin_port}"
[journal]
commit_linger = "{args.linger}"
commit_bytes = "{args.commit_bytes}"
[[listener]]
bind = "127.0.0.1:{port}"
{listener}
[[access]]
publish = ["devices/#"]
speaks_for = ["*"]
[[stream]]
name = "telemetry"
durability = "{args.durability}"
max_bytes = "1GiB"
[[uplink]]
name = "sink"
url = "mqtt://127.0.0.1:{sink_port}"
client = "{getattr(args, 'client', 'mqtt')}"
[[route]]
from = "telemetry"
to = "sink"
batch = {{ max_events = {batch} }}
{more}
"""


def metric(admin_port, name):
    import urllib.request
    text = urllib.request.urlopen(f"http://127.0.0.1:{admin_port}/metrics", timeout=10).read().decode()
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
               if line.startswith(name) and line[len(name)] in " {")


def drained(admin_port):
    return metric(admin_port, "sluice_route_pending_events") == 0


class Gateway:
    def __init__(self, bin_dir, work, sink, args, kind):
        client, batch, form = kind
        self.name = f"sluice, {client}, " + (f"batches of {batch}" if batch > 1 else f"{form}, one a message")
        self.port, self.admin = free_port(), free_port()
        config = work / "gateway.toml"
        args = argparse.Namespace(**{**vars(args), "client": client})
        config.write_text(gateway_config(work, self.port, sink.port, self.admin, args, batch, f'format = "{form}"'))
        self.process = subprocess.Popen([bin_dir / "sluice", "run", config], stderr=open(work / "log", "w"))
        wait_for_port(self.port, self.process)

    def wait_until_forwarded(self, sink, messages):
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and not drained(self.admin):
            time.sleep(0.05)

    def framed_bytes(self):
        return metric(self.admin, "sluice_journal_written_bytes_total")


class Mosquitto:
    def __init__(self, bin_dir, work, sink, args, _):
        self.name = "mosquitto, persistent bridge"
        self.port = free_port()
        config = work / "mosquitto.conf"
        tls = ""
        if args.tls:
            tls = (f"cafile {work}/pki/devices-ca.crt\ncertfile {work}/pki/server.crt\n"
                   f"keyfile {work}/pki/server.key\nrequire_certificate true\nuse_identity_as_username true\n")
        (work / "mosquitto-data").mkdir()
        config.write_text(f"""
listener {self.port} 127.0.0.1
{tls}
allow_anonymous true
persistence true
persistence_location {work}/mosquitto-data/
autosave_interval 1
max_inflight_messages 0
max_queued_messages 0
user root
connection sink
address 127.0.0.1:{sink.port}
bridge_protocol_version mqttv311
cleansession false
try_private false
topic devices/# out 1
""")
        self.process = subprocess.Popen(["mosquitto", "-c", config], stderr=open(work / "mosquitto.log", "w"))
        wait_for_port(self.port, self.process)

    def wait_until_forwarded(self, sink, messages):
        # Mosquitto has no number for it: wait until its CPU time stands still.
        last, still = -1.0, 0
        deadline = time.monotonic() + 120
        while still < 5 and time.monotonic() < deadline:
            now = cpu_seconds(self.process.pid)
            still = still + 1 if now == last else 0
            last = now
            time.sleep(0.2)

    def framed_bytes(self):
        return 0


def measure(make, bin_dir, args, kind, rate):
    work = pathlib.Path(tempfile.mkdtemp(prefix="sluice-bench-"))
    try:
        if args.tls:
            subprocess.run([ROOT / "certs/make-pki.sh", work / "pki", "--devices", "bench-", str(args.clients)],
                           check=True, stdout=subprocess.DEVNULL)
        sink = Sink(bin_dir)
        target = make(bin_dir, work, sink, args, kind)
        pid = target.process.pid
        cpu, written = cpu_seconds(pid), written_bytes(pid)
        load = subprocess.run(
            [bin_dir / "bench-load", "--address", f"127.0.0.1:{target.port}", "--clients", str(args.clients),
             "--messages", str(args.messages), "--window", str(args.window), "--rate", str(rate),
             "--payload", str(args.payload)] + (["--pki", str(work / "pki")] if args.tls else []),
            stdout=subprocess.PIPE, text=True)
        result = json.loads(load.stdout)
        target.wait_until_forwarded(sink, args.messages)
        framed = target.framed_bytes()
        result["cpu_us"] = (cpu_seconds(pid) - cpu) * 1e6 / max(1, result["acknowledged"])
        result["written_per_message"] = (written_bytes(pid) - written) / max(1, result["acknowledged"])
        result["written_per_framed"] = (written_bytes(pid) - written) / framed if framed else float("nan")
        result["rss_mib"] = peak_rss_kib(pid) / 1024
        stop(target.process)
        result["upstream"] = sink.stop()
        result["name"] = target.name
        return result
    finally:
        shutil.rmtree(work, ignore_errors=True)


def rss_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def idle(bin_dir, args, clients):
    """Resident memory with nothing but connections over mutual TLS."""
    args = argparse.Namespace(**{**vars(args), "tls": True})
    work = pathlib.Path(tempfile.mkdtemp(prefix="sluice-bench-"))
    try:
        subprocess.run([ROOT / "certs/make-pki.sh", work / "pki", "--devices", "bench-", str(clients)],
                       check=True, stdout=subprocess.DEVNULL)
        sink = Sink(bin_dir)
        target = Gateway(bin_dir, work, sink, args, KINDS[0])
        before = rss_kib(target.process.pid)
        cpu = cpu_seconds(target.process.pid)
        load = subprocess.Popen(
            [bin_dir / "bench-load", "--address", f"127.0.0.1:{target.port}", "--clients", str(clients),
             "--messages", str(clients), "--rate", str(clients), "--payload", str(args.payload),
             "--pki", str(work / "pki"), "--max-fragment", str(args.max_fragment), "--hold"],
            stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
        result = json.loads(load.stdout.readline())
        after = rss_kib(target.process.pid)
        cpu = cpu_seconds(target.process.pid) - cpu
        load.communicate()
        print(f"{clients} idle connections over mutual TLS: RSS {after / 1024:.1f} MiB, {before / 1024:.1f} without, "
              f"{(after - before) / clients:.1f} KiB each; {cpu / clients * 1e3:.2f} ms of CPU each for handshake, "
              f"CONNECT and one message{'' if result['complete'] else '  INCOMPLETE'}", flush=True)
        stop(target.process)
        sink.stop()
    finally:
        shutil.rmtree(work, ignore_errors=True)


def print_row(result):
    print(f"{result['name']:30} {result['per_second']:>9.0f}/s {result['cpu_us']:>8.2f} us {result['p50_ms']:>8.2f} "
          f"{result['p99_ms']:>8.2f} ms {result['written_per_message']:>8.0f} B {result['written_per_framed']:>6.2f} "
          f"{result['rss_mib']:>6.1f} MiB  upstream {result['upstream']['publishes']} publishes"
          f"{'' if result['complete'] else '  INCOMPLETE'}", flush=True)


def compare(title, bin_dir, args, rate):
    print(f"\n{title}: {args.clients} devices, {args.payload}-byte JSON, QoS 1, window {args.window}, "
          f"{'TLS' if args.tls else 'plain'}, {args.messages} messages, {args.rounds} rounds")
    print(f"{'':30} {'acked':>11} {'CPU/message':>11} {'ack p50':>8} {'p99':>11} {'written':>10} {'/framed':>6} "
          f"{'peak RSS':>10}")
    rows = {}
    for _ in range(args.rounds):
        for make, kind in [(Gateway, kind) for kind in KINDS] + [(Mosquitto, None)]:
            result = measure(make, bin_dir, args, kind, rate)
            print_row(result)
            rows.setdefault(result["name"], []).append(result)
    cpu = {name: statistics.median(r["cpu_us"] for r in results) for name, results in rows.items()}
    peer = cpu["mosquitto, persistent bridge"]
    for name, value in cpu.items():
        print(f"CPU per message, median: {name:30} {value:7.2f} us = {value / peer:.2f} of mosquitto's")
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--payload", type=int, default=128)
    parser.add_argument("--window", type=int, default=20)
    parser.add_argument("--rate", type=int, default=20_000, help="of the paced part; 0 leaves it out")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--durability", default="commit")
    parser.add_argument("--linger", default="4ms")
    parser.add_argument("--commit-bytes", default="8KiB")
    parser.add_argument("--profiles", type=pathlib.Path, default=ROOT / "devices/profiles",
                        help="tests/bench/profiles for events of two readings")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--max-fragment", type=int, default=0, help="TLS maximum fragment length of the idle ones")
    parser.add_argument("--idle", type=int, default=1000, help="idle TLS connections to measure; 0 leaves it out")
    args = parser.parse_args()
    args.bin = args.bin.resolve()
    os.environ["PATH"] += ":/usr/sbin"
    if args.idle:
        idle(args.bin, args, args.idle)
    if args.rounds == 0:
        return 0
    compare("Full speed", args.bin, args, 0)
    if args.rate:
        compare(f"Paced, {args.rate} messages/s", args.bin, args, args.rate)
    return 0


if __name__ == "__main__":
    sys.exit(main())
