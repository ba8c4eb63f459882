#!/usr/bin/python3
"""From devices over the gateway to a real Mosquitto: formats, batches, topics, outages, restarts."""

import json
import unittest

from support.gateway import UNBATCHED, route
from support.mqtt import reading, topic_of
from support.process import eventually
from support.relay import Link
from support.scenario import DEVICE, OTHER, Forwarding

FLATBUFFERS = "application/cloudevents+flatbuffers"
JSON = "application/cloudevents+json"


class Formats(Forwarding):
    def test_flatbuffers_batches_reach_the_consumer(self):
        consumer = self.consumer()
        device = self.client(self.forwarding_gateway(self.upstream.port))
        device.publish_readings(250)
        event = consumer.wait_for_events(250)[0]
        self.assertEqual(list(range(250)), consumer.sequences())
        self.assertEqual(("test/telemetry/0", "climate.reading.v1", "sensor", DEVICE),
                         (event["id"], event["type"], event["device"], event["identity"]))
        self.assertEqual([("temperature", 20.5, "Cel"), ("humidity", 40, "%")],
                         [(r["name"], r["value"], r["unit"]) for r in event["readings"]])
        self.assertLess(consumer.summary()["messages"], 250)

    def test_unbatched_flatbuffers_carry_their_attributes(self):
        watcher = self.watch("sluice/#")
        device = self.client(self.forwarding_gateway(self.upstream.port, route=route(batch=UNBATCHED)))
        device.publish_readings(3)
        watcher.wait_for_message(3)
        self.assertEqual(["sluice/test/telemetry"] * 3, [m.topic for m in watcher.messages])
        for offset, message in enumerate(watcher.messages):
            self.assert_attributes(message, FLATBUFFERS, offset)

    def test_unbatched_json_is_a_cloudevent_and_carries_its_attributes(self):
        watcher = self.watch("sluice/#")
        device = self.client(self.forwarding_gateway(
            self.upstream.port, route=route(output="json")))
        device.publish_readings(2)
        message = watcher.wait_for_message(2)
        self.assert_attributes(message, JSON, 1)
        self.assertEqual(1, message.properties.PayloadFormatIndicator)
        event = json.loads(message.payload)
        self.assertEqual(("1.0", "test/telemetry/1", "climate.reading.v1", "sensor"),
                         (event["specversion"], event["id"], event["type"], event["subject"]))

    def assert_attributes(self, message, content_type, offset):
        attributes = dict(message.properties.UserProperty)
        self.assertEqual(content_type, message.properties.ContentType)
        self.assertEqual({"specversion": "1.0", "id": f"test/telemetry/{offset}", "type": "climate.reading.v1",
                          "subject": "sensor"},
                         {name: attributes[name] for name in ("specversion", "id", "type", "subject")})
        self.assertLessEqual({"source", "time", "sequence"}, set(attributes))
        self.assertEqual(offset, int(attributes["sequence"]))

    def test_batched_json_is_an_array(self):
        watcher = self.watch("sluice/#")
        device = self.client(self.forwarding_gateway(
            self.upstream.port, route=route(output="json", batch="{ max_events = 100 }")))
        device.publish_readings(50)
        events = eventually(lambda: self.all_events(watcher, 50), "50 events")
        self.assertEqual([f"test/telemetry/{i}" for i in range(50)], [event["id"] for event in events])
        self.assertEqual("application/cloudevents-batch+json", watcher.messages[0].properties.ContentType)
        self.assertLess(len(watcher.messages), 50)

    def all_events(self, watcher, count):
        events = [event for message in list(watcher.messages) for event in json.loads(message.payload)]
        return events if len(events) >= count else None

    def test_consumer_reads_both_formats_of_either_version(self):
        consumer = self.consumer()
        wanted = 0
        for number, mqtt_version in enumerate((5, 3)):
            for output in ("flatbuffers", "json"):
                wanted += 10
                name = f"{output}-{mqtt_version}"
                running = self.forwarding_gateway(self.upstream.port, route=route(output=output), name=name,
                                                  data=name, gateway_id=name, mqtt_version=mqtt_version)
                self.client(running, client_id=f"{output}{number}").publish_readings(10)
                consumer.wait_for_events(wanted)
        self.assertEqual({"gaps": 0, "missing": 0, "undecodable": 0},
                         {k: v for k, v in consumer.summary().items() if k in ("gaps", "missing", "undecodable")})


class Topics(Forwarding):
    def test_topic_template_is_filled_in_for_each_event(self):
        watcher = self.watch("#")
        device = self.client(self.forwarding_gateway(
            self.upstream.port, route=route(topic="sites/{gateway}/{identity}/{device}/{type}", output="json")))
        for i, sensor in enumerate(("attic", "attic", "cellar", "a b")):
            self.assertEqual(0, device.publish(topic_of(DEVICE, sensor), reading(i)))

        def topics():
            return {m.topic: len(json.loads(m.payload)) for m in list(watcher.messages)}
        eventually(lambda: len(topics()) >= 3, "three topics")
        self.assertEqual({f"sites/test/{DEVICE}/{sensor}/climate.reading.v1" for sensor in ("attic", "cellar", "a b")},
                         set(topics()))


class Outages(Forwarding):
    def test_killed_upstream_returns_and_nothing_is_lost_or_reordered(self):
        consumer = self.consumer()
        link = self.own(Link(self.upstream.port))
        running = self.forwarding_gateway(link.port)
        devices = [self.client(running, identity) for identity in (DEVICE, OTHER)]
        for device in devices:
            device.publish_readings(100)
        consumer.wait_for_events(200)
        self.upstream.kill()
        for device in devices:
            device.publish_readings(200, first=100)  # acknowledged although nobody is there upstream
        self.assertEqual(400, running.total("sluice_route_pending_events"))
        link.cut()  # the consumer shall be there first: a killed Mosquitto has forgotten its session
        self.upstream.restart()
        consumer.wait_for_connections(2)
        link.restore()
        consumer.wait_for_events(600)
        self.assert_complete(consumer, 300)
        running.wait_until_drained()

    def assert_complete(self, consumer, each):
        self.assertEqual([], consumer.gaps())
        for identity in (DEVICE, OTHER):
            self.assertEqual(list(range(each)),
                             [e["sequence"] for e in consumer.events() if e["identity"] == identity])

    def test_link_that_is_cut_again_and_again_under_load_loses_nothing(self):
        consumer = self.consumer()
        link = self.own(Link(self.upstream.port))
        running = self.forwarding_gateway(link.port, route=route(batch="{ max_events = 10 }"))
        devices = [self.client(running, identity) for identity in (DEVICE, OTHER)]
        for turn in range(6):
            arrived = len(consumer.events())
            for device in devices:
                for i in range(100):
                    device.send(topic_of(device.identity), reading(100 * turn + i))
            consumer.wait_for_events(arrived + 20)  # the cut comes in the middle of the work
            running.wait_for("sluice_uplink_connects_total", turn + 1)
            link.cut()
            running.wait_for("sluice_uplink_disconnects_total", turn + 1)
            link.restore()
        consumer.wait_for_events(1200)
        self.assert_complete(consumer, 600)
        running.wait_until_drained()
        self.assertGreaterEqual(running.total("sluice_uplink_connects_total"), 6)

    def test_upstream_that_comes_late_gets_everything(self):
        self.upstream.kill()
        running = self.forwarding_gateway(self.upstream.port)
        self.client(running).publish_readings(20)
        running.wait_for("sluice_uplink_connect_failures_total", 2)
        self.upstream.restart()
        running.wait_until_drained()
        self.assertEqual(20, running.total("sluice_route_acknowledged_events_total"))


class Restarts(Forwarding):
    def test_cursor_survives_an_orderly_restart(self):
        consumer = self.consumer()
        running = self.forwarding_gateway(self.upstream.port)
        self.client(running).publish_readings(50)
        running.wait_until_drained()
        self.assertEqual(0, running.process.terminate())
        running.start()
        self.assertEqual(50, running.total("sluice_route_acknowledged_events_total"))
        self.client(running, client_id="again").publish_readings(50, first=50)
        consumer.wait_for_events(100)
        self.assertEqual(list(range(100)), consumer.sequences())
        self.assertEqual(0, consumer.summary()["duplicates dropped"])

    def test_cursor_survives_a_kill_and_duplicates_are_dropped(self):
        consumer = self.consumer()
        running = self.forwarding_gateway(self.upstream.port)
        for turn in range(3):
            self.client(running, client_id=f"turn-{turn}").publish_readings(100, first=100 * turn)
            running.restart()
        consumer.wait_for_events(300)
        self.assertEqual(list(range(300)), consumer.sequences())
        self.assertEqual([], consumer.gaps())
        running.wait_until_drained()
        self.assertEqual(300, running.total("sluice_route_acknowledged_events_total"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
