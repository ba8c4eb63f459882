#!/usr/bin/python3
"""The completion and the manual page know every command and option of the program, and no others."""

import os
import re
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PACKAGE = os.path.join(ROOT, "toolchains", "package")
SLUICE = os.path.join(os.environ.get("SLUICE_BIN", os.path.join(ROOT, "build/dev/bin")), "sluice")


def said(*command, directory=None):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=directory).stdout


def section(help_text, name):
    """The first word of each line: commands, or options as in '-h,--help'."""
    found = re.search(rf"^{name}:\n((?:  .*\n?)+)", help_text, re.MULTILINE)
    return re.findall(r"^  (\S+)", found.group(1), re.MULTILINE) if found else []


def commands(path=()):
    """Each command of the program with its long options: ("journal", "cat"): {"--help", "--from", …}."""
    help_text = said(SLUICE, *path, "--help")
    yield path, {option.split(",")[-1] for option in section(help_text, "Options")}
    for command in section(help_text, "Subcommands"):
        yield from commands((*path, command))


def completed(*words, directory=None):
    return said(os.path.join(ROOT, "tests/package/complete.bash"), os.path.join(PACKAGE, "completion.bash"), *words,
                directory=directory).split()


class CommandLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.commands = dict(commands())
        assert ("journal", "cat") in cls.commands and "--url" in cls.commands[("consume",)], cls.commands

    def test_completion_offers_each_command(self):
        for path in self.commands:
            if path:
                self.assertIn(path[-1], completed(*path[:-1], path[-1][:2]), path)

    def test_completion_offers_the_options_of_each_command_and_no_others(self):
        for path, options in self.commands.items():
            self.assertEqual(options, set(completed(*path, "--")), path)

    def test_completion_offers_no_command_that_is_not_there(self):
        groups = {path[:-1] for path in self.commands if path}
        for group in groups:
            known = {path[-1] for path in self.commands if path and path[:-1] == group}
            self.assertEqual(known, {word for word in completed(*group, "") if not word.startswith("-")})

    def test_completion_knows_values(self):
        self.assertEqual(["5", "311"], completed("consume", "--mqtt-version", ""))
        self.assertEqual(["false"], completed("consume", "--clean-start", "f"))
        self.assertEqual([], completed("consume", "--url", ""))

    def test_completion_and_page_know_the_reasons_of_dead_letters(self):
        refused = subprocess.run([SLUICE, "dead-letter", "ls", ".", "--reason", "?"], stderr=subprocess.PIPE, text=True,
                                 check=False).stderr
        reasons = set(re.search(r"\{(.*)\}", refused).group(1).split(","))
        self.assertEqual(reasons, set(completed("dead-letter", "ls", ".", "--reason", "")))
        with open(os.path.join(ROOT, "gateway", "docs", "dead-letters.md"), encoding="utf-8") as page:
            table = page.read().split("## What the reasons mean")[1].split("## ")[0]
        self.assertEqual(reasons, set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)))

    def test_completion_offers_files_of_the_right_kind(self):
        with tempfile.TemporaryDirectory() as directory:
            os.mkdir(os.path.join(directory, "data"))
            for name in ("gateway.toml", "payload.json"):
                open(os.path.join(directory, name), "w", encoding="ascii").close()
            self.assertEqual({"gateway.toml", "data"}, set(completed("run", "", directory=directory)))
            self.assertEqual(["data"], completed("journal", "ls", "", directory=directory))
            self.assertEqual(["payload.json"], completed("try", "p.toml", "pay", directory=directory))
            self.assertEqual(["payload.json"], completed("consume", "--state", "pay", directory=directory))

    def test_manual_page_names_each_command_and_option(self):
        with open(os.path.join(PACKAGE, "sluice.1"), encoding="utf-8") as file:
            text = file.read().replace("\\-", "-")
        described = {option for options in self.commands.values() for option in options}
        self.assertEqual(described, set(re.findall(r"--[a-z][a-z-]*", text)))
        for path, options in self.commands.items():
            name = "sluice " + " ".join(path)
            self.assertIn(name.strip(), text)
            own = re.search(rf"^\.SS {name}\n(.*?)(?=^\.S)", text, re.MULTILINE | re.DOTALL)
            for option in options - {"--help", "--version"}:
                self.assertTrue(own and re.search(rf"{option}\b(?!-)", own.group(1)), f"{name} {option}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
