#!/usr/bin/env python3
"""Somebody without credentials against the gateway's TLS port: how long until an honest device is in?

The attacker holds as many connections as it is told, from one address or from many, says what the attack says and opens
each again as soon as it is closed. Meanwhile an honest device comes again and again: TCP, mutual TLS, CONNECT, a
QoS 1 message and its PUBACK. A device whose connection is closed comes back at once; its time goes on. SLUICE_BIN is
the folder of the program, which may be a script that runs another processor's under qemu.
"""

import argparse
import os
import random
import selectors
import socket
import ssl
import struct
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "scenario"))

from support.gateway import Gateway, stream  # noqa: E402
from support.pki import Pki  # noqa: E402

DEVICE = "device-1"
OBSERVER_SECONDS = 60


def client_hello():
    """What a TLS 1.2 client with a good set of suites says first."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        context.wrap_bio(incoming, outgoing).do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


ATTACKS = {
    "nothing": lambda hello: b"",
    "one-byte": lambda hello: hello[:1],
    "half-hello": lambda hello: hello[:len(hello) // 2],
    "large-record": lambda hello: b"\x16\x03\x01\x40\x00",
    "http": lambda hello: b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "hello": lambda hello: hello,
}


class Attacker:
    """Runs in a process of its own, in one thread, until it is killed."""

    def __init__(self, port, connections, addresses, says):
        self.port, self.says = port, says
        self.addresses = [f"127.{1 + i // 62500}.{i // 250 % 250}.{1 + i % 250}" for i in range(addresses)]
        self.selector = selectors.DefaultSelector()
        self.wanted = connections

    def open(self, i):
        peer = socket.socket()
        peer.setblocking(False)
        # Its port is the kernel's to choose when it connects, or few would be left.
        peer.setsockopt(socket.IPPROTO_IP, 24, 1)
        if self.addresses != ["127.1.0.1"]:
            peer.bind((self.addresses[i % len(self.addresses)], 0))
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.connect_ex(("127.0.0.1", self.port))
        self.selector.register(peer, selectors.EVENT_WRITE, i)

    def run(self):
        for i in range(self.wanted):
            self.open(i)
        while True:
            for key, events in self.selector.select():
                self.serve(key.fileobj, key.data, events)

    def serve(self, peer, i, events):
        try:
            if events & selectors.EVENT_WRITE:
                if self.says:
                    peer.send(self.says)
                self.selector.modify(peer, selectors.EVENT_READ, i)
                return
            if peer.recv(65536):
                return
        except OSError:
            pass
        self.selector.unregister(peer)
        peer.close()
        self.open(i)


def start_attack(*arguments):
    child = os.fork()
    if child == 0:
        try:
            Attacker(*arguments).run()
        finally:
            os._exit(1)
    return child


class Honest:
    CONNECT = b"\x10\x14\x00\x04MQTT\x04\x02\x00\x3c\x00\x08" + DEVICE.encode()
    TOPIC = f"devices/{DEVICE}/zigbee2mqtt/plug".encode()

    def __init__(self, port, pki, source):
        self.port, self.source = port, source
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.tls.check_hostname = False
        self.tls.load_verify_locations(pki.server_ca)
        self.tls.load_cert_chain(pki.cert(DEVICE), pki.key(DEVICE))
        body = struct.pack("!H", len(self.TOPIC)) + self.TOPIC + b"\x00\x01" + b'{"temperature":21.5}'
        self.publish = b"\x32" + bytes([len(body)]) + body

    def once(self):
        with socket.create_connection(("127.0.0.1", self.port), 30, (self.source, 0)) as raw:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.tls.wrap_socket(raw) as peer:
                peer.sendall(self.CONNECT)
                self.expect(peer, 0x20)
                peer.sendall(self.publish)
                self.expect(peer, 0x40)

    @staticmethod
    def expect(peer, kind):
        answer = b""
        while len(answer) < 4:
            piece = peer.recv(4 - len(answer))
            if not piece:
                raise ConnectionError("closed")
            answer += piece
        assert answer[0] == kind, answer

    def time_until_in(self):
        begin = time.monotonic()
        attempts = 0
        while time.monotonic() - begin < OBSERVER_SECONDS:
            attempts += 1
            try:
                self.once()
                break
            except OSError:
                pass
        return time.monotonic() - begin, attempts


def quantile(values, q):
    return sorted(values)[min(len(values) - 1, int(len(values) * q))]


def measure(gateway, honest, times):
    taken, attempts = zip(*(honest.time_until_in() for _ in range(times)))
    return (f"in after p50 {quantile(taken, 0.5) * 1000:.0f} ms, p99 {quantile(taken, 0.99) * 1000:.0f} ms, "
            f"worst {max(taken) * 1000:.0f} ms; {sum(attempts)} attempts for {times}; "
            f"accepted {gateway.total('sluice_listener_accepted_total')}, "
            f"displaced {gateway.total('sluice_listener_displaced_total')}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attack", choices=[*ATTACKS, "all"], default="all")
    parser.add_argument("--connections", type=int, nargs="*", default=[128, 2000])
    parser.add_argument("--addresses", type=int, nargs="*", default=[1, 200])
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--warm-up", type=float, default=1.0, help="seconds of attack before the first device comes")
    parser.add_argument("--same-address", action="store_true", help="the device comes from the attacker's address")
    options = parser.parse_args()
    random.seed(1)
    hello = client_hello()
    with tempfile.TemporaryDirectory() as directory:
        pki = Pki(os.path.join(directory, "pki"), DEVICE)
        print("no attack:", end=" ", flush=True)
        run(directory, pki, options, None)
        for attack in ATTACKS if options.attack == "all" else [options.attack]:
            for connections in options.connections:
                for addresses in options.addresses:
                    print(f"{attack}, {connections} connections from {addresses}:", end=" ", flush=True)
                    run(directory, pki, options, (connections, addresses, ATTACKS[attack](hello)))


def run(directory, pki, options, attack):
    gateway = Gateway(directory, [stream()]).start()
    attacker = None
    try:
        if attack:
            attacker = start_attack(gateway.port, *attack)
            time.sleep(options.warm_up)
        source = "127.200.0.1"
        if options.same_address:
            source = "127.1.0.1" if attack and attack[1] > 1 else "127.0.0.1"
        print(measure(gateway, Honest(gateway.port, pki, source), options.times), flush=True)
    finally:
        if attacker:
            os.kill(attacker, 9)
            os.waitpid(attacker, 0)
        gateway.kill()


if __name__ == "__main__":
    main()
