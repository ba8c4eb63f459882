"""A virtual machine with Debian and systemd in it, started with its own kernel, and a root shell in it for the test."""

import asyncio
import glob
import os
import shutil
import subprocess

from installed import make_debian

from demo_config import write
from demo_programs import DemoError, Program

QEMU = {
    "amd64": ["qemu-system-x86_64", "-M", "q35", "-cpu", "max"],
    "arm64": ["qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a53"],
}
CONSOLE = {"amd64": "ttyS0", "arm64": "ttyAMA0"}
PACKAGES = "systemd,systemd-sysv,udev,init-system-helpers,linux-image-cloud-{arch},initramfs-tools"
FILES = {
    # All that the kernel needs before it sees its disk: an emulated processor soon unpacks a small initramfs.
    "etc/initramfs-tools/conf.d/small": "MODULES=list\n",
    "usr/share/initramfs-tools/modules.d/disk": "virtio_pci\nvirtio_blk\next4\n",
    "etc/systemd/network/ether.network": "[Match]\nType=ether\n[Network]\nDHCP=ipv4\n",
    "etc/systemd/system/test-shell.service": """[Unit]
BindsTo=dev-virtio\\x2dports-shell.device
After=dev-virtio\\x2dports-shell.device
[Service]
ExecStart=/bin/bash -c 'exec bash <>/dev/virtio-ports/shell >&0 2>&1'
Environment=HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C SYSTEMD_PAGER=
[Install]
WantedBy=multi-user.target
""",
}


def make_root(directory, arch, suite, depends):
    """directory/root: Debian as it comes, and the packages that are named."""
    files = os.path.join(directory, "files")
    for name, text in FILES.items():
        os.makedirs(os.path.dirname(os.path.join(files, name)), exist_ok=True)
        write(os.path.join(files, name), text)
    make_debian(os.path.join(directory, "root"), arch, suite, f"{PACKAGES.format(arch=arch)},{depends}",
                f'--essential-hook=cp -r {files}/. "$1/"',
                '--customize-hook=chroot "$1" systemctl --quiet enable test-shell systemd-networkd')


def make_disk(directory, mib=2048):
    """directory/disk.img and what starts it, from directory/root."""
    root = os.path.join(directory, "root")
    for name in ("vmlinuz", "initrd.img"):
        shutil.copy(glob.glob(f"{root}/boot/{name}-*")[0], os.path.join(directory, name))
    disk = os.path.join(directory, "disk.img")
    with open(disk, "wb") as file:
        file.truncate(mib << 20)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", root, disk], check=True)
    shutil.rmtree(root)


class Machine:
    def __init__(self, directory, arch):
        self.directory = directory
        self.arch = arch
        self.program = self.reader = self.writer = None

    def path(self, name):
        return os.path.join(self.directory, name)

    def command(self, forwards):
        network = "user,id=net" + "".join(f",hostfwd=tcp:127.0.0.1:{ours}-:{theirs}" for ours, theirs in forwards)
        return [*QEMU[self.arch], "-accel", "tcg", "-m", "512", "-display", "none", "-nodefaults", "-no-reboot",
                "-serial", "stdio", "-kernel", self.path("vmlinuz"), "-initrd", self.path("initrd.img"),
                "-append", f"console={CONSOLE[self.arch]} root=/dev/vda rw panic=-1",
                "-drive", f"file={self.path('disk.img')},format=raw,if=none,id=disk",
                "-device", "virtio-blk-pci,drive=disk",
                "-netdev", network, "-device", "virtio-net-pci,netdev=net,romfile=",
                "-chardev", f"socket,id=shell,path={self.path('shell')},server=on,wait=off",
                "-device", "virtio-serial-pci", "-device", "virtserialport,chardev=shell,name=shell"]

    async def boot(self, forwards, seconds):
        self.program = await Program.start("machine", self.command(forwards), self.directory)
        while not os.path.exists(self.path("shell")):
            if not self.program.alive:
                raise DemoError("the machine does not start: " + self.program.read_log())
            await asyncio.sleep(0.05)
        self.reader, self.writer = await asyncio.open_unix_connection(self.path("shell"))
        # What is said before the shell is there waits for it.
        await self.run("systemctl is-system-running --wait", seconds, check=False)

    async def run(self, command, seconds=60, check=True):
        """What the command says; with `check` it has to end well."""
        self.writer.write(f'{{ {command}\n}} </dev/null 2>&1; printf "\\n::ended %s\\n" $?\n'.encode())
        lines = []
        try:
            while True:
                line = (await asyncio.wait_for(self.reader.readline(), seconds)).decode(errors="replace").rstrip("\r\n")
                if line.startswith("::ended ") or self.reader.at_eof():
                    break
                lines.append(line)
        except asyncio.TimeoutError:
            raise DemoError(f"'{command}' has not ended in the machine after {seconds} s") from None
        said = "\n".join(lines).strip()
        if check and line != "::ended 0":
            raise DemoError(f"'{command}' in the machine: {said} {line}")
        return said
