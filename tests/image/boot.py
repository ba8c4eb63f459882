#!/usr/bin/python3
"""Boots the image in a virtual machine, lets a fleet publish through it, and cuts its power.

The demo's fleet, upstream and verdict are used; the gateway is the one in the machine. A cut is a SIGKILL of the
machine: what its kernel had not written is gone.
"""

import argparse
import asyncio
import os
import random
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "firmware_sim"))

import demo  # noqa: E402
import demo_config  # noqa: E402
from demo_programs import DemoError, Program, metrics, total  # noqa: E402

FIRMWARE = "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd"
BOOT_PARTITION = "@@1M"
# What a machine that emulates another processor on a busy one may take.
PATIENCE = 120


class ImageDemo(demo.Demo):
    def __init__(self, options, directory):
        super().__init__(options, directory)
        self.port, self.admin_port = demo.free_port(), demo.free_port()
        self.disk = self.path("disk.img")
        shutil.copy(options.image, self.disk)
        os.truncate(self.disk, options.disk << 20)
        self.boots = []

    def write_site(self):
        text = demo_config.GATEWAY.format(root="/nowhere", port=8883, admin_port=9464, relay_port=self.relay.port,
                                          memory=self.options.memory_limit)
        for ours, theirs in (('"gateway-data"', '"/var/lib/sluice"'), ("pki/", ""),
                             ("/nowhere/devices/profiles", "/usr/share/sluice/profiles"),
                             ("127.0.0.1:8883", "0.0.0.0:8883"), ("127.0.0.1:9464", "0.0.0.0:9464"),
                             ("mqtt://127.0.0.1", "mqtt://10.0.2.2"), ('max_bytes  = "256MiB"', 'max_bytes  = "64MiB"')):
            text = text.replace(ours, theirs)
        demo_config.write(self.path("site.toml"), text)
        files = {"gateway.toml": self.path("site.toml")}
        files.update({name: self.path("pki/" + name) for name in ("server.crt", "server.key", "devices-ca.crt")})
        for name, source in files.items():
            subprocess.run(["mcopy", "-o", "-i", self.disk + BOOT_PARTITION, source, "::site/" + name], check=True)

    def write_broken_slot(self):
        """A newer slot whose gateway ends at once; the boot loader has to come back from it by itself."""
        broken = self.path("broken/usr/bin")
        os.makedirs(broken)
        demo_config.write(os.path.join(broken, "sluice"), "#!/bin/sh\nexit 1\n")
        os.chmod(os.path.join(broken, "sluice"), 0o755)
        subprocess.run("find usr | cpio --quiet -o -H newc >../broken.cpio", shell=True, cwd=self.path("broken"),
                       check=True)
        entry = subprocess.check_output([os.path.join(ROOT, "toolchains/image/entry.sh"), "slot-b", "2",
                                         "sluice.health_seconds=3"], text=True)
        entry = entry.replace("slot-b/linux", "slot-a/linux").replace(
            "initrd /slot-b/initrd", "initrd /slot-a/initrd\ninitrd /slot-b/broken")
        demo_config.write(self.path("slot-b.conf"), entry)
        partition = self.disk + BOOT_PARTITION
        subprocess.run(["mmd", "-i", partition, "::slot-b"], check=True)
        for source, target in (("broken.cpio", "slot-b/broken"), ("slot-b.conf", "loader/entries/slot-b+3.conf")):
            subprocess.run(["mcopy", "-i", partition, self.path(source), "::" + target], check=True)

    def machine(self):
        options = self.options
        command = ["qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a53", "-m", str(options.memory),
                   "-display", "none", "-serial", "stdio", "-nodefaults",
                   "-drive", f"file={self.disk},format=raw,if=none,id=disk", "-device", "virtio-blk-device,drive=disk",
                   "-netdev", f"user,id=net,hostfwd=tcp:127.0.0.1:{self.port}-:8883,"
                              f"hostfwd=tcp:127.0.0.1:{self.admin_port}-:9464",
                   "-device", "virtio-net-device,netdev=net"]
        if options.boot == "uefi":
            return [*command, "-bios", FIRMWARE]
        return [*command, "-kernel", options.kernel, "-initrd", options.initrd, "-append", "quiet console=ttyAMA0"]

    async def start_gateway(self):
        if self.gateway is None:
            self.write_site()
            if self.options.broken_slot:
                self.write_broken_slot()
        already_said = len(self.gateway.read_log()) if self.gateway else 0
        began = time.monotonic()
        self.gateway = await Program.start("gateway", self.machine(), self.directory)
        await self.first_handshake(began + PATIENCE)
        took = time.monotonic() - began
        memory = await self.gateway.wait_for_line(r"gateway healthy, (.*)", PATIENCE, already_said)
        self.boots.append(took)
        self.say(f"boot {len(self.boots)}: first TLS connection after {took:.1f} s; {memory.strip()}")

    async def first_handshake(self, deadline):
        """The forwarded port accepts before anybody listens in the machine, so the whole handshake is tried."""
        context = ssl.create_default_context(cafile=self.path("pki/server-ca.crt"))
        context.check_hostname = False
        device = self.path("pki/devices/device-0001")
        context.load_cert_chain(device + ".crt", device + ".key")
        while time.monotonic() < deadline:
            if not self.gateway.alive:
                raise DemoError(f"the machine ended with code {self.gateway.process.returncode}")
            try:
                _, writer = await asyncio.wait_for(
                    asyncio.open_connection("127.0.0.1", self.port, ssl=context), timeout=5)
                writer.close()
                return
            except (OSError, asyncio.TimeoutError):
                await asyncio.sleep(0.1)
        raise DemoError("nobody answered in the machine")

    async def disturb(self):
        for _ in range(self.options.cuts):
            await asyncio.sleep(random.uniform(2, 5))
            self.check_alive(self.fleet)
            if uplink_goes := random.random() < 0.5:
                await self.relay.cut()
            await asyncio.sleep(random.uniform(0, 2))
            fleet = self.fleet_status()
            await self.gateway.kill()
            self.say(f"power cut {len(self.boots)}, {fleet.get('acknowledged', 0)} acknowledged so far")
            await self.start_gateway()
            if uplink_goes:
                await self.relay.restore()
        self.phase = "normal"

    async def judge(self, books):
        sound = await super().judge(books)
        accepted = total(books, "sluice_stream_accepted")
        parts = {part: total(books, "sluice_route_" + part)
                 for part in ("acknowledged", "pending", "dead_lettered", "expired", "evicted")}
        print(f"  books: accepted {accepted} = " + " + ".join(f"{count} {part}" for part, count in parts.items()))
        repaired = len(re.findall(r"recovering journal", self.gateway.read_log()))
        print(f"  {len(self.boots)} boots, {min(self.boots):.1f} to {max(self.boots):.1f} s to the first TLS "
              f"connection; the file system recovered its journal {repaired} times")
        if self.options.broken_slot:
            entries = subprocess.check_output(["mdir", "-b", "-i", self.disk + BOOT_PARTITION, "::loader/entries"],
                                              text=True).split()
            tries = self.gateway.read_log().count("has not become healthy")
            print(f"  the newer slot was tried {tries} times; entries now: {' '.join(entries)}")
            sound = sound and tries == 3 and any(entry.endswith("/slot-a.conf") for entry in entries)
        return sound and accepted == sum(parts.values())


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--image", default=os.path.join(ROOT, "build/image/sluice-arm64.img"))
    parser.add_argument("--bin", required=True, type=os.path.abspath, help="this machine's sluice and sluice-fleet")
    parser.add_argument("--boot", choices=("uefi", "direct"), default="uefi")
    parser.add_argument("--kernel", help="direct: the kernel")
    parser.add_argument("--initrd", help="direct: the initramfs")
    parser.add_argument("--memory", type=int, default=256, help="MiB of the machine")
    parser.add_argument("--memory-limit", type=int, default=24, help="MiB for the gateway")
    parser.add_argument("--disk", type=int, default=256, help="MiB of the medium")
    parser.add_argument("--cuts", type=int, default=0)
    parser.add_argument("--broken-slot", action="store_true",
                        help="a newer slot whose gateway does not work comes first")
    parser.add_argument("--devices", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--rate", type=float, default=5)
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    options.upstream, options.gateway = "embedded", ""
    # Enough load for every cut: a boot and the time around it.
    options.seconds += options.cuts * (21 if options.boot == "uefi" else 13)
    return options


def main():
    options = parse_arguments()
    directory = tempfile.mkdtemp(prefix="sluice-image-")
    demo.Demo = ImageDemo
    good = asyncio.run(demo.supervise(options, directory))
    if good and not options.keep:
        shutil.rmtree(directory)
    else:
        print(f"image: disk, logs and data are in {directory}")
    print(f"image: {'ok' if good else 'FAILED'}, {options.cuts} power cuts, {options.memory} MiB, {options.boot}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
