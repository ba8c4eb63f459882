"""What must be true after a round, whatever happened in it."""

import json
import os
import re

from readings import reading_of
from support import gateway as gateway_support
from support.process import eventually, run

# What may be left when everything is mended: what people have to look at, and what clears with the next event.
LASTING_PROBLEMS = {"damaged", "nearly_full", "evicting", "expiring", "not_acknowledging", "dead_letters", "set_aside"}


class Judge:
    """`complaints` are sentences; `lost` counts readings that were acknowledged and are gone without excuse."""

    def __init__(self, round_):
        self.round = round_
        self.complaints, self.lost, self.acknowledged, self.told = [], 0, 0, {}
        self.lines = round_.consumer.lines()
        self.gaps = [line["gap"] for line in self.lines if "gap" in line]
        for judge in (self.readings, self.order, self.gaps_are_damage, self.books, self.health, self.end):
            judge()

    def expect(self, good, complaint):
        if not good:
            self.complaints.append(complaint)

    def readings(self):
        """Acknowledged means an event upstream, or one that damage to its file took."""
        arrived = {reading_of(line) for line in self.lines}
        for name in ("fleet", "burst"):
            for line in self.ledger(name):
                if line[0] != "good" or int(line[3]) == 0:
                    continue
                self.acknowledged += 1
                reading = (line[1], int(line[2]))
                if reading not in arrived and reading not in self.round.taken and not self.round.unreadable:
                    self.lost += 1
                    self.expect(self.lost > 5, f"lost: {reading}")

    def ledger(self, name):
        path = self.round.path(name + "-ledger")
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as file:
            return [line.split() for line in file if line.endswith("\n") and not line.startswith("#")]

    def order(self):
        """The fleet's own verifier: order per device, duplicates, holes that nobody told."""
        for name in ("fleet", "burst"):
            if not self.ledger(name):
                continue
            program = os.path.join(os.path.dirname(gateway_support.SLUICE), "sluice-fleet")
            code, out, err = run([program, "verify", "--ledger", self.round.path(name + "-ledger"), "--events",
                                  self.round.consumer.output, "--from-start", "--json"])
            if code not in (0, 1):
                self.expect(False, f"cannot verify: {err}")
                continue
            verdict = json.loads(out)
            if name == "fleet":
                self.told = {reason: verdict[reason] for reason in ("evicted", "expired", "quarantined")}
            if self.destroyed_first(verdict):
                verdict["reordered"] = 0
            for wrong in ("reordered", "backward", "repeated", "uncovered", "malformed_delivered"):
                self.expect(verdict[wrong] == 0, f"{wrong} {verdict[wrong]} of {name}, {verdict.get('examples')}")
            missing, evicted = verdict["dead_letters_missing"], self.evicted_letters()
            self.expect(missing <= evicted, f"{missing} dead letters of {name} are missing, {evicted} were evicted")
            excused = verdict["quarantined"] if self.round.unreadable or self.round.damaged else 0
            self.expect(verdict["lost"] <= excused, f"{verdict['lost']} of {name} are lost, by the verifier")

    def destroyed_first(self, verdict):
        """A reading whose first event was destroyed and that its device had sent again arrives late."""
        late = [re.fullmatch(r"reordered: (\S+) seq (\d+)", text) for text in verdict.get("examples", [])]
        named = {(match.group(1), int(match.group(2))) for match in late if match}
        return len(named) == verdict["reordered"] and named <= self.round.taken

    def evicts_letters(self, gap):
        """A full disk: dead letters may drop the oldest."""
        return self.round.disk and gap["stream"] == "dead-letters" and gap["reason"] == "evicted"

    def evicted_letters(self):
        return sum(gap["last"] - gap["first"] + 1 for gap in self.gaps if self.evicts_letters(gap))

    def gaps_are_damage(self):
        """What may not lose events lost only what was in a damaged file."""
        for gap in self.gaps:
            if gap["stream"] == "lossy" or self.evicts_letters(gap):
                continue
            inside = self.round.unreadable or (gap["stream"] == "telemetry" and any(
                first <= gap["first"] and gap["last"] < end for first, end in self.round.damaged))
            self.expect(inside and gap["reason"] == "quarantined", f"a gap that nothing explains: {gap}")

    def books(self):
        for stream in self.round.status()["streams"]:
            self.expect(stream["write_error"] is None, f"still failing: {stream['write_error']}")
            for route in stream["routes"]:
                said = {key: route[key] for key in ("acknowledged", "pending", "dead_lettered", "expired", "evicted")}
                self.expect(route["accepted"] == stream["accepted"] == sum(said.values()) - route["replayed"],
                            f"books of {route['name']}: {route['accepted']} of {stream['accepted']} are not {said}")
                self.expect(said["pending"] == said["dead_lettered"] == 0, f"{route['name']} has {said}")

    def health(self):
        def problems():
            return [problem for problem in self.round.status()["health"]["problems"]
                    if problem["condition"] not in LASTING_PROBLEMS]
        try:
            eventually(lambda: not problems(), "", 30)
        except AssertionError:
            self.expect(False, f"health still says {problems()}")

    def end(self):
        gateway = self.round.gateway
        code = gateway.process.terminate()
        self.expect(code == 0, f"the gateway ended with code {code}")
        with open(gateway.process.log_file, encoding="utf-8", errors="replace") as file:
            bad = re.search(r".*(runtime error|Sanitizer|check failed).*", file.read())
        self.expect(not bad, bad and bad.group(0))
        code, report, _ = gateway.cli("journal", "verify", gateway.data)
        self.expect(code == 0, f"journal verify: {report}")
