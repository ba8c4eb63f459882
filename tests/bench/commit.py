#!/usr/bin/env python3
"""What a commit of so many gathered bytes costs and how late its acknowledgements are, with the upstream down.

Each row is a gateway of its own with `commit_bytes`, under three loads: 50 devices that send so many messages a second in all,
and 50 devices with one message in flight each. The values take turns, several rounds; medians are printed. The table is in
gateway/docs/journal.md.
"""

import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import tempfile

import run


def measure(args, commit_bytes, rate, window):
    work = pathlib.Path(tempfile.mkdtemp(prefix="sluice-bench-"))
    try:
        options = argparse.Namespace(tls=False, linger=args.linger, commit_bytes=commit_bytes, durability="commit")
        port, admin = run.free_port(), run.free_port()
        config = work / "gateway.toml"
        # Nobody listens where the uplink goes.
        config.write_text(run.gateway_config(work, port, run.free_port(), admin, options, 100))
        with open(work / "log", "w") as log:
            gateway = subprocess.Popen([args.bin / "sluice", "run", config], stderr=log)
            run.wait_for_port(port, gateway)
            cpu, written = run.cpu_seconds(gateway.pid), run.written_bytes(gateway.pid)
            messages = rate * args.seconds if rate else 20_000 * args.seconds
            load = subprocess.run(
                [args.bin / "bench-load", "--address", f"127.0.0.1:{port}", "--clients", "50", "--messages", str(messages),
                 "--window", str(window), "--rate", str(rate), "--payload", "128"], stdout=subprocess.PIPE, text=True)
            result = json.loads(load.stdout)
            result["cpu_us"] = (run.cpu_seconds(gateway.pid) - cpu) * 1e6 / result["acknowledged"]
            result["written"] = (run.written_bytes(gateway.pid) - written) / result["acknowledged"]
            run.stop(gateway)
        return result
    finally:
        shutil.rmtree(work, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--linger", default="4ms")
    parser.add_argument("--sizes", nargs="+", default=["256KiB", "32KiB", "16KiB", "8KiB", "4KiB"])
    args = parser.parse_args()
    args.bin = args.bin.resolve()
    loads = {"20,000/s": (20_000, 20), "2,000/s": (2_000, 20), "window 1": (0, 1)}
    results = {}
    for _ in range(args.rounds):
        for size in args.sizes:
            for name, (rate, window) in loads.items():
                results.setdefault((size, name), []).append(measure(args, size, rate, window))
    for size in args.sizes:
        for name in loads:
            rows = results[size, name]
            median = {key: statistics.median(row[key] for row in rows)
                      for key in ("per_second", "p50_ms", "p99_ms", "cpu_us", "written")}
            print(f"{size:>8} {name:>9}: {median['per_second']:8.0f}/s  p50 {median['p50_ms']:6.2f}  p99 "
                  f"{median['p99_ms']:6.2f} ms  {median['cpu_us']:6.2f} us  {median['written']:6.0f} B", flush=True)


if __name__ == "__main__":
    main()
