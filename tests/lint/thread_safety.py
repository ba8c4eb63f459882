#!/usr/bin/env python3
"""usage: thread_safety.py BUILD_DIRECTORY

Has clang check that what a mutex guards is used with the mutex held (gateway/base/mutex.h): all sources of the folders in
which a file includes base/mutex.h. BUILD_DIRECTORY has a compile_commands.json, of whatever compiler.
"""

import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys

CLANG = ["clang++-19", "-fsyntax-only", "-Wno-everything", "-Werror=thread-safety"]
INCLUDE = '#include "base/mutex.h"'
ROOT = pathlib.Path(__file__).resolve().parents[2]


def folders_with_mutexes():
    listed = subprocess.run(["git", "ls-files", "*.h", "*.cc"], cwd=ROOT, check=True, capture_output=True, text=True)
    files = (ROOT / name for name in listed.stdout.split())
    return {path.parent for path in files if path.exists() and INCLUDE in path.read_text()}


def flags_of(entry):
    """What decides which declarations the source sees; the warnings of another compiler are not ours."""
    words = iter(shlex.split(entry["command"]))
    for word in words:
        if word == "-isystem":
            yield word
            yield next(words)
        elif word.startswith(("-D", "-I", "-std=")):
            yield word


def passes(entry):
    return subprocess.run([*CLANG, *flags_of(entry), entry["file"]], cwd=entry["directory"], check=False).returncode == 0


def main():
    folders = folders_with_mutexes()
    commands = json.loads((pathlib.Path(sys.argv[1]) / "compile_commands.json").read_text())
    sources = {entry["file"]: entry for entry in commands if pathlib.Path(entry["file"]).parent in folders}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        failed = list(pool.map(passes, sources.values())).count(False)
    print(f"thread safety: {len(sources)} sources in {len(folders)} folders, {failed} with findings")
    return 1 if failed or not sources else 0


if __name__ == "__main__":
    sys.exit(main())
