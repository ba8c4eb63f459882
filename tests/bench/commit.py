#!/usr/bin/env python3
"""What a commit of so many gathered bytes costs and how late its acknowledgements are, with the upstream down.

Each row is a gateway of its own with `commit_bytes`, under three loads: 50 devices that send so many messages a second in all,
and 50 devices with one message in flight each. The values take turns, several rounds; medians are printed. The table is in
gateway/docs/journal.md. `--before FILE` measures another build in the same turns, which may be one that knows no
`commit_bytes`; two more loads then have an uplink that answers, with the linger asked for and with 15 ms.
"""

import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import tempfile

import run


# What is sent a second in all, the window of each device, the linger (None: the one asked for), whether upstream answers.
LOADS = {"20,000/s": (20_000, 20, None, False), "2,000/s": (2_000, 20, None, False), "window 1": (0, 1, None, False)}
UPLINK_LOADS = {"2,000/s, uplink": (2_000, 20, None, True), "the same, 15 ms": (2_000, 20, "15ms", True)}


class Subject:
    """A build with a value of `commit_bytes`, None for a build that does not know the key, and the profiles it can read."""

    def __init__(self, program, commit_bytes, profiles=run.ROOT / "devices/profiles"):
        self.program, self.commit_bytes, self.profiles = program, commit_bytes, profiles
        self.name = commit_bytes or "before"

    def config(self, work, port, sink_port, admin_port, linger):
        options = argparse.Namespace(tls=False, linger=linger, commit_bytes=self.commit_bytes, durability="commit",
                                     profiles=self.profiles)
        text = run.gateway_config(work, port, sink_port, admin_port, options, 100)
        if self.commit_bytes:
            return text
        return "".join(line for line in text.splitlines(True) if not line.startswith(("commit_bytes", "client =")))


def measure(args, subject, rate, window, linger, uplink):
    work = pathlib.Path(tempfile.mkdtemp(prefix="sluice-bench-"))
    sink = run.Sink(args.bin) if uplink else None
    try:
        port, admin = run.free_port(), run.free_port()
        config = work / "gateway.toml"
        # Without an uplink nobody listens where it goes.
        sink_port = sink.port if sink else run.free_port()
        config.write_text(subject.config(work, port, sink_port, admin, linger or args.linger))
        with open(work / "log", "w") as log:
            gateway = subprocess.Popen([subject.program, "run", config], stderr=log)
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
        if sink:
            sink.stop()
        shutil.rmtree(work, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--before", type=pathlib.Path, help="program of another build")
    parser.add_argument("--profiles", type=pathlib.Path, default=run.ROOT / "devices/profiles")
    parser.add_argument("--before-profiles", type=pathlib.Path, default=run.ROOT / "devices/profiles")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--linger", default="4ms")
    parser.add_argument("--sizes", nargs="+", default=["256KiB", "32KiB", "16KiB", "8KiB", "4KiB"])
    args = parser.parse_args()
    args.bin = args.bin.resolve()
    subjects = [Subject(args.bin / "sluice", size, args.profiles) for size in args.sizes]
    loads = dict(LOADS)
    if args.before:
        subjects.insert(0, Subject(args.before.resolve(), None, args.before_profiles.resolve()))
        loads.update(UPLINK_LOADS)
    results = {}
    for _ in range(args.rounds):
        for subject in subjects:
            for name, load in loads.items():
                results.setdefault((subject.name, name), []).append(measure(args, subject, *load))
    for name in loads:
        for subject in subjects:
            rows = results[subject.name, name]
            median = {key: statistics.median(row[key] for row in rows)
                      for key in ("per_second", "p50_ms", "p99_ms", "cpu_us", "written")}
            print(f"{name:>15} {subject.name:>8}: {median['per_second']:8.0f}/s  p50 {median['p50_ms']:6.2f}  p99 "
                  f"{median['p99_ms']:6.2f} ms  {median['cpu_us']:6.2f} us  {median['written']:6.0f} B", flush=True)


if __name__ == "__main__":
    main()
