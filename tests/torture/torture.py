#!/usr/bin/python3
"""Real processes under torture: a gateway between a fleet and a real upstream, faults drawn at random, rounds without end.

After each round nothing acknowledged may be lost, but for what was in a file that the round damaged, which must be told; order
per device holds, duplicates can be dropped by their id, and the books balance. A round is drawn from the seed and its number
alone: `--only N` with the same seed does the same again. plan.py draws, faults.py does, judge.py judges. Programs are those of
SLUICE_BIN, build/release/bin by default.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "scenario"))

from judge import Judge  # noqa: E402
from plan import Plan  # noqa: E402
from round import BURST_DEVICES, DEVICES, LOSSY_DEVICES, Round  # noqa: E402
from support.gateway import ROOT, SLUICE  # noqa: E402
from support.pki import Pki  # noqa: E402
from support.process import run  # noqa: E402
from upstreams import Upstreams  # noqa: E402

MUST_HAPPEN = ("evicted", "expired", "quarantined")  # in so many rounds, or the harness tries nothing
ENOUGH_ROUNDS = 50


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", metavar="ROUNDS")
    parser.add_argument("--rounds", type=int, default=50, help="how many (default 50)")
    parser.add_argument("--first", type=int, default=1, help="the number of the first")
    parser.add_argument("--only", type=int, help="this round alone")
    parser.add_argument("--seed", type=int, default=None, help="the same seed makes the same plan")
    parser.add_argument("--keep", action="store_true", help="keep logs, configurations and data of every round")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(1 << 32)
    rounds = options.count or options.rounds
    options.numbers = [options.only] if options.only else list(range(options.first, options.first + rounds))
    return options


def make_pki(directory):
    Pki(directory)
    for prefix, count in (("device-", DEVICES), ("lossy-", LOSSY_DEVICES), ("burst-", BURST_DEVICES)):
        run([os.path.join(ROOT, "certs", "make-pki.sh"), directory, "--devices", prefix, str(count)])


def live(plan, directory, upstreams, keep):
    """A round's judge, or None where it did not get that far."""
    os.mkdir(directory)
    os.symlink("../pki", os.path.join(directory, "pki"))
    print(f"torture: {plan}", end="", flush=True)
    began, judge, complaints, round_ = time.monotonic(), None, [], None
    try:
        round_ = Round(plan, directory, upstreams.get(plan.upstream), os.path.join(os.path.dirname(SLUICE),
                                                                                   "libtorture_shim.so"))
        round_.run()
        judge = Judge(round_)
        complaints = judge.complaints
    except AssertionError as failure:
        complaints = [str(failure)]
    finally:
        if round_:
            round_.kill()
    acknowledged = judge.acknowledged if judge else 0
    unfelt = f", unfelt {', '.join(type(fault).__name__ for fault in round_.unfelt)}" if judge and round_.unfelt else ""
    print(f": {'FAILED' if complaints else 'ok'}, {acknowledged} acknowledged, {time.monotonic() - began:.1f} s{unfelt}",
          flush=True)
    for complaint in complaints:
        print(f"torture:   {complaint}", flush=True)
    if not complaints and not keep:
        shutil.rmtree(directory)
    return judge, complaints


def main():
    options = parse_arguments()
    plans = [Plan(options.seed, number) for number in options.numbers]
    directory = tempfile.mkdtemp(prefix="sluice-torture-")
    print(f"torture: {len(plans)} rounds, seed {options.seed}", flush=True)
    upstreams = Upstreams(directory, {plan.upstream for plan in plans})
    failed, lost, told = [], 0, dict.fromkeys(MUST_HAPPEN, 0)
    try:
        make_pki(os.path.join(directory, "pki"))
        for plan in plans:
            judge, complaints = live(plan, os.path.join(directory, f"round-{plan.number}"), upstreams, options.keep)
            lost += judge.lost if judge else 0
            for reason, count in (judge.told if judge else {}).items():
                told[reason] += count
            failed += [plan.number] if complaints else []
    finally:
        upstreams.kill()
    idle = [reason for reason in MUST_HAPPEN if not told[reason] and len(plans) >= ENOUGH_ROUNDS]
    if failed or options.keep:
        print(f"torture: logs, configurations and data are in {directory}", flush=True)
    else:
        shutil.rmtree(directory)
    if failed:
        print(f"torture: FAILED are {', '.join(map(str, failed))}; again: --seed {options.seed} --only {failed[0]}")
    for reason in idle:
        print(f"torture: FAILED, nothing was {reason} in any round")
    print(f"torture: {len(plans)} rounds, {lost} lost", flush=True)
    return 1 if failed or idle else 0


if __name__ == "__main__":
    sys.exit(main())
