#!/usr/bin/env python3
"""usage: compiles_alone.py BUILD_DIRECTORY < names of files

Has g++ parse each source and each header by itself, with all warnings and nothing precompiled: the builds that run tests are
clang's and have precompiled headers. BUILD_DIRECTORY has a compile_commands.json of g++; a header gets the flags of a source
of its folder.
"""

import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def parse_only(entry, path):
    """The command of the entry, for this file and without output."""
    words = iter(shlex.split(entry["command"]))
    command = []
    for word in words:
        if word in ("-o", "-MF", "-MT"):
            next(words)
        elif word not in ("-MD", "-c", entry["file"]):
            command.append(word)
    command = command[next(i for i, word in enumerate(command) if word.endswith("++")):]
    # A header that is its own main file would be warned of for its #pragma once.
    what = ["-include", str(path), "-x", "c++", os.devnull] if path.suffix == ".h" else [str(path)]
    return [*command, "-fsyntax-only", *what]


def command_for(path, entries):
    if path in entries:
        return entries[path], parse_only(entries[path], path)
    of_folder = next((entries[other] for other in entries if other.parent == path.parent), None)
    return of_folder, of_folder and parse_only(of_folder, path)


def passes(path, entries):
    entry, command = command_for(path, entries)
    if entry is None:
        print(f"{path}: no source of its folder is built, so it is not checked")
        return True
    return subprocess.run(command, cwd=entry["directory"], check=False).returncode == 0


def main():
    entries = {pathlib.Path(entry["file"]): entry for entry in
               json.loads((pathlib.Path(sys.argv[1]) / "compile_commands.json").read_text())}
    paths = [ROOT / name for name in sys.stdin.read().split()]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        failed = list(pool.map(lambda path: passes(path, entries), paths)).count(False)
    print(f"compiles alone: {len(paths)} files, {failed} that do not")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
