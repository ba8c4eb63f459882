"""The demo with its gateway in the machine: fleet, upstream and verdict are the demo's."""

import asyncio
import re
import tempfile

from machine import Machine

import demo
from demo_programs import leave, total


def add_arguments(parser, **defaults):
    parser.add_argument("--devices", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--rate", type=float, default=5)
    parser.set_defaults(upstream="embedded", gateway="", **defaults)


class ImageDemo(demo.Demo):
    def __init__(self, options, directory):
        super().__init__(options, directory)
        self.machine = Machine(options, directory)
        self.port, self.admin_port = self.machine.port, self.machine.admin_port
        self.boots = []

    def prepare(self):
        """What is on the medium before the first boot."""
        self.machine.write_site(self.relay.port)

    async def start_gateway(self):
        if self.gateway is None:
            self.prepare()
        took, memory = await self.machine.start()
        self.gateway = self.machine.program
        self.boots.append(took)
        self.say(f"boot {len(self.boots)}: first TLS connection after {took:.1f} s; {memory}")

    async def cut_power(self):
        fleet = self.fleet_status()
        await self.gateway.kill()
        self.say(f"power cut {len(self.boots)}, {fleet.get('acknowledged', 0)} acknowledged so far")

    async def judge(self, books):
        sound = await super().judge(books)
        accepted = total(books, "sluice_stream_accepted_events_total")
        parts = {part: total(books, "sluice_route_" + part)
                 for part in ("acknowledged_events_total", "pending_events", "dead_lettered_events_total",
                              "expired_events_total", "evicted_events_total")}
        print(f"  books: accepted {accepted} = " + " + ".join(f"{count} {part}" for part, count in parts.items()))
        repaired = len(re.findall(r"recovering journal", self.gateway.read_log()))
        print(f"  {len(self.boots)} boots, {min(self.boots):.1f} to {max(self.boots):.1f} s to the first TLS "
              f"connection; the file system recovered its journal {repaired} times")
        return sound and accepted == sum(parts.values())


def run(kind, options):
    """Whether all went well; the files stay when it did not."""
    directory = tempfile.mkdtemp(prefix="sluice-image-")
    good = asyncio.run(demo.supervise(kind, options, directory))
    leave(directory, "image", good, options.keep)
    return good
