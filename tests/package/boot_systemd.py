#!/usr/bin/python3
"""Boots Debian in a virtual machine and lets systemd run the package's unit, under all that the unit denies it.

The demo's fleet, upstream and verdict are used; the gateway is the service in the machine. While the fleet publishes and
the uplink is away, dpkg upgrades the package, the gateway is stopped dead (SIGSTOP) until systemd's watchdog restarts it, and
killed. Needs root for mmdebstrap, and qemu-system; the processor is emulated.
"""

import asyncio
import os
import re
import shutil
import sys
import tempfile
import time

from debian_machine import Machine, make_disk, make_root
from emulation import emulation
from installed import CERTIFICATES, CONFIG, configuration, depends, expect, parse_arguments

import demo
from demo_config import write
from demo_programs import leave

# A system call that the unit's filter forbids kills the gateway here, and the watchdog is quicker than the package's.
# The limit of open files is the gateway's to raise.
DROP_IN = "[Service]\nWatchdogSec=5\nSystemCallErrorNumber=kill\nLimitNOFILE=1024:65536\n"
BOOT_SECONDS = 300
EXPOSURE = 1.6  # of systemd-analyze security, which counts calls that the filter lets through to ProtectClock='s EPERM


class SystemdDemo(demo.Demo):
    def __init__(self, options, directory):
        super().__init__(options, directory)
        self.machine = Machine(directory, options.arch)
        self.port, self.admin_port = demo.free_port(), demo.free_port()
        self.starts = 0

    def ok(self, text):
        self.say(f"ok: {text}")

    async def guest(self, command, **how):
        return await self.machine.run(command, **how)

    async def show(self, *names):
        """Properties of the unit as systemd has them now."""
        said = await self.guest("systemctl show sluice -p " + ",".join(names))
        values = dict(line.split("=", 1) for line in said.splitlines())
        return [values.get(name) for name in names]

    def install_line(self, package):
        return f"dpkg --force-confold -i /root/{os.path.basename(package)}"

    # Starting

    async def start_gateway(self):
        site = self.path("root/root/site")
        os.makedirs(site)
        write(site + "/gateway.toml", configuration(f"mqtt://10.0.2.2:{self.relay.port}", 8883, 9464, "0.0.0.0"))
        write(site + "/test.conf", DROP_IN)
        for file in [self.path("pki/" + name) for name in CERTIFICATES]:
            shutil.copy(file, site)
        for package in self.options.packages:
            shutil.copy(package, self.path("root/root"))
        make_disk(self.directory)
        began = time.monotonic()
        await self.machine.boot([(self.port, 8883), (self.admin_port, 9464)], BOOT_SECONDS)
        self.gateway = self.machine.program
        version = (await self.guest("systemctl --version")).split("\n")[0]
        self.say(f"booted {version} in {time.monotonic() - began:.0f} s")
        await self.check_first_install()
        await self.check_mistake()
        await self.start_service()
        await self.check_confinement()

    async def check_first_install(self):
        await self.guest(self.install_line(self.options.packages[0]), seconds=120)
        expect("enabled", await self.guest("systemctl is-enabled sluice"), "enabled")
        state = await self.show("ActiveState", "ConditionResult", "Result")
        expect("state without a key", state, ["inactive", "no", "success"])
        complaints = await self.guest("systemd-analyze verify --man=no sluice.service", check=False)
        expect("what systemd has to say about the unit", [line for line in complaints.splitlines() if "sluice" in line], [])
        self.ok("installed, enabled, waits for its key without having failed; systemd-analyze verify has nothing to say")

    async def check_mistake(self):
        """A certificate that is not there yet is waited for; a mistake in the text is not tried again and again."""
        await self.guest("install -o sluice -g sluice -m 0400 /root/site/server.key /etc/sluice/")
        await self.guest("systemctl start sluice", check=False)
        expect("state without a certificate", await self.show("ActiveState", "ExecMainStatus"), ["activating", "1"])
        await self.guest("systemctl stop sluice && echo 'mistake = 1' >> /etc/sluice/gateway.toml")
        await self.guest("systemctl start sluice", check=False)
        state = await self.show("ActiveState", "ExecMainStatus", "NRestarts")
        expect("state with a mistake in the configuration", state, ["failed", "2", "0"])
        self.ok("waits for a certificate that is not there; does not try a mistake in the configuration again and again")

    async def start_service(self):
        await self.guest("install -o root -g sluice -m 0640 /root/site/*.crt /root/site/gateway.toml /etc/sluice/ && "
                         "install -D -t /etc/systemd/system/sluice.service.d /root/site/test.conf && "
                         "systemctl daemon-reload && systemctl reset-failed sluice && systemctl start sluice")
        self.starts = 1
        state = await self.show("Type", "ActiveState", "SubState", "WatchdogUSec", "MemoryMax", "TasksMax")
        expect("state", state, ["notify", "active", "running", "5s", str(128 << 20), "64"])
        self.ok("started: the gateway has told systemd that it is ready")

    async def check_confinement(self):
        pid, = await self.show("MainPID")
        said = await self.guest(f"cat /proc/{pid}/status")
        status = dict(line.split(":\t", 1) for line in said.splitlines() if ":\t" in line)
        wanted = {"NoNewPrivs": "1", "Seccomp": "2", "CapEff": "0" * 16, "CapBnd": "0" * 16}
        expect("confinement", {key: status[key] for key in wanted}, wanted)
        expect("user", await self.guest(f"stat -c %U /proc/{pid}"), "sluice")
        limits = "cat /sys/fs/cgroup/system.slice/sluice.service/"
        expect("limits in the kernel", [await self.guest(limits + name) for name in ("memory.max", "pids.max")],
               [str(128 << 20), "64"])
        limit = await self.guest(f"grep 'Max open files' /proc/{pid}/limits")
        expect("limits of open files, soft and hard", limit.split()[3:5], ["65536", "65536"])
        said = await self.guest("systemd-analyze security --no-pager sluice.service")
        exposure = float(re.search(r"exposure level for sluice.service: ([\d.]+)", said).group(1))
        expect(f"exposure of {exposure} is at most {EXPOSURE}", exposure <= EXPOSURE, True)
        self.ok(f"runs confined as systemd was told; exposure level {exposure}")

    # Running

    async def disturb(self):
        await self.load()
        await self.relay.cut()
        self.phase = "uplink away"
        await self.load()
        await self.check_upgrade()
        await self.load()
        await self.check_restart("STOP", "watchdog")
        await self.load()
        await self.check_restart("KILL", "signal")
        await self.load()
        await self.relay.restore()
        self.phase = "normal"

    async def load(self, readings=100):
        """Waits until the gateway has acknowledged so many more."""
        wanted = self.fleet_status().get("acknowledged", 0) + readings
        while self.fleet_status().get("acknowledged", 0) < wanted:
            self.check_alive(self.fleet)
            await asyncio.sleep(0.1)

    async def check_upgrade(self):
        before, = await self.show("MainPID")
        version = "dpkg-query -W -f '${Version}' sluice"
        old = await self.guest(version)
        await self.guest(self.install_line(self.options.packages[1]), seconds=120)
        after, state, restarts = await self.show("MainPID", "ActiveState", "NRestarts")
        self.starts += 1
        expect("restarted by the upgrade", (after != before, state, restarts), (True, "active", "0"))
        self.ok(f"dpkg upgraded {old} to {await self.guest(version)} and restarted the service")

    async def check_restart(self, signal, result):
        before, restarts = await self.show("MainPID", "NRestarts")
        began = time.monotonic()
        await self.guest(f"kill -{signal} {before}")
        while time.monotonic() < began + 60:
            after, count, state = await self.show("MainPID", "NRestarts", "ActiveState")
            if state == "active" and after != before:
                break
            self.check_alive(self.fleet)
            await asyncio.sleep(0.2)
        self.starts += 1
        expect(f"after SIG{signal}", (state, int(count)), ("active", int(restarts) + 1))
        expect("cause that systemd names",
               f"result '{result}'" in await self.guest("journalctl -u sluice -o cat -n 40"), True)
        self.ok(f"after SIG{signal} systemd ({result}) had it running again in {time.monotonic() - began:.1f} s")

    # Ending

    async def stop_everything(self):
        await self.wait_until_consumer_is_quiet()
        await self.check_journal()
        await self.check_removal()
        await self.guest("systemctl poweroff --no-block || true")  # its own bus may be gone before it answers
        await self.gateway.finish(120)
        for program in (self.consumer, self.upstream):
            await program.terminate()

    async def check_journal(self):
        said = await self.guest("journalctl -u sluice -o cat")
        expect("times that the gateway says it is ready", said.count("gateway demo ready"), self.starts)
        expect("what was denied", re.findall(r".*(?:not permitted|denied|SIGSYS).*", said), [])
        expect("status", "active (running)" in await self.guest("systemctl status --no-pager sluice"), True)
        used, = await self.show("MemoryCurrent")
        self.ok(f"{self.starts} starts in the journal, nothing denied; {int(used) / (1 << 20):.1f} MiB charged to the unit")

    async def check_removal(self):
        began = time.monotonic()
        await self.guest("systemctl stop sluice")
        took = time.monotonic() - began
        expect("stopped", await self.show("ActiveState", "Result", "ExecMainStatus"), ["inactive", "success", "0"])
        await self.guest("systemctl start sluice && dpkg -r sluice")
        expect("after removal", await self.show("ActiveState", "Result"), ["inactive", "success"])
        await self.guest(f'test -e {CONFIG} -a -n "$(ls /var/lib/sluice)"')
        await self.guest("dpkg -P sluice && rm -r /etc/systemd/system/sluice.service.d && systemctl daemon-reload")
        left = await self.guest("find /etc /var/lib /usr -path /var/lib/dpkg/info -prune -o "
                                "-iname '*sluice*' ! -path '/root/*' -print")
        expect("left after purge", [line for line in left.splitlines() if not line.startswith("/etc/sluice")], [])
        expect("unit after purge", await self.show("LoadState"), ["not-found"])
        self.ok(f"stopped in order within {took:.1f} s; removed while it ran, and purged")


def main():
    options = parse_arguments(__doc__, ("amd64", "arm64"), seconds=60)
    options.rate = 5
    directory = tempfile.mkdtemp(prefix="sluice-systemd-")
    with emulation(options.arch):
        make_root(directory, options.arch, options.suite, depends(options.packages[0]))
    good = asyncio.run(demo.supervise(SystemdDemo, options, directory))
    leave(directory, "package", good)
    print(f"package: {options.arch} {options.suite} {'ok' if good else 'FAILED'} under systemd")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
