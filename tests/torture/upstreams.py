"""Real brokers, each started once for all rounds; what they have acknowledged survives their restart."""

import os
import threading

from support import nats, rabbitmq
from support.mosquitto import Mosquitto

PERSISTENT = """
persistence true
persistence_location {directory}/
autosave_interval 0
"""


class KeepingMosquitto(Mosquitto):
    def __init__(self, directory):
        os.mkdir(directory)
        self.limit = None
        super().__init__(directory, PERSISTENT.format(directory=directory))

    def restart(self, max_packet_size=None):
        """In order, so that it writes down what it has; with a limit for what it takes."""
        self.process.terminate()
        self.more = PERSISTENT.format(directory=self.directory) + (
            f"max_packet_size {max_packet_size}\n" if max_packet_size else "")
        self.start_again()


class KeepingNats(nats.Nats):
    def __init__(self, directory):
        os.mkdir(directory)
        super().__init__(directory)


KINDS = {"mosquitto": KeepingMosquitto, "rabbitmq": rabbitmq.RabbitMq, "nats": KeepingNats}
# By turns. `scripted` is Mosquitto behind a tamper (tamper.py), which makes it misbehave.
TURNS = ("mosquitto", "scripted", "nats", "mosquitto", "rabbitmq", "scripted")


def broker_of(kind):
    return "mosquitto" if kind == "scripted" else kind


class Upstreams:
    """Slow starters start while the first rounds run. Their threads stay: a process dies with the thread that made it."""

    def __init__(self, directory, kinds):
        self._directory = directory
        self._started, self._failed, self._known = {}, {}, {}
        self._over = threading.Event()
        for kind in sorted({broker_of(kind) for kind in kinds}):
            self._known[kind] = threading.Event()
            threading.Thread(target=self._start, args=(kind,), daemon=True).start()

    def _start(self, kind):
        try:
            self._started[kind] = KINDS[kind](os.path.join(self._directory, kind))
        except Exception as failure:  # told to whom it concerns, in get()
            self._failed[kind] = failure
        self._known[kind].set()
        self._over.wait()

    def get(self, kind):
        self._known[broker_of(kind)].wait()
        if broker_of(kind) in self._failed:
            raise self._failed[broker_of(kind)]
        return self._started[broker_of(kind)]

    def kill(self):
        for kind, known in self._known.items():
            known.wait()
            if kind in self._started:
                self._started[kind].kill()
        self._over.set()
