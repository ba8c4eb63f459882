"""Throw-away certificates."""

import os
import tempfile

from support.gateway import ROOT
from support.process import run


LISTS = """
[ca]
default_ca = lists
[lists]
database         = {0}/index
crlnumber        = {0}/number
default_md       = sha256
default_crl_days = 365
"""


def openssl(*arguments):
    code, out, err = run(["openssl", *arguments])
    if code != 0:
        raise AssertionError(f"openssl {arguments[0]} failed: {out}{err}")


class Pki:
    def __init__(self, directory, *devices):
        self.directory = directory
        self.make(*(argument for device in devices for argument in ("--device", device)))

    def make(self, *arguments):
        """More of it; arguments of make-pki.sh."""
        code, out, err = run([os.path.join(ROOT, "certs", "make-pki.sh"), self.directory, *arguments])
        if code != 0:
            raise AssertionError(f"make-pki.sh failed: {out}{err}")

    def list(self, path, *devices):
        """Writes a revocation list that takes these devices' certificates back, and replaces what is at `path`."""
        with tempfile.TemporaryDirectory() as work:
            for name, text in ("index", ""), ("number", "01\n"), ("ca.cnf", LISTS.format(work)):
                with open(os.path.join(work, name), "w", encoding="utf-8") as file:
                    file.write(text)
            authority = ("-config", f"{work}/ca.cnf", "-cert", f"{self.directory}/devices-ca.crt",
                         "-keyfile", f"{self.directory}/devices-ca.key")
            for device in devices:
                openssl("ca", *authority, "-revoke", self.cert(device))
            openssl("ca", *authority, "-gencrl", "-out", path + ".new")
        os.replace(path + ".new", path)

    @property
    def server_ca(self):
        return os.path.join(self.directory, "server-ca.crt")

    def cert(self, device):
        return os.path.join(self.directory, "devices", device + ".crt")

    def key(self, device):
        return os.path.join(self.directory, "devices", device + ".key")
