#!/usr/bin/env python3
"""Checks the #include lines and file sizes of gateway/ against the layers of the design.

An arrow of inclusion only ever points down: a folder may include itself and the folders of lower rows,
never a sibling. A third-party library is included only by the folder that is its door.
"""

import pathlib
import re
import sys

ROWS = [
    ["base"],
    ["codec", "schema", "tls", "http"],
    ["session", "client", "journal", "transport", "decode", "state", "identity"],
    ["broker", "normalise", "forward"],
    ["server", "ingest", "admin", "uplink_mqtt", "uplink_paho"],
    ["config"],
    ["tools"],
    ["app"],
]
LEVEL = {folder: level for level, row in enumerate(ROWS) for folder in row}

# First path element or name of a header that is not ours -> the folders that may include it.
DOORS = {
    "xxhash.h": {"base"},
    "lz4.h": {"journal"},
    "spdlog": {"base"},
    "flatbuffers": {"schema"},
    "mbedtls": {"tls"},
    "psa": {"tls"},
    "uv.h": {"transport", "app"},
    "wslay": {"transport"},
    "sqlite3.h": {"state"},
    "sodium.h": {"identity"},
    "simdjson.h": {"decode", "tools"},
    "cctz": {"decode"},
    "cbor.h": {"decode"},
    "pb_decode.h": {"decode"},
    "pb_encode.h": {"decode"},
    "mqtt": {"uplink_paho"},
    "MQTTAsync.h": {"uplink_paho"},
    "MQTTClient.h": {"uplink_paho"},
    "librdkafka": {"forward"},
    "http_parser.h": {"http"},
    "toml++": {"config"},
    "CLI": {"tools"},
    "mutex": {"base"},  # base/mutex.h says what is guarded
    "condition_variable": {"base"},
}

MAX_LINES = 400
TABLE_MARK = "// This file is a table."

INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]', re.MULTILINE)


def complaints_about_include(folder, target):
    head = target.split("/")[0]
    if head in DOORS and folder not in DOORS[head]:
        yield f"{target} has its door in {', '.join(sorted(DOORS[head]))}"
    if head in LEVEL and "/" in target and head != folder and LEVEL[head] >= LEVEL[folder]:
        yield f"{folder} may not include {target}: an arrow points down, and siblings do not meet"


def main():
    root = pathlib.Path(__file__).resolve().parents[2] / "gateway"
    complaints, arrows, files = [], set(), 0
    for path in sorted(root.rglob("*")):
        if path.suffix not in (".h", ".cc"):
            continue
        files += 1
        folder = path.relative_to(root).parts[0]
        text = path.read_text()
        if folder not in LEVEL:
            complaints.append(f"{path}: the design has no folder '{folder}'")
            continue
        for match in INCLUDE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            head = match.group(1).split("/")[0]
            if head in LEVEL and "/" in match.group(1) and head != folder:
                arrows.add((folder, head))
            for complaint in complaints_about_include(folder, match.group(1)):
                complaints.append(f"{path}:{line}: {complaint}")
        lines = text.count("\n")
        if lines > MAX_LINES and TABLE_MARK not in text:
            complaints.append(f"{path}: {lines} lines; more than {MAX_LINES} is too much for one file")
    for complaint in complaints:
        print(complaint)
    if "--arrows" in sys.argv:
        for folder in LEVEL:
            below = [to for to in LEVEL if (folder, to) in arrows]
            print(f"{folder:10} -> {', '.join(below) or '-'}")
    print(f"layers: {files} files, {len(arrows)} arrows, {len(complaints)} complaints")
    return 1 if complaints or not files else 0


if __name__ == "__main__":
    sys.exit(main())
