"""The programs of the Debian packages mosquitto and mosquitto-clients."""

import shutil
import socket

from support.process import Process, eventually, run

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
CONFIG = """
user root
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 0
log_type all
"""
TLS = """
cafile pki/devices-ca.crt
certfile pki/server.crt
keyfile pki/server.key
require_certificate true
"""


def program(name):
    found = shutil.which(name, path=PATH)
    if not found:
        raise AssertionError(f"{name} is missing; install the Debian packages mosquitto and mosquitto-clients")
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Mosquitto:
    """A real broker as upstream. It cannot choose its port by itself, so another is tried when one is taken."""

    def __init__(self, directory, more=""):
        self.directory = directory
        self.more = more
        eventually(lambda: self._start(free_port()), "mosquitto")

    def _start(self, port):
        self.port = port
        with open(f"{self.directory}/mosquitto.conf", "w", encoding="utf-8") as file:
            file.write(CONFIG.format(port=port) + self.more)
        self.process = Process("mosquitto", [program("mosquitto"), "-c", "mosquitto.conf"], self.directory)
        eventually(lambda: "running" in self.process.log() or not self.process.alive, "mosquitto")
        return self.process.alive

    @property
    def url(self):
        return f"mqtt://127.0.0.1:{self.port}"

    def kill(self):
        self.process.kill()

    def restart(self):
        """On the same port, where its clients look for it; all its memory is gone."""
        self.kill()
        self.start_again()

    def start_again(self):
        eventually(lambda: self._start(self.port), "mosquitto again")


def _arguments(port, pki=None, identity=None, version="mqttv5"):
    arguments = ["-h", "127.0.0.1", "-p", str(port), "-V", version]
    if pki:
        arguments += ["--cafile", pki.server_ca]
    if identity:
        arguments += ["--cert", pki.cert(identity), "--key", pki.key(identity)]
    return arguments


def pub(port, *more, **who):
    """mosquitto_pub: (exit code, output, errors)."""
    return run([program("mosquitto_pub"), *_arguments(port, **who), *more])


class Sub(Process):
    """mosquitto_sub: its messages are lines of its output."""

    def __init__(self, directory, port, *more, name="sub", **who):
        self.output = f"{directory}/{name}.out"
        super().__init__(name, ["stdbuf", "-oL", program("mosquitto_sub"), *_arguments(port, **who), "-d", *more],
                         directory)
        self.wait_for_line("Subscribed")

    def lines(self):
        """What it received; its own debug lines left out."""
        noise = ("Client ", "Subscribed")
        return [line for line in self.log().splitlines() if line and not line.startswith(noise)]

    def wait_for_lines(self, count):
        eventually(lambda: len(self.lines()) >= count, f"{count} lines from mosquitto_sub, not {self.lines()}")
        return self.lines()
