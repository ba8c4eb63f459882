#!/usr/bin/python3
"""Installs, upgrades under load, removes and purges the package in a chroot of its architecture.

The demo's fleet, upstream, outage and verdict are used; the gateway is the installed one. In the middle of the load,
with the uplink away, the new version is unpacked under the running gateway, which is then restarted as the package
does on a machine with systemd. Needs root; another architecture than this machine's needs binfmt_misc.
"""

import asyncio
import glob
import os
import shutil
import stat
import subprocess
import sys
import tempfile

from emulation import emulation
from installed import CERTIFICATES, CONFIG, configuration, depends, expect, make_debian, parse_arguments

import demo
from demo_config import write
from demo_programs import DemoError, Program, leave


ENABLED = "/etc/systemd/system/multi-user.target.wants/sluice.service"


class Chroot:
    """A minimal Debian of that suite with the libraries that the package depends on."""

    def __init__(self, path, arch, suite, package):
        self.path = path
        make_debian(path, arch, suite, depends(package) + ",bash-completion")

    def file(self, path):
        return self.path + path

    def run(self, *command, check=True):
        done = subprocess.run(["chroot", self.path, *command], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False,
                              env={**os.environ, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive",
                                   "LC_ALL": "C"})
        if check and done.returncode != 0:
            raise DemoError(f"{' '.join(command)}: {done.stdout}")
        return done.stdout.strip()

    def dpkg(self, *arguments):
        return self.run("dpkg", *arguments)

    def install(self, package):
        name = "/root/" + os.path.basename(package)
        shutil.copy(package, self.file(name))
        self.dpkg("--force-confold", "-i", name)

    def version(self):
        return self.run("dpkg-query", "-W", "-f", "${Version}", "sluice")

    def owner_and_mode(self, path):
        return self.run("stat", "-c", "%U:%G %a", path)


class PackageDemo(demo.Demo):
    def __init__(self, options, directory):
        super().__init__(options, directory)
        self.chroot = options.chroot
        self.gateway_command = ["chroot", "--userspec=sluice:sluice", self.chroot.path, "/usr/bin/sluice"]

    async def start_gateway(self):
        """The demo's configuration, with the paths of the package, in place of the conffile."""
        already_said = len(self.gateway.read_log()) if self.gateway else 0
        write(self.chroot.file(CONFIG),
              configuration(f"mqtt://127.0.0.1:{self.relay.port}", self.port, self.admin_port))
        for name in CERTIFICATES:
            shutil.copy(os.path.join(self.path("pki"), name), self.chroot.file("/etc/sluice/" + name))
            self.chroot.run("chown", "sluice:sluice", "/etc/sluice/" + name)
        self.chroot.run("chmod", "0400", "/etc/sluice/server.key")
        self.gateway = await Program.start("gateway", [*self.gateway_command, "run", CONFIG], self.directory)
        patience = 60
        self.port = int(await self.gateway.wait_for_line(r"listening on \S*:(\d+)", patience, already_said))
        self.admin_port = int(await self.gateway.wait_for_line(r"admin on \S*:(\d+)", patience, already_said))
        await self.gateway.wait_for_line("gateway demo ready", patience, already_said)
        self.say(f"installed gateway {self.chroot.version()} on port {self.port}")

    async def disturb(self):
        await self.until(demo.UPLINK_GOES)
        await self.relay.cut()
        self.phase = "uplink away"
        await self.until(demo.GATEWAY_DIES)
        self.phase = "upgrading"
        before = self.chroot.version()
        await asyncio.get_running_loop().run_in_executor(None, self.chroot.install, self.options.packages[1])
        expect("the gateway during the upgrade is running", self.gateway.alive, True)
        self.say(f"upgraded {before} to {self.chroot.version()} under the running gateway")
        await self.gateway.terminate()
        expect("exit code of the old gateway", self.gateway.process.returncode, 0)
        await self.start_gateway()
        await self.until(demo.UPLINK_RETURNS)
        await self.relay.restore()
        self.phase = "normal"


def check_installed(chroot):
    expect("/var/lib/sluice", chroot.owner_and_mode("/var/lib/sluice"), "sluice:sluice 750")
    expect("/etc/sluice", chroot.owner_and_mode("/etc/sluice"), "root:sluice 750")
    expect("shell of the service user", chroot.run("getent", "passwd", "sluice").split(":")[-1], "/usr/sbin/nologin")
    for path in ("/usr/lib/systemd/system/sluice.service", "/usr/share/bash-completion/completions/sluice",
                 "/usr/share/man/man1/sluice.1.gz", "/usr/share/sluice/profiles/tasmota-sensor.toml"):
        expect(f"{path} is there", os.path.exists(chroot.file(path)) or "/man/" in path, True)
    expect("the service is enabled", os.path.islink(chroot.file(ENABLED)), True)
    expect("conffile", chroot.run("dpkg-query", "-W", "-f", "${Conffiles}", "sluice").split()[0], CONFIG)
    shutil.copy(os.path.join(os.path.dirname(__file__), "complete.bash"), chroot.file("/root"))
    completion = "/usr/share/bash-completion/completions/sluice"
    expect("completion", chroot.run("/root/complete.bash", completion, "journal", "c"), "cat")
    # The shipped configuration is right but for the certificates, which are the site's.
    complaints = chroot.run("sluice", "check", CONFIG, check=False)
    mistakes = [line for line in complaints.splitlines() if "error" in line and "server." not in line and
                "devices-ca" not in line]
    expect("mistakes in the shipped configuration", mistakes, [])


def check_removed(chroot):
    journal = glob.glob(chroot.file("/var/lib/sluice/*"))
    expect("journal before removal is there", bool(journal), True)
    chroot.dpkg("-r", "sluice")
    expect("program after removal", os.path.exists(chroot.file("/usr/bin/sluice")), False)
    expect("configuration after removal is there", os.path.exists(chroot.file(CONFIG)), True)
    expect("journal after removal", glob.glob(chroot.file("/var/lib/sluice/*")), journal)
    chroot.dpkg("-P", "sluice")
    expect("the service is enabled after purge", os.path.lexists(chroot.file(ENABLED)), False)
    expect("configuration after purge", os.path.exists(chroot.file(CONFIG)), False)
    expect("journal after purge", os.path.exists(chroot.file("/var/lib/sluice")), False)


def main():
    options = parse_arguments(__doc__, ("amd64", "arm64", "armhf"), seconds=20)
    options.rate = 10
    directory = tempfile.mkdtemp(prefix="sluice-package-")
    os.chmod(directory, stat.S_IRWXU | stat.S_IXGRP | stat.S_IXOTH)
    try:
        return test(options, directory)
    except DemoError as error:
        print(f"package: FAILED: {error}")
        leave(directory, "package", False)
        return 1


def test(options, directory):
    with emulation(options.arch):
        options.chroot = Chroot(os.path.join(directory, "root"), options.arch, options.suite,
                                options.packages[0])
        options.chroot.install(options.packages[0])
        check_installed(options.chroot)
        if not asyncio.run(demo.supervise(PackageDemo, options, directory)):
            raise DemoError("the demo has failed")
        check_removed(options.chroot)
    leave(directory, "package", True)
    print(f"package: {options.arch} {options.suite} ok: installed, upgraded under load, removed, purged")
    return 0


if __name__ == "__main__":
    sys.exit(main())
