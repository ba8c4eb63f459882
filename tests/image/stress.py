#!/usr/bin/python3
"""Whether the gateway keeps to its memory_limit on the board, when everything is against it.

The uplink is away, a fleet publishes as fast as it can until the disk's bound pushes back, and silent devices are connected
besides. Then the uplink comes back under that load. The limit is compared with the peak of the resident memory, as the
kernel in the machine counts it; and nothing acknowledged may be lost.
"""

import argparse
import sys

import image_demo
import machine
import measured
import silent_fleet

from demo_programs import total


class Stress(image_demo.ImageDemo):
    def prepare(self):
        self.machine.write_site(self.relay.port, [
            *machine.FEW_HANDSHAKES, ('max_bytes  = "64MiB"', f'max_bytes  = "{self.options.stream}MiB"')])
        measured.stand_in(self.machine, self.options.program)

    def pki_arguments(self):
        return [*super().pki_arguments(), "--devices", "silent-", str(self.options.silent)]

    async def start_fleet(self):
        await self.relay.cut()
        self.say(f"uplink away; {self.memory()} idle")
        await silent_fleet.connect(self, "silent-", self.options.silent)
        self.say(f"{self.memory()} with {self.options.silent} silent devices")
        await super().start_fleet()
        self.phase = "uplink away"

    def fleet_arguments(self):
        return ["--qos", "10:70:20", "--malformed", "0.01", "--drain-seconds", "110", "--ack-timeout", "100",
                "--connect-rate", str(self.options.connect_rate)]

    def memory(self):
        return (f"{measured.last(self.machine, 'VmRSS'):.1f} MiB resident, "
                f"{measured.last(self.machine, 'VmHWM'):.1f} at most,")

    async def disturb(self):
        await self.until(0.7)
        self.say(f"{self.memory()} after the outage; the uplink is back")
        await self.relay.restore()
        self.phase = "normal"
        await self.until(1)

    async def judge(self, books):
        sound = await super().judge(books)
        peak = measured.last(self.machine, "VmHWM")
        print(f"  back-pressure: {total(books, 'sluice_stream_rejected_total')} messages found the stream full, connections "
              f"were paused {total(books, 'sluice_connections_paused_total')} times")
        print(f"  peak of resident memory {peak:.1f} MiB, memory_limit {self.options.memory_limit} MiB")
        return sound and 0 < peak <= self.options.memory_limit


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    machine.add_arguments(parser, boot="direct", memory=128)
    image_demo.add_arguments(parser, devices=50, rate=40.0, seconds=90.0)
    silent_fleet.add_arguments(parser)
    parser.add_argument("--program", help="another gateway than the image's, for arm64 or armhf")
    parser.add_argument("--silent", type=int, default=200, help="devices that are only connected")
    parser.add_argument("--stream", type=int, default=8, help="MiB of disk for events")
    options = parser.parse_args()
    good = image_demo.run(Stress, options)
    print(f"image: {'ok' if good else 'FAILED'}, memory_limit {options.memory_limit} MiB, {options.memory} MiB")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
