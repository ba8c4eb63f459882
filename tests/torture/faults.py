"""What is done to a gateway. A fault draws its figures when it is made; then it begins, is felt, and is mended."""

import errno
import os
import resource
import socket

from support import segment
from support.gateway import is_sanitized
from support.process import eventually

SECOND = 1_000_000_000


class Fault:
    """`after`: it begins when the fleet has so many more acknowledgements."""

    figures = ""

    def __init__(self, rng):
        self.after = rng.randint(5, 60)
        self.draw(rng)

    def draw(self, rng):
        pass

    @staticmethod
    def fits(plan):
        return True

    def __str__(self):
        return f"{type(self).__name__}({self.figures})@{self.after}"

    def begin(self, round_):
        raise NotImplementedError

    def is_felt(self, round_):
        """Whether it has shown an effect; a round does not wait for ever for it."""
        return True

    def mend(self, round_):
        pass


class Sigkill(Fault):
    def draw(self, rng):
        self.times = rng.randint(1, 3)
        self.between = [rng.randint(0, 40) for _ in range(self.times)]
        self.figures = f"x{self.times}"

    def begin(self, round_):
        for more in self.between:
            round_.gateway.restart()
            round_.wait_for_acknowledgements(more)


class LinkFault(Fault):
    mode = None

    def draw(self, rng):
        self.lasting = rng.randint(20, 100)
        self.figures = f"{self.lasting}"

    def begin(self, round_):
        self.before = round_.link.lost
        round_.link.set(self.mode)

    def is_felt(self, round_):
        return round_.link.lost > self.before

    def mend(self, round_):
        round_.wait_for_acknowledgements(self.lasting)
        round_.link.set("pass")


class Refused(LinkFault):
    mode = "refuse"

    def is_felt(self, round_):
        return (round_.gateway.total("sluice_uplink_connect_failures_total") or 0) > 0


class BlackHoled(LinkFault):
    mode = "black_hole"


class Mute(LinkFault):
    mode = "mute"


class Slow(LinkFault):
    def draw(self, rng):
        super().draw(rng)
        self.rate = rng.choice((2_000, 20_000))
        self.figures = f"{self.rate} B/s"

    def begin(self, round_):
        self.before = round_.link.slowed
        round_.link.set("slow", self.rate)

    def is_felt(self, round_):
        return round_.link.slowed > self.before


class HalfOpen(LinkFault):
    def begin(self, round_):
        self.before = round_.link.lost
        round_.link.half_open()


class Closing(LinkFault):
    """Connections end after a random number of bytes."""

    def draw(self, rng):
        super().draw(rng)
        self.budgets = [rng.choice((1, 50, 400, 3_000, 20_000)) + rng.randrange(200) for _ in range(rng.randint(1, 5))]
        self.figures = "/".join(str(budget) for budget in self.budgets)

    def begin(self, round_):
        self.before = round_.link.ended
        round_.link.budgets = list(self.budgets)
        round_.link.reset_all()

    def is_felt(self, round_):
        return round_.link.ended >= self.before + len(self.budgets)

    def mend(self, round_):
        round_.link.budgets = []


class UpstreamRestarted(Fault):
    def begin(self, round_):
        round_.upstream.restart()


class PacketLimit(Fault):
    @staticmethod
    def fits(plan):
        return plan.upstream in ("mosquitto", "scripted")

    def draw(self, rng):
        self.limit = rng.choice((2_500, 5_000))  # no event of the fleet is larger, many batches are
        self.figures = str(self.limit)

    def begin(self, round_):
        round_.upstream.restart(max_packet_size=self.limit)
        self.enough = round_.acknowledged_upstream() + 50

    def is_felt(self, round_):
        return round_.acknowledged_upstream() >= self.enough

    def mend(self, round_):
        round_.upstream.restart()


class DiskFull(Fault):
    @staticmethod
    def fits(plan):
        return os.geteuid() == 0

    def draw(self, rng):
        self.leave = rng.choice((0, 4096, 200_000))
        self.figures = f"leaves {self.leave}"

    def begin(self, round_):
        round_.disk.fill(self.leave)

    def is_felt(self, round_):
        return (round_.gateway.total("sluice_journal_failing") or 0) > 0 or \
            (round_.gateway.total("sluice_connections_paused_total") or 0) > 0

    def mend(self, round_):
        round_.disk.make_room()


class CallFault(Fault):
    """Every n-th call of a kind on the gateway's files fails or takes long."""

    kind = error = None
    delay_us = 0

    def draw(self, rng):
        self.every = rng.choice((1, 2, 7, 30))
        self.times = rng.randint(1, 15)
        self.figures = f"every {self.every}. {self.kind} x{self.times}"

    def begin(self, round_):
        self.before = round_.shim.get(self.kind + "_struck")
        round_.shim.set(self.kind + "_error", self.error or 0)
        round_.shim.set(self.kind + "_delay_us", self.delay_us)
        round_.shim.set(self.kind + "_every", self.every)

    def is_felt(self, round_):
        return round_.shim.get(self.kind + "_struck") >= self.before + self.times

    def mend(self, round_):
        round_.shim.set(self.kind + "_every", 0)


class WriteErrors(CallFault):
    kind, error = "write", errno.EIO


class SyncErrors(CallFault):
    kind, error = "sync", errno.EIO


class ReadErrors(CallFault):
    """The only one of them that may cost events: what cannot be read is damaged."""

    kind, error = "read", errno.EIO

    def begin(self, round_):
        round_.unreadable = True
        super().begin(round_)


class SlowWrites(CallFault):
    kind, delay_us = "write", 50_000


class SlowSyncs(CallFault):
    kind, delay_us = "sync", 200_000


class Damage(Fault):
    """While the gateway is down something happens to a segment that upstream does not have yet."""

    def draw(self, rng):
        self.orderly = rng.random() < 0.5
        self.which, self.where = rng.random(), rng.random()
        self.figures = f"{'SIGTERM' if self.orderly else 'SIGKILL'} {self.which:.2f} {self.where:.2f}"

    def begin(self, round_):
        round_.link.set("refuse")
        round_.wait_for_segments(4)
        if self.orderly:
            round_.gateway.process.terminate()
        else:
            round_.gateway.kill()
        files = self.victims(segment.segments(round_.gateway.data))
        path = files[int(self.which * len(files))]
        round_.expect_damage(path)
        self.damage(path)
        round_.gateway.start()

    def victims(self, files):
        return files

    def mend(self, round_):
        round_.link.set("pass")


class FlippedBit(Damage):
    """In a closed segment: a bit of the last one may belong to what was never acknowledged."""

    def victims(self, files):
        return files[:-1]

    def damage(self, path):
        end = segment.records(path)[-1].end
        segment.flip(path, segment.HEADER_BYTES + int(self.where * (end - segment.HEADER_BYTES)), self.bit())

    def bit(self):
        return 1 << int(self.where * 1000) % 8


class FileCut(Damage):
    def damage(self, path):
        os.truncate(path, int(self.where * os.path.getsize(path)))


class FileDeleted(Damage):
    def damage(self, path):
        os.unlink(path)


class DescriptorsUsedUp(Fault):
    def draw(self, rng):
        self.spare = rng.randint(0, 3)
        self.lasting = rng.randint(20, 60)
        self.figures = f"{self.spare} left"

    def begin(self, round_):
        self.strangers, self.pid = [], round_.gateway.process.pid
        if is_sanitized():
            return  # UBSan looks at memory through a pipe, and takes what it cannot open for a broken object
        self.limits = resource.prlimit(self.pid, resource.RLIMIT_NOFILE)
        used = len(os.listdir(f"/proc/{self.pid}/fd"))
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, (used + self.spare, self.limits[1]))
        self.strangers = [self.connect(round_.gateway.port) for _ in range(self.spare + 2)]
        round_.wait_for_acknowledgements(self.lasting)

    def connect(self, port):
        stranger = socket.socket()
        stranger.setblocking(False)
        stranger.connect_ex(("127.0.0.1", port))
        return stranger

    def mend(self, round_):
        for stranger in self.strangers:
            stranger.close()
        if self.strangers and self.pid == round_.gateway.process.pid and round_.gateway.process.alive:
            resource.prlimit(self.pid, resource.RLIMIT_NOFILE, self.limits)


class ClockJump(Fault):
    def draw(self, rng):
        self.seconds = rng.choice((-86_400, -3_600, -30, 30, 3_600, 86_400 * 30))
        self.lasting = rng.randint(20, 60)
        self.figures = f"{self.seconds:+d} s"

    def begin(self, round_):
        round_.shim.set("clock_offset_ns", self.seconds * SECOND)

    def mend(self, round_):
        round_.wait_for_acknowledgements(self.lasting)
        round_.shim.set("clock_offset_ns", 0)


class Burst(Fault):
    def draw(self, rng):
        self.devices, self.rate = rng.randint(2, 10), rng.choice((100, 300))
        self.figures = f"{self.devices}x{self.rate}/s"

    def begin(self, round_):
        round_.start_burst(self.devices, self.rate)

    def is_felt(self, round_):
        return not round_.burst.alive

    def mend(self, round_):
        eventually(lambda: round_.fleet_status("burst").get("acknowledged", 0) > 0, "acknowledged readings of the burst")


FAULTS = (Sigkill, Refused, BlackHoled, Mute, Slow, HalfOpen, Closing, UpstreamRestarted, PacketLimit, DiskFull,
          WriteErrors, SyncErrors, ReadErrors, SlowWrites, SlowSyncs, FlippedBit, FileCut, FileDeleted,
          DescriptorsUsedUp, ClockJump, Burst)
