#!/usr/bin/python3
"""Boots the image in a virtual machine, lets a fleet publish through it, and cuts its power.

The demo's fleet, upstream and verdict are used; the gateway is the one in the machine. A cut is a SIGKILL of the
machine: what its kernel had not written is gone.
"""

import argparse
import asyncio
import os
import random
import subprocess
import sys

import image_demo
import machine

import demo_config


class PowerCuts(image_demo.ImageDemo):
    def prepare(self):
        super().prepare()
        if self.options.broken_slot:
            self.write_broken_slot()

    def write_broken_slot(self):
        """A newer slot whose gateway ends at once; the boot loader has to come back from it by itself."""
        broken = self.path("broken/usr/bin")
        os.makedirs(broken)
        demo_config.write(os.path.join(broken, "sluice"), "#!/bin/sh\nexit 1\n")
        os.chmod(os.path.join(broken, "sluice"), 0o755)
        subprocess.run("find usr | cpio --quiet -o -H newc >../broken.cpio", shell=True, cwd=self.path("broken"),
                       check=True)
        entry = subprocess.check_output([os.path.join(machine.ROOT, "toolchains/image/entry.sh"), "slot-b", "2",
                                         "sluice.health_seconds=3"], text=True)
        entry = entry.replace("slot-b/linux", "slot-a/linux").replace(
            "initrd /slot-b/initrd", "initrd /slot-a/initrd\ninitrd /slot-b/broken")
        demo_config.write(self.path("slot-b.conf"), entry)
        subprocess.run(["mmd", "-i", self.machine.disk + machine.BOOT_PARTITION, "::slot-b"], check=True)
        self.machine.put(self.path("broken.cpio"), "slot-b/broken")
        self.machine.put(self.path("slot-b.conf"), "loader/entries/slot-b+3.conf")

    async def disturb(self):
        for _ in range(self.options.cuts):
            await asyncio.sleep(random.uniform(2, 5))
            self.check_alive(self.fleet)
            if uplink_goes := random.random() < 0.5:
                await self.relay.cut()
            await asyncio.sleep(random.uniform(0, 2))
            await self.cut_power()
            await self.start_gateway()
            if uplink_goes:
                await self.relay.restore()
        self.phase = "normal"

    async def judge(self, books):
        sound = await super().judge(books)
        return sound and (not self.options.broken_slot or self.judge_slots())

    def judge_slots(self):
        entries = subprocess.check_output(
            ["mdir", "-b", "-i", self.machine.disk + machine.BOOT_PARTITION, "::loader/entries"], text=True).split()
        tries = self.gateway.read_log().count("has not become healthy")
        print(f"  the newer slot was tried {tries} times; entries now: {' '.join(entries)}")
        return tries == 3 and any(entry.endswith("/slot-a.conf") for entry in entries)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    machine.add_arguments(parser)
    image_demo.add_arguments(parser)
    parser.add_argument("--cuts", type=int, default=0)
    parser.add_argument("--broken-slot", action="store_true",
                        help="a newer slot whose gateway does not work comes first")
    options = parser.parse_args()
    # Enough load for every cut: a boot and the time around it.
    options.seconds += options.cuts * (13 if options.boot == "direct" else 21)
    return options


def main():
    options = parse_arguments()
    good = image_demo.run(PowerCuts, options)
    where = f"{options.memory} MiB, {options.boot}" if options.board == "virt" else options.board
    print(f"image: {'ok' if good else 'FAILED'}, {options.cuts} power cuts, {where}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
