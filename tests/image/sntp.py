"""A time server for one test: SNTP, silent until it is told to speak."""

import asyncio
import struct
import time

SECONDS_1900_TO_1970 = 2208988800


def timestamp(unix_seconds):
    return struct.pack("!II", int(unix_seconds) + SECONDS_1900_TO_1970, int(unix_seconds % 1 * 2**32))


class TimeServer(asyncio.DatagramProtocol):
    def __init__(self):
        self.speaks = False
        self.asked = self.answered = 0
        self.transport = None

    async def start(self, port=123):
        """Raises OSError when the port is not to be had."""
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, ("127.0.0.1", port))

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        self.asked += 1
        if not self.speaks or len(data) < 48:
            return
        now = timestamp(time.time())
        # No leap second, version 4, server; stratum 1. The client's own time of sending goes back to it.
        header = struct.pack("!BBbbII4s", 0x24, 1, 6, -20, 0, 0, b"LOCL")
        self.transport.sendto(header + now + data[40:48] + now + now, address)
        self.answered += 1
