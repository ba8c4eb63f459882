"""Throw-away certificates."""

import os

from support.gateway import ROOT
from support.process import run


class Pki:
    def __init__(self, directory, *devices):
        self.directory = directory
        arguments = [argument for device in devices for argument in ("--device", device)]
        code, out, err = run([os.path.join(ROOT, "certs", "make-pki.sh"), directory, *arguments])
        if code != 0:
            raise AssertionError(f"make-pki.sh failed: {out}{err}")

    @property
    def server_ca(self):
        return os.path.join(self.directory, "server-ca.crt")

    def cert(self, device):
        return os.path.join(self.directory, "devices", device + ".crt")

    def key(self, device):
        return os.path.join(self.directory, "devices", device + ".key")
