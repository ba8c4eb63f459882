#!/usr/bin/env python3
"""Publishers at full speed (QoS 0, plaintext) against another client's round trip: PINGREQ to PINGRESP."""

import argparse
import mmap
import os
import socket
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "scenario"))

from support.process import Process  # noqa: E402

SLUICE = os.path.join(os.environ.get("SLUICE_BIN", ""), "sluice")
CONFIG = """
[gateway]
id = "fairness"
data_dir = "data"
[admin]
enabled = false
[[listener]]
bind = "127.0.0.1:0"
plaintext = true
anonymous = true
[[access]]
publish = ["#"]
subscribe = ["#"]
"""


def connect(port, name):
    peer = socket.create_connection(("127.0.0.1", port))
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    peer.sendall(b"\x10" + bytes([12 + len(name)]) + b"\x00\x04MQTT\x04\x02\x00\x3c" + len(name).to_bytes(2, "big") + name)
    assert peer.recv(4)[0] == 0x20
    return peer


def start_publisher(port, number, payload, sent):
    """`sent` is shared memory: messages, 8 bytes for each publisher."""
    child = os.fork()
    if child == 0:
        try:
            peer = connect(port, b"flood%02d" % number)
            body = b"\x00\x05flood" + b"x" * payload
            messages = (b"\x30" + bytes([len(body)]) + body) * 4096
            for rounds in range(1, 1 << 40):
                peer.sendall(messages)
                sent[number * 8:number * 8 + 8] = (rounds * 4096).to_bytes(8, "little")
        finally:
            os._exit(0)
    return child


def total(sent):
    return sum(int.from_bytes(sent[i:i + 8], "little") for i in range(0, 4096, 8))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--publishers", type=int, nargs="*", default=[0, 1, 4])
    parser.add_argument("--payload", type=int, default=16)
    parser.add_argument("--pings", type=int, default=1000)
    options = parser.parse_args()
    for publishers in options.publishers:
        with tempfile.TemporaryDirectory() as directory:
            with open(os.path.join(directory, "c.toml"), "w", encoding="utf-8") as file:
                file.write(CONFIG)
            gateway = Process("gateway", [SLUICE, "run", "c.toml"], directory)
            port = int(gateway.wait_for_line(r"listening on \S*:(\d+)").group(1))
            sent = mmap.mmap(-1, 4096)
            children = [start_publisher(port, i, options.payload, sent) for i in range(publishers)]
            peer = connect(port, b"pinger")
            time.sleep(0.5)
            trips = []
            started, before = time.monotonic(), total(sent)
            for _ in range(options.pings):
                begin = time.monotonic()
                peer.sendall(b"\xc0\x00")
                peer.recv(2)
                trips.append((time.monotonic() - begin) * 1000)
                time.sleep(0.001)
            rate = (total(sent) - before) / (time.monotonic() - started)
            trips.sort()
            print(f"{publishers} publishers: p50 {trips[len(trips) // 2]:.2f} ms, p99 {trips[len(trips) * 99 // 100]:.2f} ms, "
                  f"worst {trips[-1]:.2f} ms; {rate / 1000:.0f} thousand messages a second", flush=True)
            for child in children:
                os.kill(child, 9)
                os.waitpid(child, 0)
            gateway.kill()


if __name__ == "__main__":
    main()
