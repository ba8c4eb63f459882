"""A virtual machine with the image: its medium, its site, its command line, its start."""

import asyncio
import os
import shutil
import ssl
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "firmware_sim"))

import demo  # noqa: E402
import demo_config  # noqa: E402
from demo_programs import DemoError, Program  # noqa: E402

FIRMWARE = {"uefi": "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd", "u-boot": "/usr/lib/u-boot/qemu_arm64/u-boot.bin"}
BOOT_PARTITION = "@@1M"
PI_TREE = "bcm2837-rpi-3-b.dtb"
# What a machine that emulates another processor on a busy one may take.
PATIENCE = 120
# In emulation a handshake may take half a second: a queue of them would outlast its own timeout.
FEW_HANDSHAKES = [("max_half_open = 256", 'max_half_open = 16\nhandshake_timeout = "60s"\nconnect_timeout = "60s"')]


def add_arguments(parser, **defaults):
    parser.add_argument("--image", help="default: build/image's")
    parser.add_argument("--board", choices=("virt", "raspberry-pi"), default="virt",
                        help="raspberry-pi: a Pi 3 as qemu has it, with its own image; always direct, always 1,024 MiB")
    parser.add_argument("--bin", required=True, type=os.path.abspath, help="this machine's sluice and sluice-fleet")
    parser.add_argument("--boot", choices=("uefi", "u-boot", "direct"), default="uefi",
                        help="u-boot: its UEFI, which needs less memory; direct: qemu starts the image's kernel")
    parser.add_argument("--memory", type=int, default=256, help="MiB of the machine")
    parser.add_argument("--memory-limit", type=int, default=24, help="MiB for the gateway")
    parser.add_argument("--disk", type=int, default=256, help="MiB of the medium")
    parser.add_argument("--keep", action="store_true", help="keep the files also when all went well")
    parser.set_defaults(**defaults)


class Machine:
    def __init__(self, options, directory):
        self.options = options
        self.directory = directory
        self.port, self.admin_port = demo.free_port(), demo.free_port()
        self.disk = self.path("disk.img")
        self.pi = options.board == "raspberry-pi"
        name = "sluice-arm64-raspberry-pi.img" if self.pi else "sluice-arm64.img"
        shutil.copy(options.image or os.path.join(ROOT, "build/image", name), self.disk)
        os.truncate(self.disk, options.disk << 20)
        if options.boot == "direct" or self.pi:
            for file in ("linux", "initrd", *([PI_TREE] if self.pi else [])):
                self.get("slot-a/" + file, file)
        self.more = []  # further arguments of qemu
        self.program = None

    def path(self, name):
        return os.path.join(self.directory, name)

    def put(self, source, target):
        """Copies a file to the FAT partition."""
        subprocess.run(["mcopy", "-o", "-i", self.disk + BOOT_PARTITION, source, "::" + target], check=True)

    def get(self, source, name):
        """Copies a file of the FAT partition to the test's directory."""
        subprocess.run(["mcopy", "-n", "-i", self.disk + BOOT_PARTITION, "::" + source, self.path(name)], check=True)

    def write_site(self, relay_port, changes=()):
        """The demo's configuration, its paths and addresses as they are in the machine."""
        text = demo_config.GATEWAY.format(root="/nowhere", port=8883, admin_port=9464, relay_port=relay_port,
                                          memory=self.options.memory_limit, format="flatbuffers")
        for ours, theirs in (('"gateway-data"', '"/var/lib/sluice"'), ("pki/", ""),
                             ("/nowhere/devices/profiles", "/usr/share/sluice/profiles"),
                             ("127.0.0.1:8883", "0.0.0.0:8883"), ("127.0.0.1:9464", "0.0.0.0:9464"),
                             ("mqtt://127.0.0.1", "mqtt://10.0.2.2"), ('max_bytes  = "256MiB"', 'max_bytes  = "64MiB"'),
                             *changes):
            text = text.replace(ours, theirs)
        demo_config.write(self.path("site.toml"), text)
        self.put(self.path("site.toml"), "site/gateway.toml")
        for name in ("server.crt", "server.key", "devices-ca.crt"):
            self.put(self.path("pki/" + name), "site/" + name)

    def overlay(self, tree):
        """Boots (directly) with the files of a folder over those of the initramfs."""
        with open(self.path("initrd"), "ab") as initrd:
            initrd.write(bytes(-initrd.tell() % 4))
            initrd.flush()
            names = subprocess.check_output(["find", ".", "-mindepth", "1", "-print0"], cwd=tree)
            subprocess.run(["cpio", "--quiet", "-0", "-o", "-H", "newc", "-R", "0:0"], cwd=tree, input=names,
                           stdout=initrd, check=True)

    def command(self):
        options = self.options
        disk = f"file={self.disk},format=raw"
        net = (f"user,id=net,hostfwd=tcp:127.0.0.1:{self.port}-:8883,"
               f"hostfwd=tcp:127.0.0.1:{self.admin_port}-:9464")
        direct = ["-kernel", self.path("linux"), "-initrd", self.path("initrd"), "-append",
                  "quiet console=ttyS1,115200 sluice.watchdog=off" if self.pi else "quiet console=ttyAMA0"]
        command = ["qemu-system-aarch64", "-display", "none", "-netdev", net, *self.more]
        if self.pi:  # whose watchdog, in qemu, ends the machine as soon as it is armed
            return [*command, "-M", "raspi3b", "-drive", disk + ",if=sd", "-device", "usb-net,netdev=net",
                    *direct, "-dtb", self.path(PI_TREE), "-serial", "null", "-serial", "stdio"]
        return [*command, "-M", "virt", "-cpu", "cortex-a53", "-m", str(options.memory), "-nodefaults",
                "-serial", "stdio",
                "-drive", disk + ",if=none,id=disk", "-device", "virtio-blk-device,drive=disk",
                "-device", "virtio-net-device,netdev=net",
                *(direct if options.boot == "direct" else ["-bios", FIRMWARE[options.boot]])]

    async def start(self):
        """The time to the first TLS connection, and what the machine says of its memory once the gateway is healthy."""
        already_said = len(self.program.read_log()) if self.program else 0
        began = time.monotonic()
        self.program = await Program.start("gateway", self.command(), self.directory)
        await self.first_handshake(began + PATIENCE)
        took = time.monotonic() - began
        memory = await self.program.wait_for_line(r"gateway healthy, (.*)", PATIENCE, already_said)
        return took, memory.strip()

    async def first_handshake(self, deadline):
        """The forwarded port accepts before anybody listens in the machine, so the whole handshake is tried."""
        context = ssl.create_default_context(cafile=self.path("pki/server-ca.crt"))
        context.check_hostname = False
        device = self.path("pki/devices/device-0001")
        context.load_cert_chain(device + ".crt", device + ".key")
        while time.monotonic() < deadline:
            if not self.program.alive:
                raise DemoError(f"the machine ended with code {self.program.process.returncode}")
            try:
                _, writer = await asyncio.wait_for(
                    asyncio.open_connection("127.0.0.1", self.port, ssl=context), timeout=5)
                writer.close()
                return
            except (OSError, asyncio.TimeoutError):
                await asyncio.sleep(0.1)
        raise DemoError("nobody answered in the machine")
