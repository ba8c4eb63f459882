"""A gateway in the machine that says every second how much memory it holds.

The image has no login, so a script takes the gateway's place in the initramfs, reads /proc beside it and becomes it. The
program may also be that of another build, or one for armhf, which the same kernel runs.
"""

import os
import re
import subprocess

from machine import ROOT

import demo_config
from demo_programs import DemoError

TRIPLES = {"arm64": "aarch64-linux-gnu", "armhf": "arm-linux-gnueabihf"}
LOADERS = {"armhf": "ld-linux-armhf.so.3"}
IMAGE_LIBRARIES = os.path.join(ROOT, "build/image/root/lib/aarch64-linux-gnu")

STAND_IN = """#!/bin/sh
# In the gateway's place: says what it holds, in kB, and becomes it.
(while kill -0 $$ 2>/dev/null; do
  echo "footprint: $(awk '/^(VmHWM|VmRSS|RssAnon|MemAvailable):/ { printf "%s %s ", $1, $2 }' /proc/$$/status /proc/meminfo)"
  sleep 1
done) &
exec /usr/bin/sluice-measured "$@"
"""


def stand_in(machine, program):
    """Puts the script over the machine's gateway. Without a program it is the image's own."""
    tree = machine.path("measured")
    os.makedirs(os.path.join(tree, "usr/bin"))
    program = program or os.path.join(ROOT, "build/image/root/usr/bin/sluice")
    copy_libraries(program, tree)
    subprocess.run(["install", "-m", "0755", program, os.path.join(tree, "usr/bin/sluice-measured")], check=True)
    script = os.path.join(tree, "usr/bin/sluice")
    demo_config.write(script, STAND_IN)
    os.chmod(script, 0o755)
    machine.overlay(tree)


def copy_libraries(program, tree):
    """What the program needs from its architecture's sysroot and the image does not have."""
    header = subprocess.check_output(["readelf", "-h", program], text=True)
    architecture = "arm64" if "AArch64" in header else "armhf"
    triple = TRIPLES[architecture]
    sysroot = os.path.join(ROOT, "build/sysroot/bookworm-" + architecture)
    target = os.path.join(tree, "lib", triple)
    os.makedirs(target)
    have = set(os.listdir(IMAGE_LIBRARIES)) if architecture == "arm64" else set()
    pending = [program]
    while pending:
        dynamic = subprocess.check_output(["readelf", "-d", pending.pop()], text=True)
        for name in set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)) - have:
            folders = (os.path.join(sysroot, folder, triple, name) for folder in ("lib", "usr/lib"))
            source = next((path for path in folders if os.path.exists(path)), None)
            if source is None:
                raise DemoError(f"the sysroot of {architecture} has no {name}")
            subprocess.run(["install", "-m", "0755", source, os.path.join(target, name)], check=True)
            have.add(name)
            pending.append(source)
    if loader := LOADERS.get(architecture):
        os.symlink(f"{triple}/{loader}", os.path.join(tree, "lib", loader))


def last(machine, name):
    """The newest of a number, in MiB."""
    values = re.findall(rf"footprint: .*\b{name}: (\d+)", machine.program.read_log())
    return int(values[-1]) / 1024 if values else 0.0
