"""The program of the Debian package rabbitmq-server with its MQTT plugin (3.1.1), as a node of its own."""

import os
import shutil

from support.mosquitto import PATH, free_port
from support.process import Process, eventually

PROGRAM = "/usr/lib/rabbitmq/bin/rabbitmq-server"
INSTALLED = os.path.exists(PROGRAM)
CONFIG = """
listeners.tcp = none
mqtt.listeners.tcp.1 = 127.0.0.1:{port}
mqtt.allow_anonymous = true
mqtt.prefetch = 1000
log.console = true
log.console.level = info
log.file = false
"""
DISTRIBUTION = ("-start_epmd false -kernel inet_dist_use_interface {{127,0,0,1}} "
                "-kernel inet_dist_listen_min {port} -kernel inet_dist_listen_max {port}")


class RabbitMq:
    """Erlang's port mapper is one of its own as well: the one that RabbitMQ would start stays for ever."""

    def __init__(self, directory):
        self.directory = os.path.join(directory, "rabbitmq")
        os.makedirs(self.directory, exist_ok=True)
        self.mapper = self.process = None
        eventually(lambda: self._start_mapper(free_port()), "Erlang's port mapper")
        eventually(lambda: self._start(free_port()), "rabbitmq")

    def _start_mapper(self, port):
        self.mapper_port = port
        program = shutil.which("epmd", path=PATH)
        self.mapper = Process("epmd", [program, "-port", str(port), "-address", "127.0.0.1", "-d"], self.directory)
        eventually(lambda: "epmd running" in self.mapper.log() or not self.mapper.alive, "port mapper")
        return self.mapper.alive

    def _path(self, name, content=None):
        path = os.path.join(self.directory, name)
        if content is not None:
            with open(path, "w", encoding="utf-8") as file:
                file.write(content)
        return path

    def _start(self, port):
        self.port = port
        environment = {
            "HOME": self.directory, "RABBITMQ_NODENAME": f"sluice{self.mapper_port}@localhost",
            "RABBITMQ_MNESIA_BASE": self._path("mnesia"), "RABBITMQ_LOG_BASE": self._path("log"),
            "RABBITMQ_CONFIG_FILE": self._path("rabbitmq.conf", CONFIG.format(port=port)),
            "RABBITMQ_ENABLED_PLUGINS_FILE": self._path("enabled_plugins", "[rabbitmq_mqtt]."),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null", "RABBITMQ_PID_FILE": self._path("pid"),
            "ERL_EPMD_PORT": str(self.mapper_port),
            "RUNNING_UNDER_SYSTEMD": "true",  # becomes Erlang's process instead of waiting beside it
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": DISTRIBUTION.format(port=free_port())}
        self.process = Process("rabbitmq", [PROGRAM], self.directory, env=environment)
        eventually(lambda: "Server startup complete" in self.process.log() or not self.process.alive, "rabbitmq")
        return self.process.alive

    @property
    def url(self):
        return f"mqtt://127.0.0.1:{self.port}"

    def restart(self):
        """In order and on the same port; it knows its sessions and their messages again."""
        self.process.terminate()
        eventually(lambda: self._start(self.port), "rabbitmq again")

    def kill(self):
        for process in (self.process, self.mapper):
            if process:
                process.kill()
