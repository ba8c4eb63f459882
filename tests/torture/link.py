"""The link between gateway and upstream, which fails in every way that links fail."""

import contextlib
import socket
import struct
import threading
import time

RESET = struct.pack("ii", 1, 0)
CHUNK = 4096


class Connection:
    """A gateway's connection and the one that goes on from it. `dead`: bytes are taken and go nowhere; what has lost a
    byte never comes to life again. `budget`: so many bytes may still pass, then it ends."""

    def __init__(self, near, tamper=None, budget=None):
        self.near, self.far = near, None
        self.dead = False
        self.tamper, self.budget = tamper, budget

    def reset(self):
        for sock in (self.near, self.far):
            if sock:
                with contextlib.suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                    sock.shutdown(socket.SHUT_RDWR)


class Link:
    """`mode` is one of pass, refuse, black_hole, mute (upstream's bytes are lost) and slow (`rate` bytes a second).
    `budgets`: the next connections end after so many bytes. `make_tamper()` makes what changes upstream's bytes on
    a new connection. `lost` and `ended` count, so that a fault knows when it has been felt."""

    def __init__(self, upstream):
        self.upstream = upstream
        self.mode, self.rate, self.budgets, self.make_tamper = "pass", 0, [], None
        self.lost = self.ended = self.slowed = 0
        self._lock = threading.Lock()
        self._connections = set()
        self._listener, self.port = None, 0
        self._listen()

    def _listen(self):
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def set(self, mode, rate=0):
        was, self.mode, self.rate = self.mode, mode, rate
        if mode == "refuse" and was != "refuse":
            # A thread in accept() keeps the listener alive, unless it is woken.
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self.reset_all()
        elif was == "refuse" and mode != "refuse":
            self._listen()

    def reset_all(self):
        for connection in self.connections():
            connection.reset()

    def half_open(self):
        """What is connected now leads nowhere; what comes later goes through."""
        for connection in self.connections():
            connection.dead = True

    def connections(self):
        with self._lock:
            return list(self._connections)

    def kill(self):
        self.set("refuse")

    def _accept(self, listener):
        while True:
            try:
                near = listener.accept()[0]
            except OSError:
                return
            connection = Connection(near, self.make_tamper and self.make_tamper(),
                                    self.budgets.pop(0) if self.budgets else None)
            with self._lock:
                self._connections.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            connection.dead = self.mode == "black_hole"
            if not connection.dead:
                connection.far = socket.create_connection(("127.0.0.1", self.upstream.port), 5)
                connection.far.settimeout(None)
                threading.Thread(target=self._pump, args=(connection, False), daemon=True).start()
            self._pump(connection, True)
        except OSError:
            connection.reset()
        with self._lock:
            self._connections.discard(connection)
        connection.near.close()

    def _pump(self, connection, up):
        source, sink = (connection.near, connection.far) if up else (connection.far, connection.near)
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                if self.mode == "black_hole" or (self.mode == "mute" and not up):
                    connection.dead = True
                if connection.dead:
                    self.lost += len(data)
                    continue
                if self.mode == "slow":
                    self.slowed += 1
                    time.sleep(len(data) / self.rate)
                if connection.budget is not None:
                    connection.budget -= len(data)
                    if connection.budget <= 0:
                        self.ended += 1
                        connection.reset()
                        return
                if connection.tamper and not up:
                    data = connection.tamper(data, connection)
                sink.sendall(data)
        if not connection.dead:
            connection.reset()
