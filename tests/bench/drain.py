#!/usr/bin/env python3
"""How fast and how dearly a backlog leaves: events are stored while nothing listens upstream, then the gateway is started again
with an upstream that takes them (bench-sink). For each client in turn; what counts is events per CPU-second of the gateway.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import tempfile
import time

import run


def start(args, work, sink_port, client):
    port, admin = run.free_port(), run.free_port()
    options = argparse.Namespace(tls=False, linger="4ms", commit_bytes="8KiB", durability="commit", client=client,
                                 profiles=args.profiles)
    config = work / "gateway.toml"
    config.write_text(run.gateway_config(work, port, sink_port, admin, options, 100))
    with open(work / "log", "a") as log:
        gateway = subprocess.Popen([args.bin / "sluice", "run", config], stderr=log)
    run.wait_for_port(port, gateway)
    return gateway, port, admin


def drain(args, client):
    work = pathlib.Path(tempfile.mkdtemp(prefix="sluice-bench-"))
    try:
        gateway, port, _ = start(args, work, run.free_port(), client)
        load = subprocess.run(
            [args.bin / "bench-load", "--address", f"127.0.0.1:{port}", "--clients", "50", "--messages", str(args.events),
             "--window", "100", "--payload", "128"], stdout=subprocess.PIPE, text=True)
        stored = json.loads(load.stdout)["acknowledged"]
        run.stop(gateway)
        sink = run.Sink(args.bin)
        began = time.monotonic()
        gateway, _, admin = start(args, work, sink.port, client)
        while not run.drained(admin) and time.monotonic() < began + 300:
            time.sleep(0.05)
        took, cpu = time.monotonic() - began, run.cpu_seconds(gateway.pid)
        peak = run.peak_rss_kib(gateway.pid) / 1024
        run.stop(gateway)
        upstream = sink.stop()
        print(f"{client}: {stored} events in {took:.1f} s, {stored / cpu / 1e6:.2f} million events a CPU-second, peak "
              f"{peak:.1f} MiB, upstream {upstream['publishes']} publishes", flush=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--profiles", type=pathlib.Path, default=run.ROOT / "devices/profiles",
                        help="tests/bench/profiles for events of two readings")
    parser.add_argument("--rounds", type=int, default=2)
    args = parser.parse_args()
    args.bin = args.bin.resolve()
    for _ in range(args.rounds):
        for client in ("mqtt", "paho"):
            drain(args, client)


if __name__ == "__main__":
    main()
