"""The link between gateway and upstream, which the demo takes away and brings back."""

import asyncio


class Relay:
    """Carries TCP connections from a loopback port of its own to another. While it is cut, its connections are
    reset and new ones refused, as when a modem is off: neither end is told why."""

    def __init__(self, upstream_port):
        self.upstream_port = upstream_port
        self.port = 0
        self._server = None
        self._writers = set()

    async def start(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self):
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await self._server.wait_closed()

    async def restore(self):
        await self.start()

    async def _serve(self, reader, writer):
        self._writers.add(writer)
        try:
            upstream = await asyncio.open_connection("127.0.0.1", self.upstream_port)
        except OSError:
            writer.transport.abort()
            self._writers.discard(writer)
            return
        self._writers.add(upstream[1])
        await asyncio.gather(self._pump(reader, upstream[1]), self._pump(upstream[0], writer))
        self._writers -= {writer, upstream[1]}

    @staticmethod
    async def _pump(reader, writer):
        """One direction, until either end closes or resets; then the other end is closed as well."""
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        writer.close()
