"""What the tests of the installed package share: the demo, with a package's paths."""

import argparse
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "firmware_sim"))

import demo_config  # noqa: E402
from demo_programs import DemoError  # noqa: E402

CONFIG = "/etc/sluice/gateway.toml"
CERTIFICATES = ("server.crt", "server.key", "devices-ca.crt")
# As in the version: the release of Debian that a package is for.
RELEASE = {"bookworm": "deb12", "trixie": "deb13"}


def configuration(upstream, port=0, admin_port=0, address="127.0.0.1"):
    """The demo's, for /etc/sluice/gateway.toml."""
    text = demo_config.GATEWAY.format(root="/nowhere", port=port, admin_port=admin_port, relay_port=0, memory=64,
                                      format="flatbuffers")
    for ours, theirs in (('"gateway-data"', '"/var/lib/sluice"'), ("pki/", ""), ("mqtt://127.0.0.1:0", upstream),
                         ("/nowhere/devices/profiles", "/usr/share/sluice/profiles"),
                         ('bind = "127.0.0.1', f'bind = "{address}')):
        if ours not in text:
            raise DemoError(f"the demo's configuration has no {ours}")
        text = text.replace(ours, theirs)
    return text


def parse_arguments(doc, architectures, seconds):
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("--arch", required=True, choices=architectures)
    parser.add_argument("--suite", default="bookworm", choices=RELEASE)
    parser.add_argument("--packages", required=True, help="directory with releases 1 and 2 of the package")
    parser.add_argument("--bin", required=True, type=os.path.abspath, help="this machine's sluice and sluice-fleet")
    parser.add_argument("--devices", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=seconds)
    parser.set_defaults(upstream="embedded", gateway="")
    options = parser.parse_args()
    options.packages = two_releases(options.packages, options.arch, options.suite)
    return options


def make_debian(path, arch, suite, packages, *more):
    """A minimal Debian with these packages, commas between; `more` are arguments of mmdebstrap."""
    mirror = os.environ.get("SLUICE_DEBIAN_MIRROR", "http://deb.debian.org/debian")
    subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", f"--architectures={arch}", f"--include={packages}",
                    *more, suite, path, f"deb {mirror} {suite} main"], check=True)


def two_releases(directory, arch, suite):
    """Releases 1 and 2 of the package, the second being the upgrade."""
    found = [glob.glob(os.path.join(directory, f"sluice_*-{number}~{RELEASE[suite]}_{arch}.deb")) for number in (1, 2)]
    if not all(found):
        sys.exit(f"two releases of the package for {suite} {arch} are needed in {directory}")
    return [max(files, key=os.path.getmtime) for files in found]


def depends(package):
    """The packages that this one depends on, with commas between."""
    said = subprocess.check_output(["dpkg-deb", "-f", package, "Depends"], text=True)
    return re.sub(r"\s*\([^)]*\)|\s", "", said)


def expect(what, seen, wanted):
    if seen != wanted:
        raise DemoError(f"{what}: {seen!r} instead of {wanted!r}")
