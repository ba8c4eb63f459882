"""Segment files as gateway/journal/FORMAT.md describes them, for tests that damage them."""

import collections
import glob
import os
import struct

HEADER_BYTES = 64
RECORD = struct.Struct("<QIB3xQQ")
EVENT, BLOCK = 1, 4

Record = collections.namedtuple("Record", "begin end kind offset end_offset")


def segments(data, stream="telemetry"):
    """The segment files of a stream, the oldest first."""
    return sorted(glob.glob(os.path.join(data, "streams", stream, "*.seg")))


def quarantined(data, stream="telemetry"):
    return os.listdir(os.path.join(data, "streams", stream, "quarantine"))


def records(path):
    """The records of a segment; `begin` and `end` are places in the file."""
    with open(path, "rb") as file:
        data = file.read()
    found, at = [], HEADER_BYTES
    while at + RECORD.size <= len(data):
        checksum, length, kind, offset, _ = RECORD.unpack_from(data, at)
        if checksum == 0:
            break
        end = at + (RECORD.size + length + 7) // 8 * 8
        count = struct.unpack_from("<I", data, at + RECORD.size)[0] if kind == BLOCK else 1
        found.append(Record(at, end, kind, offset, offset + count))
        at = end
    return found


def events(path):
    return [record for record in records(path) if record.kind == EVENT]


def blocks(path):
    return [record for record in records(path) if record.kind == BLOCK]


def flip(path, at, bits=0xFF):
    """Turns a byte over, or bits of it, as a failing medium does."""
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ bits]))


def write(path, at, data):
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(data)


def read(path, begin, end):
    with open(path, "rb") as file:
        file.seek(begin)
        return file.read(end - begin)
