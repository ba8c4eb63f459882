"""The demo's relay between gateway and upstream, for tests without an event loop of their own."""

import asyncio
import threading

from demo_relay import Relay


class Link:
    """A TCP link on a loopback port, which can be cut and restored at the same port."""

    def __init__(self, upstream_port):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._relay = Relay(upstream_port)
        self.up = False
        self.restore()

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    @property
    def port(self):
        return self._relay.port

    def restore(self):
        if not self.up:
            self._call(self._relay.start())
            self.up = True

    def cut(self):
        if self.up:
            self._call(self._relay.cut())
            self.up = False

    def kill(self):
        self.cut()
        self._call(self._end_tasks())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()

    async def _end_tasks(self):
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
