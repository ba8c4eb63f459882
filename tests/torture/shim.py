"""What the gateway under torture has preloaded (shim.cc): calls on its files fail or take long, its date jumps."""

import mmap
import os
import struct

LAYOUT = ("clock_offset_ns",
          *(f"{kind}_{member}" for kind in ("write", "sync", "read")
            for member in ("every", "error", "delay_us", "calls", "struck")))


class Shim:
    def __init__(self, library, directory, data):
        path = os.path.join(directory, "shim.control")
        with open(path, "wb") as file:
            file.write(bytes(8 * len(LAYOUT)))
        with open(path, "r+b") as file:
            self._map = mmap.mmap(file.fileno(), 8 * len(LAYOUT))
        # A sanitizer's library wants to be the first; it need not be, for the shim calls the kernel itself.
        sanitizer = os.environ.get("ASAN_OPTIONS", "")
        self.environment = {"LD_PRELOAD": library, "SLUICE_TORTURE_CONTROL": path, "SLUICE_TORTURE_DATA": data,
                            "ASAN_OPTIONS": ":".join(filter(None, (sanitizer, "verify_asan_link_order=0")))}

    def set(self, name, value):
        struct.pack_into("<q", self._map, 8 * LAYOUT.index(name), value)

    def get(self, name):
        return struct.unpack_from("<q", self._map, 8 * LAYOUT.index(name))[0]
