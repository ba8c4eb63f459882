#!/usr/bin/python3
"""Boots the image as on a board whose clock starts in 1970, and tells it the time while a fleet publishes.

Events after that have to bear the right time, and the step must cost nothing. Then the power is cut, and the board
starts in 1970 again. The machine asks UDP port 123 of this one, so this needs root; without it nothing is tested.
"""

import argparse
import asyncio
import calendar
import json
import socket
import sys
import time

import image_demo
import machine
import sntp

import demo_config


class ClockDemo(image_demo.ImageDemo):
    def __init__(self, options, directory):
        super().__init__(options, directory)
        self.server = sntp.TimeServer()
        self.machine.more = ["-rtc", "base=1970-01-02T00:00:00"]
        self.told = []  # how far the board's clock was off, in seconds, when it said that it is right

    def prepare(self):
        super().prepare()
        demo_config.write(self.path("network.conf"), "NTP=10.0.2.2\n")
        self.machine.put(self.path("network.conf"), "site/network.conf")

    async def make_pki(self):
        await self.server.start()
        await super().make_pki()

    async def disturb(self):
        await self.publish_then_tell()
        self.server.speaks = False
        already_said = len(self.gateway.read_log())
        await self.cut_power()
        await self.start_gateway()
        await self.publish_then_tell(already_said)

    async def publish_then_tell(self, already_said=0):
        before = self.fleet_status().get("acknowledged", 0)
        while self.fleet_status().get("acknowledged", 0) < before + 5 * self.options.devices:
            self.check_alive(self.fleet)
            await asyncio.sleep(0.1)
        self.server.speaks = True
        said = await self.gateway.wait_for_line(r"the clock is right by 10\.0\.2\.2: (\S+ \S+)", 60, already_said)
        self.told.append(calendar.timegm(time.strptime(said, "%Y-%m-%d %H:%M:%S")) - time.time())
        self.say(f"the clock was set: {said}, {self.server.asked} questions so far")
        await asyncio.sleep(5)

    async def judge(self, books):
        sound = await super().judge(books)
        before, right, wrong = self.sort_events()
        print(f"  {before} events are from before the clock was set, {right} have the right time, {wrong} neither")
        print(f"  the clock was right to {', '.join(f'{abs(seconds):.1f}' for seconds in self.told)} s when it was set")
        return sound and before > 0 and right > 0 and wrong == 0 and all(abs(seconds) < 2 for seconds in self.told)

    def sort_events(self):
        """Times of the gateway are of the board's 1970 or of this test; the devices' own are always of this test."""
        before = right = wrong = 0
        now = time.time()
        earliest, latest = (time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
                            for seconds in (now - (time.monotonic() - self.began) - 2, now + 2))
        with open(self.path("events.jsonl"), encoding="utf-8") as file:
            for event in map(json.loads, file):
                guessed = event["time_source"] == "gateway_unset"
                if guessed and event["time"].startswith("1970-01-02T00:0"):
                    before += 1
                elif not guessed and earliest <= event["time"] <= latest:
                    right += 1
                else:
                    wrong += 1
        return before, right, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    machine.add_arguments(parser, boot="direct", memory=128)
    image_demo.add_arguments(parser, seconds=40.0)
    options = parser.parse_args()
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 123))
    except OSError as error:
        print(f"image: clock not tested: UDP port 123 of 127.0.0.1 cannot be had ({error.strerror})")
        return 0
    good = image_demo.run(ClockDemo, options)
    print(f"image: {'ok' if good else 'FAILED'}, clock")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
