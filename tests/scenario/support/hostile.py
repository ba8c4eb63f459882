"""An upstream that is no broker: takes connections and what is published, and answers as a test wants."""

import socketserver
import threading

CONNACK = {4: b"\x20\x02\x00\x00", 5: b"\x20\x03\x00\x00\x00"}
NO_PACKET = b"\x40\x01\x00"  # a PUBACK with half a packet identifier
CONNECT, PUBLISH, PINGREQ = 1, 3, 12


def nothing(packet_id):
    """The answer to a PUBLISH of an upstream that never acknowledges."""
    return b""


def puback(packet_id):
    return b"\x40\x02" + packet_id.to_bytes(2, "big")


def puback_of_another(packet_id):
    return b"\x40\x02" + ((packet_id + 20_000) % 65_535 + 1).to_bytes(2, "big")


def pubrec(packet_id):
    return b"\x50\x02" + packet_id.to_bytes(2, "big")


class Hostile:
    """`answer` makes the bytes for a PUBLISH at QoS 1 out of its packet id; with `mute` not even CONNECT is
    answered. At a PUBLISH that holds the bytes `dislikes` the connection ends, in version 5 with DISCONNECT 0x90; one
    that holds `refuses` is answered with 0x99, Payload format invalid, one that holds `confuses` with what is no MQTT packet.
    `connections` counts, `connects` keeps the CONNECT packets, `published` counts."""

    def __init__(self, answer=nothing, mute=False, dislikes=None, refuses=None, confuses=None):
        self.answer, self.mute, self.dislikes, self.refuses = answer, mute, dislikes, refuses
        self.confuses = confuses
        self.connections = self.published = 0
        self.connects = []
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                outer.connections += 1
                try:
                    while outer.serve(self.rfile, self.wfile):
                        pass
                except OSError:
                    pass

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def serve(self, source, sink):
        """One packet; False at the end of the connection."""
        first = source.read(1)
        if not first:
            return False
        length, shift = 0, 0
        while True:
            byte = source.read(1)
            if not byte:
                return False
            length |= (byte[0] & 0x7F) << shift
            shift += 7
            if not byte[0] & 0x80:
                break
        body = source.read(length)
        if self.dislikes and first[0] >> 4 == PUBLISH and self.dislikes in body:
            if self.connects[-1][6] == 5:
                sink.write(b"\xe0\x01\x90")
            return False
        if not self.mute:
            sink.write(self.answer_to(first[0], body))
        return True

    def answer_to(self, first, body):
        kind = first >> 4
        if kind == CONNECT:
            self.connects.append(body)
            return CONNACK[body[6]]
        if kind == PINGREQ:
            return b"\xd0\x00"
        if kind == PUBLISH and first & 6:
            self.published += 1
            topic = int.from_bytes(body[:2], "big")
            packet_id = body[2 + topic:4 + topic]
            if self.refuses and self.refuses in body:
                return b"\x40\x03" + packet_id + b"\x99"
            if self.confuses and self.confuses in body:
                return NO_PACKET
            return self.answer(int.from_bytes(packet_id, "big"))
        return b""

    def kill(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)
