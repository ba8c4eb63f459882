"""An upstream that misbehaves: a real broker whose answers are changed on their way."""

CONNACK, PUBACK = 2, 4
DISCONNECT_BUSY = b"\xe0\x01\x89"


def packets(data):
    """The whole MQTT packets at the front of `data`, and the rest."""
    found = []
    while len(data) >= 2:
        length, shift, at = 0, 0, 1
        while at < len(data):
            byte = data[at]
            length |= (byte & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if not byte & 0x80:
                break
        else:
            break
        if len(data) < at + length:
            break
        found.append(data[:at + length])
        data = data[at + length:]
    return found, data


def drop(packet, version):
    return b""


def twice(packet, version):
    return packet + packet


def of_another(packet, version):
    identifier = int.from_bytes(packet[2:4], "big")
    return packet[:2] + ((identifier + 20_000) % 65_535 + 1).to_bytes(2, "big") + packet[4:]


def quota(packet, version):
    """Upstream has it and says that it has no room; the gateway sends it again."""
    return b"\x40\x03" + packet[2:4] + b"\x97" if version == 5 else b""


def end(packet, version):
    return (DISCONNECT_BUSY if version == 5 else b"") + END


def half(packet, version):
    return packet[:1] + END


def garbage(packet, version):
    return b"\x00\xff\xff\xff\xff\x7f"


def refuse(packet, version):
    return (b"\x20\x03\x00\x88\x00" if version == 5 else b"\x20\x02\x00\x03") + END


END = b"<END>"
OF_PUBACK = {deed.__name__: deed for deed in (drop, twice, of_another, quota, end, half, garbage)}
OF_CONNACK = {"refuse": refuse}
DEEDS = sorted(OF_PUBACK | OF_CONNACK)


class Tamper:
    """Does `deed` to every `every`-th PUBACK, or to CONNACKs, until it was done `times` times."""

    def __init__(self, deed, every, times, version):
        self.deed, self.every, self.left, self.version = deed, every, times, version
        self.answers = self.done = 0

    def of_connection(self):
        rest = b""

        def change(data, connection):
            nonlocal rest
            whole, rest = packets(rest + data)
            out = b"".join(self._answer(packet) for packet in whole)
            out, ends, _ = out.partition(END)
            if ends:
                connection.near.sendall(out)
                connection.reset()
            return out if not ends else b""
        return change

    def _answer(self, packet):
        deeds = {CONNACK: OF_CONNACK, PUBACK: OF_PUBACK}.get(packet[0] >> 4, {})
        if self.deed not in deeds or self.left == 0:
            return packet
        self.answers += 1
        if self.deed in OF_PUBACK and self.answers % self.every:
            return packet
        self.left -= 1
        self.done += 1
        return deeds[self.deed](packet, self.version)
