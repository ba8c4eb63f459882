#!/usr/bin/env python3
"""Checks names of files: what a page names exists (tests too), and a test that exists is named in its folder's CMakeLists.txt.

A page names a file in `code` or as the target of a link. A name counts as a path when its first part is a folder of the
repository, of gateway/ or of the page's own folder; names of things that only exist at run time do not.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
FILTER = re.compile(r"\bunit_(\w+) --gtest_filter='([^']+)'")
PATH = re.compile(r"^[\w.{},*+-]+(/[\w.{},*+-]+)+/?$")


def tracked(*patterns):
    names = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in names.splitlines()]


def spelled_out(name):
    """a.{h,cc} names two files."""
    match = re.search(r"\{([^}]*,[^}]*)\}", name)
    if not match:
        return [name]
    return [other for part in match.group(1).split(",") for other in spelled_out(name.replace(match.group(0), part, 1))]


def exists(base, name):
    return any(base.glob(name)) if "*" in name else (base / name).exists()


def complaints_about_page(page):
    bases = [page.parent, ROOT, ROOT / "gateway"]
    text = page.read_text()
    links = {target for target in LINK.findall(text) if "://" not in target}
    for name in sorted(links):
        if not exists(page.parent, name):
            yield f"{page.relative_to(ROOT)}: links to {name}, which does not exist"
    for code in sorted(set(CODE.findall(text)) - links):
        if not PATH.match(code) or code.startswith("build/"):
            continue
        for name in spelled_out(code.rstrip("/")):
            near = [base for base in bases if (base / name.split("/")[0]).is_dir()]
            if near and not any(exists(base, name) for base in near):
                yield f"{page.relative_to(ROOT)}: names {name}, which does not exist"


def complaints_about_filters(page):
    """Of `unit_room --gtest_filter='X'` the room has tests of such names."""
    for room, pattern in FILTER.findall(page.read_text()):
        name = pattern.replace("*", "")
        if not any(name in test.read_text() for test in tracked(f"tests/unit/{room}/*_test.cc")):
            yield f"{page.relative_to(ROOT)}: unit_{room} has no tests that are named {pattern}"


def complaints_about_tests():
    for test in tracked("tests/unit/**/*_test.cc", "tests/scenario/test_*.py", "tests/faults/*_test.cc"):
        lists = test.parent / "CMakeLists.txt"
        if not lists.exists() or not re.search(rf"\b{re.escape(test.stem)}\b", lists.read_text()):
            yield f"{test.relative_to(ROOT)}: no test, because {lists.relative_to(ROOT)} does not name it"


def main():
    complaints = [c for page in tracked("*.md") for c in complaints_about_page(page)]
    complaints += [c for page in tracked("*.md") for c in complaints_about_filters(page)]
    complaints += complaints_about_tests()
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
