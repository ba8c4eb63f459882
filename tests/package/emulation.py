"""Programs of another architecture, run by the kernel with qemu-user."""

import contextlib
import os
import subprocess


@contextlib.contextmanager
def emulation(arch):
    """Programs of that architecture run here while this lasts."""
    name = {"arm64": "qemu-aarch64", "armhf": "qemu-arm"}.get(arch)
    folder = "/proc/sys/fs/binfmt_misc"
    if name is None or os.path.exists(os.path.join(folder, name)):
        yield
        return
    if not os.path.exists(os.path.join(folder, "register")):
        subprocess.run(["mount", "-t", "binfmt_misc", "binfmt_misc", folder], check=True)
    with open(f"/usr/lib/binfmt.d/{name}.conf", encoding="ascii") as file:
        rule = file.read()
    with open(os.path.join(folder, "register"), "w", encoding="ascii") as file:
        file.write(rule)
    # The emulator's default processor checks pointers in software, ten times slower than these.
    os.environ["QEMU_CPU"] = "cortex-a53" if arch == "arm64" else "cortex-a15"
    try:
        yield
    finally:
        with open(os.path.join(folder, name), "w", encoding="ascii") as file:
            file.write("-1")
