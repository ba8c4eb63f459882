"""What happens in a round: everything is drawn here, from one generator a round, so that a seed and a number say it all."""

import random

from faults import FAULTS
from tamper import DEEDS
from upstreams import TURNS

# Chances for one, two and three faults at once.
AT_ONCE = (1, 1, 1, 2, 2, 3)


class Plan:
    def __init__(self, seed, number):
        rng = random.Random(f"{seed}/{number}")
        self.number = number
        self.upstream = TURNS[(number - 1) % len(TURNS)]
        self.version = rng.choice((5, 311)) if self.upstream in ("mosquitto", "scripted") else 311
        self.client = rng.choice(("mqtt", "paho"))
        self.output = rng.choice(("flatbuffers", "json"))
        self.batch = rng.choice((1, 10, 100))
        self.fleet_seed = rng.randrange(1, 1 << 31)
        self.deed = (rng.choice(DEEDS), rng.randint(1, 20), rng.randint(1, 3)) if self.upstream == "scripted" else None
        possible = [fault for fault in FAULTS if fault.fits(self)]
        chosen = rng.sample(possible, rng.choice(AT_ONCE))
        self.faults = [fault(rng) for fault in chosen]
        self.mending = rng.sample(self.faults, len(self.faults))

    def __str__(self):
        deed = f", {self.deed[0]} {self.deed[2]} of every {self.deed[1]}" if self.deed else ""
        return (f"round {self.number:>3}  {self.upstream}{deed}  {self.client} {self.version} {self.output}/{self.batch}  "
                + ", ".join(str(fault) for fault in self.faults))
