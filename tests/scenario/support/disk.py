"""A small file system of its own, which only root may mount."""

import os
import subprocess

DISK = 12 << 20


class Disk:
    """A file system of its own, a filler in it, and its end."""

    def __init__(self, path):
        self.path = path
        os.mkdir(path)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=700", "tmpfs", path], check=True)

    @property
    def filler(self):
        return os.path.join(self.path, "filler")

    def fill(self, leave=0):
        """Somebody else takes all but so many bytes."""
        state = os.statvfs(self.path)
        with open(self.filler, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, state.f_bavail * state.f_bsize - leave)

    def make_room(self):
        os.unlink(self.filler)

    def kill(self):
        subprocess.run(["umount", "--lazy", self.path], check=True)
