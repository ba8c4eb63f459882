"""The program of the Debian package nats-server, which speaks MQTT 3.1.1 beside its own protocol."""

import re
import shutil

from support.mosquitto import PATH
from support.process import Process

PROGRAM = shutil.which("nats-server", path=PATH)
CONFIG = """
server_name: upstream
listen: "127.0.0.1:-1"
jetstream { store_dir: "nats-data" }
mqtt { listen: "127.0.0.1:-1" }
websocket { listen: "127.0.0.1:-1", no_tls: true }
"""


class Nats:
    def __init__(self, directory):
        self.directory = directory
        self._start(-1)

    def _start(self, port):
        with open(f"{self.directory}/nats.conf", "w", encoding="utf-8") as file:
            file.write(CONFIG.replace('mqtt { listen: "127.0.0.1:-1" }', f'mqtt {{ listen: "127.0.0.1:{port}" }}'))
        self.process = Process("nats", [PROGRAM, "-c", "nats.conf"], self.directory)
        self.process.wait_for_line("Server is ready")
        self.port = int(re.search(r"MQTT clients on mqtt://127\.0\.0\.1:(\d+)", self.process.log()).group(1))
        self.websocket_port = int(
            re.search(r"websocket clients on ws://127\.0\.0\.1:(\d+)", self.process.log()).group(1))
        self.url = f"mqtt://127.0.0.1:{self.port}"

    def restart(self):
        """In order and on the same port; JetStream keeps what it had."""
        self.process.terminate()
        self._start(self.port)

    def kill(self):
        self.process.kill()
