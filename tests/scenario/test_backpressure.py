#!/usr/bin/python3
"""The uplink is gone and a stream is full: who is slowed, who is told, what is counted, and how it goes on again."""

import select
import socket
import ssl
import unittest

from support.gateway import ROUTE, is_sanitized, stream, uplink
from support.mqtt import V311, reading, tls_context, topic_of
from support.process import PATIENCE, eventually
from support.scenario import DEVICE, OBSERVER, OTHER, Forwarding

QUOTA_EXCEEDED = 0x97
EACH = 1500  # two publishers' readings, more than a full stream holds
MANY = 2000  # of one publisher
KERNEL_BUFFERS = 64 << 20  # no loopback socket holds as much
MEMORY = 32 << 20


class FullStream(Forwarding):
    def start(self, on_full="reject", **options):
        self.upstream.kill()
        self.running = self.gateway(stream(max_bytes="512KiB", segment_bytes="64KiB", on_full=on_full, compress=False),
                                    uplink(self.upstream.port), ROUTE, **options)
        return self.running


class Reject(FullStream):
    def fill(self, device):
        """How many readings found room; the others were refused, and nothing else."""
        mids = [device.send(topic_of(device.identity), reading(i)) for i in range(MANY)]
        codes = device.wait_until_answered(mids)
        self.assertEqual({0, QUOTA_EXCEEDED}, set(codes))
        return codes.count(0)

    def test_mqtt5_publishers_are_told_and_later_taken_again(self):
        running = self.start()
        device = self.client(running)
        stored = self.fill(device)
        self.assertEqual(QUOTA_EXCEEDED, device.publish(topic_of(DEVICE), reading(stored), 2))
        self.assertGreaterEqual(running.total("sluice_stream_rejected_total"), 2)
        self.assertEqual((stored, stored), (running.total("sluice_stream_accepted_events_total"),
                                            running.total("sluice_route_pending_events")))
        self.upstream.restart()
        eventually(lambda: device.publish(topic_of(DEVICE), reading(stored)) == 0, "room")
        running.wait_until_drained()
        self.assertEqual(stored + 1, running.total("sluice_route_acknowledged_events_total"))
        self.assertEqual([], device.disconnects)

    def test_3_1_1_publishers_wait_and_nothing_is_lost_or_reordered(self):
        running = self.start()
        devices = [self.client(running, identity, version=V311) for identity in (DEVICE, OTHER)]
        mids = {d: [d.send(topic_of(d.identity), reading(i)) for i in range(EACH)] for d in devices}
        running.wait_for("sluice_connections_paused_total", 2)
        for device in devices:
            self.assertLess(len(device.acknowledged(mids[device])), EACH)
        self.upstream.restart()
        consumer = self.consumer()
        for device in devices:
            device.wait_until_acknowledged(mids[device])
            self.assertEqual([], device.disconnects)
        running.wait_until_drained()
        self.assertEqual(2 * EACH, running.total("sluice_route_acknowledged_events_total"))
        self.assert_order(consumer)

    def assert_order(self, consumer):
        """What came before the consumer was there it cannot have; the rest is whole and in order."""
        eventually(lambda: len(self.tails(consumer)) == 2 and all(t[-1] == EACH - 1 for t in self.tails(consumer)),
                   "the last event of each device")
        for tail in self.tails(consumer):
            self.assertEqual(list(range(tail[0], EACH)), tail)

    def tails(self, consumer):
        numbers = {}
        for event in consumer.events():
            numbers.setdefault(event["identity"], []).append(event["sequence"])
        return list(numbers.values())

    def test_socket_of_a_3_1_1_publisher_is_not_read(self):
        running = self.start()
        self.fill(self.client(running))
        sent = self.flood(running.port)
        self.assertLess(sent, KERNEL_BUFFERS)
        self.assertGreaterEqual(running.total("sluice_connections_paused_total"), 1)

    def flood(self, port):
        """Writes publishes on a socket of its own until the kernel takes no more; how many bytes it took."""
        plain = socket.create_connection(("127.0.0.1", port), PATIENCE)
        secure = tls_context(self.pki, OTHER).wrap_socket(plain, server_hostname="127.0.0.1")
        self.addCleanup(secure.close)
        secure.sendall(bytes([0x10, 13, 0, 4]) + b"MQTT" + bytes([4, 2, 0, 0, 0, 1]) + b"x")
        self.assertEqual(bytes([0x20, 2, 0, 0]), secure.recv(4))
        topic, sent = topic_of(OTHER).encode(), 0
        payload = reading(1, 60000).encode()
        body = len(topic).to_bytes(2, "big") + topic + bytes([0, 1]) + payload
        size = len(body)
        packet = bytes([0x32, size & 127 | 128, size >> 7 & 127 | 128, size >> 14]) + body
        secure.setblocking(False)
        while sent < KERNEL_BUFFERS:
            try:
                sent += secure.send(packet)
            except ssl.SSLWantWriteError:
                if not select.select([], [secure], [], 1.0)[1]:
                    break
        return sent


class Drop(FullStream):
    COUNT = 3000  # about twice what the stream holds

    def overflow(self, on_full):
        running = self.start(on_full)
        self.client(running).publish_readings(self.COUNT)  # nobody is refused
        self.assertEqual(self.COUNT, running.total("sluice_stream_accepted_events_total"))
        self.assertEqual(0, running.process.terminate())
        self.upstream.restart()
        consumer = self.consumer()
        running.start()
        running.wait_until_drained()
        eventually(lambda: self.arrived(consumer) == self.COUNT, "all events or their gaps")
        return running, consumer

    def arrived(self, consumer):
        return len(consumer.events()) + sum(last - first + 1 for first, last, _ in consumer.gaps())

    def assert_books(self, running, consumer):
        kept = len(consumer.events())
        self.assertIn(f"accepted {self.COUNT} = acknowledged {kept} + pending 0 + dead-lettered 0 + expired 0 + "
                      f"evicted {self.COUNT - kept}", running.status())

    def test_drop_oldest_keeps_the_newest_and_counts_the_rest(self):
        running, consumer = self.overflow("drop_oldest")
        kept = consumer.sequences()
        self.assertEqual([(0, self.COUNT - len(kept) - 1, "evicted")], consumer.gaps())
        self.assertEqual(list(range(self.COUNT - len(kept), self.COUNT)), kept)
        self.assertGreater(len(kept), 50)
        self.assert_books(running, consumer)

    def test_drop_newest_keeps_the_oldest_and_counts_the_rest(self):
        running, consumer = self.overflow("drop_newest")
        kept = consumer.sequences()
        self.assertEqual({"dropped"}, {reason for _, _, reason in consumer.gaps()})
        missing = {i for first, last, _ in consumer.gaps() for i in range(first, last + 1)}
        self.assertEqual(set(range(self.COUNT)), missing | set(kept))
        self.assertEqual(sorted(kept), kept)
        self.assertEqual(list(range(50)), kept[:50])
        self.assert_books(running, consumer)


class Memory(FullStream):
    def test_outage_and_flood_stay_under_the_limit(self):
        running = self.start(memory=f"{MEMORY >> 20}MiB")
        deaf = self.client(running, OBSERVER, version=V311)
        deaf.subscribe("#", 0)
        deaf.paho.loop_stop()  # it subscribed to everything and reads nothing
        devices = [self.client(running, identity, version=V311, client_id=f"{identity}-{i}", max_inflight=2000)
                   for i in range(10) for identity in (DEVICE, OTHER)]
        mids = {d: [d.send(topic_of(d.identity), reading(i, 20000)) for i in range(200)] for d in devices}

        def finished():
            return sum(len(d.acknowledged(mids[d])) == len(mids[d]) for d in devices)
        eventually(lambda: running.total("sluice_connections_paused_total") + finished() >= len(devices),
                   "pause of everybody whose messages are not all stored")
        peak = self.peak_bytes(running.process.pid)
        self.upstream.restart()
        for device in devices:
            device.wait_until_acknowledged(mids[device], 4 * PATIENCE)
        running.wait_until_drained(4 * PATIENCE)
        self.assertEqual(200 * len(devices), running.total("sluice_route_acknowledged_events_total"))
        peak = max(peak, self.peak_bytes(running.process.pid))
        print(f"peak of {peak >> 10} KiB", flush=True)
        if not is_sanitized():
            self.assertLess(peak, MEMORY, f"peak of {peak >> 10} KiB")

    def peak_bytes(self, pid):
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            line = [line for line in file if line.startswith("VmHWM:")][0]
        return int(line.split()[1]) << 10


if __name__ == "__main__":
    unittest.main(verbosity=2)
