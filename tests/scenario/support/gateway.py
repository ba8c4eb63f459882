"""A gateway under test, on ports that the kernel chooses."""

import json
import os
import urllib.error
import urllib.request

from demo_programs import fetch_metrics, total
from support import ROOT
from support.process import PATIENCE, Process, eventually, run

SLUICE = os.path.join(os.environ.get("SLUICE_BIN", os.path.join(ROOT, "build", "release", "bin")), "sluice")

CONFIG = """
[gateway]
id       = "{id}"
data_dir = "{data}"
profiles = "{root}/devices/profiles"
memory_limit = "{memory}"
clock_trust_after = "{clock_trust_after}"

[admin]
bind = "127.0.0.1:{admin_port}"

[journal]
max_bytes = "64MiB"
min_free  = "{min_free}"

[[listener]]
bind = "127.0.0.1:{port}"
tls  = {{ cert = "pki/server.crt", key = "pki/server.key", client_ca = "pki/devices-ca.crt", client_cert = "required" }}

[[access]]
identity  = "observer"
subscribe = ["#"]

[[access]]
identity  = "*"
publish   = ["devices/{{identity}}/#"]
subscribe = ["devices/{{identity}}/#", "events/{{identity}}/#"]
{speaks_for}
"""

STREAM = """
[[stream]]
name       = "telemetry"
topics     = ["devices/+/zigbee2mqtt/+"]
durability = "commit"
max_bytes  = "{max_bytes}"
segment_bytes = "{segment_bytes}"
on_full    = "{on_full}"
"""

UPLINK = """
[[uplink]]
name = "upstream"
url  = "mqtt://127.0.0.1:{port}"
backoff_min = "100ms"
backoff_max = "500ms"
mqtt_version = {mqtt_version}
client = "{client}"
"""
# Which of the two clients uplinks use: some scenarios run with both.
UPLINK_CLIENT = os.environ.get("SLUICE_UPLINK_CLIENT", "mqtt")

ROUTE = """
[[route]]
from = "telemetry"
to   = "upstream"
"""
DEAD_LETTER_ROUTE = ROUTE.replace("telemetry", "dead-letters")
UNBATCHED = "{ max_events = 1 }"


def stream(max_bytes="16MiB", segment_bytes="1MiB", on_full="reject", compress=False):
    """A [[stream]]; without `compress` its size follows from what is published."""
    text = STREAM.format(max_bytes=max_bytes, segment_bytes=segment_bytes, on_full=on_full)
    return text + ("" if compress else "compress = false\n")


def uplink(port, mqtt_version=5):
    return UPLINK.format(port=port, mqtt_version=mqtt_version, client=UPLINK_CLIENT)


def tls_uplink(port, identity, ca="pki/server-ca.crt"):
    return uplink(port).replace("mqtt://", "mqtts://") + (
        f'ca = "{ca}"\ncert = "pki/devices/{identity}.crt"\nkey = "pki/devices/{identity}.key"\n')


def route(topic=None, output=None, batch=None, max_age=None):
    """A [[route]]; `batch` is an inline table."""
    keys = {"topic": topic and f'"{topic}"', "format": output and f'"{output}"', "batch": batch,
            "max_age": max_age and f'"{max_age}"'}
    return ROUTE + "".join(f"{key} = {value}\n" for key, value in keys.items() if value)


class Gateway:
    """One gateway, which can be started again on the same ports and the same data."""

    def __init__(self, directory, sections, name="gateway", data="data", memory="48MiB", min_free="1MiB",
                 gateway_id="test", speaks_for='["*"]', clock_trust_after="0s", env=None):
        self.directory = directory
        self.name = name
        self.sections = sections
        self.env = env
        self.values = {"id": gateway_id, "data": data, "memory": memory, "min_free": min_free, "root": ROOT,
                       "speaks_for": speaks_for and f"speaks_for = {speaks_for}",
                       "clock_trust_after": clock_trust_after}
        self.port = 0
        self.admin_port = 0
        self.process = None

    @property
    def data(self):
        return os.path.join(self.directory, self.values["data"])

    @property
    def config_file(self):
        return os.path.join(self.directory, self.name + ".toml")

    def write_config(self):
        with open(self.config_file, "w", encoding="utf-8") as file:
            file.write(CONFIG.format(port=self.port, admin_port=self.admin_port, **self.values))
            file.write("".join(self.sections))

    def launch(self):
        """Starts the process without waiting for anything."""
        self.write_config()
        self.process = Process(self.name, [SLUICE, "run", self.config_file], self.directory, env=self.env)
        return self.process

    def start(self):
        self.launch()
        self.port = int(self.process.wait_for_line(r"listening on \S*:(\d+)").group(1))
        self.admin_port = int(self.process.wait_for_line(r"admin on \S*:(\d+)").group(1))
        self.process.wait_for_line(f"gateway {self.values['id']} ready")
        return self

    def kill(self):
        """SIGKILL: nothing is flushed, nobody is told."""
        if self.process:
            self.process.kill()

    def restart(self):
        self.kill()
        return self.start()

    def allow_all(self):
        """From now on everybody may speak for everybody."""
        self.values["speaks_for"] = 'speaks_for = ["*"]'
        return self.restart()

    def metrics(self):
        """The numbers of /metrics by their full names; empty while nobody answers."""
        return fetch_metrics(f"127.0.0.1:{self.admin_port}")

    def health(self):
        """The status code of /healthz."""
        return self.health_said()[0]

    def health_said(self):
        """The status code of /healthz, and its words."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.admin_port}/healthz", timeout=10) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()

    def total(self, name):
        """The sum of a metric over its labels, or None while nobody answers."""
        values = self.metrics()
        return total(values, name) if values else None

    def wait_for(self, name, at_least, seconds=PATIENCE):
        return eventually(lambda: (self.total(name) or 0) >= at_least,
                          lambda: f"{name} of at least {at_least}, but {self.total(name)}", seconds)

    def wait_until_drained(self, seconds=PATIENCE):
        eventually(lambda: self.total("sluice_route_pending_events") == 0, "route without anything pending", seconds)

    def cli(self, *arguments, stdin=None):
        return run([SLUICE, *arguments], self.directory, stdin)

    def status(self):
        """What `sluice status` prints."""
        code, out, err = self.cli("status", "--admin", f"127.0.0.1:{self.admin_port}")
        if code != 0:
            raise AssertionError(f"status ended with {code}: {err}")
        return out

    def stored(self, stream_name="telemetry"):
        """The stream's records as `sluice journal cat --json` prints them."""
        code, out, err = self.cli("journal", "cat", self.data, stream_name, "--json")
        if code != 0:
            raise AssertionError(f"journal cat ended with {code}: {err}")
        return [json.loads(line) for line in out.splitlines()]

    def stored_sequences(self):
        """The devices' own counters of what is stored."""
        return [int(record["sequence"]) if "sequence" in record else None for record in self.stored()]


def is_sanitized():
    """Sanitizers multiply memory, so that bounds on it mean nothing."""
    with open(SLUICE, "rb") as file:
        return b"__asan_init" in file.read()
