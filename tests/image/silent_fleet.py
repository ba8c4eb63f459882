"""Devices that connect over mutual TLS and then say hardly anything."""

import asyncio
import time

import demo
from demo_programs import DemoError, Program

# Seconds without another device online: until it has failed, or until the last of them are done without.
PATIENCE, STRAGGLERS = 60, 15


def add_arguments(parser):
    parser.add_argument("--max-fragment", type=int, default=0, help="what silent devices negotiate; 0: nothing")
    parser.add_argument("--connect-rate", type=int, default=6, help="silent devices a second")


async def connect(test, prefix, count):
    """Starts that many and waits until they are online. Their certificates have to be there."""
    options = test.options
    fragment = ["--max-fragment", str(options.max_fragment)] if options.max_fragment else []
    fleet = await Program.start(
        prefix, [test.fleet_program, "run", "--url", f"mqtts://127.0.0.1:{test.machine.port}", "--pki", "pki",
                 "--prefix", prefix, "--devices", str(count), "--seconds", "86400", "--rate", "0.0001",
                 "--connect-rate", str(options.connect_rate), "--ledger", prefix + "ledger",
                 "--status-file", prefix + "status", *fragment], test.directory)
    online, since = 0, time.monotonic()
    while online < count:
        now_online = demo.read_status(test.path(prefix + "status")).get("online", 0)
        if now_online != online:
            online, since = now_online, time.monotonic()
        patience = PATIENCE if online < 0.98 * count else STRAGGLERS
        if not fleet.alive or not test.machine.program.alive or time.monotonic() > since + patience:
            break
        await asyncio.sleep(0.2)
    if online < 0.98 * count:
        raise DemoError(f"not all of {count} devices have connected; see {fleet.log}")
