#!/usr/bin/python3
"""The gateway's resident memory in the image: idle, and with devices that are connected over mutual TLS and silent.

With --program it is another build's gateway in the same image, also one for armhf: the kernel runs such programs too.
"""

import argparse
import asyncio
import sys

import image_demo
import machine
import measured
import silent_fleet

import demo
from demo_programs import metrics


class Footprint(demo.Demo):
    def __init__(self, options, directory):
        super().__init__(options, directory)
        self.machine = machine.Machine(options, directory)
        self.rows = []

    async def run(self):
        await self.make_pki()
        await self.start_upstream()
        self.machine.write_site(self.upstream_port, machine.FEW_HANDSHAKES)
        measured.stand_in(self.machine, self.options.program)
        took, memory = await self.machine.start()
        self.say(f"first TLS connection after {took:.1f} s; {memory}")
        await self.measure(0)
        connected = 0
        for number, total in enumerate(self.options.counts):
            await silent_fleet.connect(self, f"silent{number}-", total - connected)
            connected = total
            await self.measure(total)
        self.print_table()
        return True

    def pki_arguments(self):
        arguments = ["--devices", "device-", "1"]
        connected = 0
        for number, total in enumerate(self.options.counts):
            arguments += ["--devices", f"silent{number}-", str(total - connected)]
            connected = total
        return arguments

    async def measure(self, devices):
        """After a while of silence, in which what handshakes needed is given back."""
        await asyncio.sleep(self.options.settle)
        values = {name: measured.last(self.machine, name) for name in ("VmRSS", "RssAnon", "VmHWM", "MemAvailable")}
        connections = sum(value for name, value in (await metrics(f"127.0.0.1:{self.machine.admin_port}")).items()
                          if name.startswith("sluice_listener_connections{"))
        self.rows.append((devices, values))
        self.say(f"{devices} devices, {connections:.0f} connections: {values['VmRSS']:.1f} MiB resident")

    def print_table(self):
        idle = self.rows[0][1]["VmRSS"]
        print("\n  | devices | resident | of that not files | KiB a device | peak | available in the machine |")
        print("  | --- | --- | --- | --- | --- | --- |")
        for devices, values in self.rows:
            each = f"{(values['VmRSS'] - idle) * 1024 / devices:.1f}" if devices else ""
            print(f"  | {devices} | {values['VmRSS']:.1f} MiB | {values['RssAnon']:.1f} MiB | {each} | "
                  f"{values['VmHWM']:.1f} MiB | {values['MemAvailable']:.0f} MiB |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    machine.add_arguments(parser, boot="direct", memory=128, memory_limit=64)
    parser.add_argument("--program", help="another gateway than the image's, for arm64 or armhf")
    silent_fleet.add_arguments(parser)
    parser.add_argument("--counts", type=lambda text: [int(count) for count in text.split(",")],
                        default=[100, 500, 1000], help="numbers of devices, rising")
    parser.add_argument("--settle", type=float, default=8, help="seconds before a measurement")
    options = parser.parse_args()
    options.upstream, options.gateway = "embedded", ""
    good = image_demo.run(Footprint, options)
    print(f"image: {'ok' if good else 'FAILED'}, footprint of {options.program or 'the image'}, "
          f"{options.memory} MiB, maximum fragment {options.max_fragment or 'not negotiated'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
