#!/usr/bin/env python3
"""Every SLUICE_PROBE of the gateway has a name of its own, tests/sim lists it, and lists nothing that nobody reports."""

import re
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main():
    probes = Counter()
    for path in sorted((ROOT / "gateway").rglob("*")):
        if path.suffix in (".cc", ".h") and path.name != "probe.h":
            probes.update(re.findall(r'SLUICE_PROBE\("([^"]+)"\)', path.read_text()))
    situations = (ROOT / "tests/sim/situations.cc").read_text()
    listed = re.findall(r'^    "([^"]+)",$', situations, re.MULTILINE)
    mistakes = [f"{name}: is in {n} places" for name, n in probes.items() if n > 1]
    mistakes += [f"{name}: is not in tests/sim/situations.cc" for name in probes if name not in listed]
    world = "".join(
        path.read_text() for path in sorted((ROOT / "tests/sim").glob("*.cc"))
        if path.name != "situations.cc" and not path.name.endswith("_test.cc"))
    mistakes += [
        f"{name}: nobody reports it" for name in listed
        if name not in probes and f'"{name}"' not in world
    ]
    if listed != sorted(listed):
        mistakes.append("tests/sim/situations.cc: the names are not sorted")
    print("\n".join(mistakes) or f"{len(probes)} probes")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
