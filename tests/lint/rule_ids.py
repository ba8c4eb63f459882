#!/usr/bin/env python3
"""Lists the conformance rules ([MQTT-x.y.z-n]) that gateway/ cites and no test does.

A cited rule is a claim; the test that cites it too is the proof. With --strict an unproven rule fails;
with folders as arguments only what those folders of gateway/ cite is looked at.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The standard itself spells one identifier MQTT-3-8.3-4.
RULE = re.compile(r"MQTT-\d+[.-]\d+\.\d+-\d+")
SOURCES = {".h", ".cc", ".py", ".js", ".sh"}


def citations(folder):
    """The rules cited below a folder: identifier -> the places, as file:line."""
    places = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix not in SOURCES or not path.is_file():
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            for rule in RULE.findall(line):
                places.setdefault(rule, []).append(f"{path.relative_to(ROOT)}:{number}")
    return places


def sort_key(rule):
    return [int(number) for number in re.findall(r"\d+", rule)]


def main(arguments):
    strict = "--strict" in arguments
    folders = [argument for argument in arguments if not argument.startswith("-")] or ["."]
    cited = {}
    for folder in folders:
        for rule, places in citations(ROOT / "gateway" / folder).items():
            cited.setdefault(rule, []).extend(places)
    proven = citations(ROOT / "tests")
    unproven = sorted(cited.keys() - proven.keys(), key=sort_key)
    for rule in unproven:
        print(f"[{rule}] {cited[rule][0]}: no test cites it")
    print(f"{len(cited)} rules cited, {len(unproven)} without a test")
    return 1 if strict and unproven else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
