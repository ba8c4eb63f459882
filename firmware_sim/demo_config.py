"""The configurations that the demo writes."""

import os

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

GATEWAY = """
[gateway]
id       = "demo"
data_dir = "gateway-data"
profiles = "{root}/devices/profiles"
memory_limit = "{memory}MiB"

[admin]
bind = "127.0.0.1:{admin_port}"

[limits]
max_half_open = 256

[[listener]]
bind = "127.0.0.1:{port}"
tls  = {{ cert = "pki/server.crt", key = "pki/server.key", client_ca = "pki/devices-ca.crt", client_cert = "required" }}

[[stream]]
name       = "telemetry"
topics     = ["devices/#"]
durability = "commit"
max_bytes  = "256MiB"
on_full    = "reject"

[[stream]]
name      = "dead-letters"
max_bytes = "16MiB"
on_full   = "drop_oldest"

[[uplink]]
name = "upstream"
url  = "mqtt://127.0.0.1:{relay_port}"
backoff_min = "200ms"
backoff_max = "2s"

[[route]]
from = "telemetry"
to   = "upstream"
format = "{format}"

[[route]]
from = "dead-letters"
to   = "upstream"
format = "{format}"
"""

# A second Sluice used as a plain broker: no stream, so nothing is kept on disk.
UPSTREAM = """
[gateway]
id       = "upstream"
data_dir = "upstream-data"
memory_limit = "1GiB"
local_events = false

[admin]
enabled = false

[limits]
session_queue = "32MiB"
max_packet    = "1MiB"

[[listener]]
bind = "127.0.0.1:0"
plaintext = true
anonymous = true

[[access]]
identity  = "anonymous"
publish   = ["sluice/#"]
subscribe = ["sluice/#"]
speaks_for = ["*"]
"""

MOSQUITTO = """
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 0
max_inflight_messages 100
log_type error
log_type warning
log_type information
"""


def write_gateway(path, **values):
    with open(path, "w", encoding="utf-8") as file:
        file.write(GATEWAY.format(root=ROOT, **values))


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
