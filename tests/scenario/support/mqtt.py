"""A paho-mqtt client that remembers everything it is told."""

import contextlib
import json
import socket
import ssl
import threading

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from support.process import PATIENCE, eventually

V311, V5 = paho.MQTTv311, paho.MQTTv5
SENSOR = "sensor"


def tls_context(pki, identity):
    context = ssl.create_default_context(cafile=pki.server_ca)
    if identity:
        context.load_cert_chain(pki.cert(identity), pki.key(identity))
    return context


def topic_of(identity, sensor=SENSOR):
    """A topic that the Zigbee2MQTT profile knows."""
    return f"devices/{identity}/zigbee2mqtt/{sensor}"


def reading(sequence, padding=0):
    """A payload that the Zigbee2MQTT profile knows."""
    text = {"temperature": 20.5, "humidity": 40, "seq": sequence}
    if padding:
        text["ignored"] = "x" * padding
    return json.dumps(text)


def properties(packet, **values):
    result = Properties(packet)
    for name, value in values.items():
        setattr(result, name, value)
    return result


class RecordingPaho(paho.Client):
    """paho-mqtt 1.6 keeps the reason codes of acknowledgements to itself."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.reasons = {}  # by message id: the code of the PUBACK, or of the PUBREC that refused

    def _note_reason(self):
        packet = self._in_packet["packet"]
        code = packet[2] if len(packet) > 2 else 0
        self.reasons[int.from_bytes(packet[:2], "big")] = code
        return code

    def _handle_pubackcomp(self, cmd):
        if cmd == "PUBACK":
            self._note_reason()
        return super()._handle_pubackcomp(cmd)

    def _handle_pubrec(self):
        if self._note_reason() >= 0x80:
            return paho.MQTT_ERR_SUCCESS  # the exchange ends here [MQTT-4.3.3]
        return super()._handle_pubrec()


class Client:
    """Callbacks run on paho's thread and only append; tests poll."""

    def __init__(self, port, pki, identity, version=V5, client_id=None, keep_alive=60, clean=True, will=None,
                 connect_properties=None, max_inflight=100):
        self.version = version
        self.port = port
        self.keep_alive = keep_alive
        self.clean = clean
        self.connect_properties = connect_properties
        self.identity = identity
        extra = {"clean_session": clean} if version != V5 else {}
        self.paho = RecordingPaho(client_id or identity, protocol=version, **extra)
        if pki:
            self.paho.tls_set_context(tls_context(pki, identity))
        self.paho.max_inflight_messages_set(max_inflight)
        self.paho.reconnect_delay_set(1, 1)
        if will:
            self.paho.will_set(**will)
        self.connacks, self.messages, self.disconnects, self.subacks, self.published = [], [], [], {}, set()
        self._lock = threading.Lock()
        self._wire()

    def _wire(self):
        # The last argument, MQTT 5's properties, is absent in 3.1.1.
        self.paho.on_connect = lambda c, u, flags, code, *p: self.connacks.append(
            (flags["session present"], _number(code), p[0] if p else None))
        self.paho.on_disconnect = lambda c, u, code, *p: self.disconnects.append(_number(code))
        self.paho.on_message = lambda c, u, message: self.messages.append(message)
        self.paho.on_subscribe = lambda c, u, mid, codes, *p: self.subacks.update(
            {mid: [_number(code) for code in codes]})
        self.paho.on_publish = lambda c, u, mid: self.published.add(mid)

    def connect(self):
        extra = {"clean_start": self.clean, "properties": self.connect_properties} if self.version == V5 else {}
        self.paho.connect("127.0.0.1", self.port, self.keep_alive, **extra)
        self.paho.loop_start()
        eventually(lambda: self.connacks, f"CONNACK for {self.identity}")
        return self

    @property
    def session_present(self):
        return bool(self.connacks[-1][0])

    def subscribe(self, topic_filter, qos=1, subscription_id=None):
        if self.version == V5:
            from paho.mqtt.subscribeoptions import SubscribeOptions
            extra = None
            if subscription_id:
                extra = properties(PacketTypes.SUBSCRIBE, SubscriptionIdentifier=subscription_id)
            _, mid = self.paho.subscribe(topic_filter, options=SubscribeOptions(qos), properties=extra)
        else:
            _, mid = self.paho.subscribe(topic_filter, qos)
        return eventually(lambda: self.subacks.get(mid), f"SUBACK for {topic_filter}")

    def send(self, topic, payload, qos=1, retain=False, publish_properties=None):
        """Publishes without waiting; the message id."""
        return self.paho.publish(topic, payload, qos, retain, publish_properties).mid

    def publish(self, topic, payload, qos=1, seconds=PATIENCE, **extra):
        """Publishes and waits for the first acknowledgement; its reason code."""
        mid = self.send(topic, payload, qos, **extra)
        if qos == 0:
            return eventually(lambda: mid in self.published, "QoS 0 message on its way") and 0
        eventually(lambda: mid in self.paho.reasons, f"acknowledgement of message {mid}", seconds)
        return self.paho.reasons[mid]

    def publish_readings(self, count, first=0, qos=1, sensor=SENSOR, padding=0):
        """Readings with consecutive counters; waits until all are acknowledged."""
        topic = topic_of(self.identity, sensor)
        mids = [self.send(topic, reading(first + i, padding), qos) for i in range(count)]
        self.wait_until_acknowledged(mids)

    def wait_until_acknowledged(self, mids, seconds=PATIENCE):
        eventually(lambda: len(self.acknowledged(mids)) == len(mids),
                   lambda: f"{len(mids)} acknowledgements for {self.identity}, but {self.account(mids)}", seconds)

    def wait_until_answered(self, mids, seconds=PATIENCE):
        """Acknowledged or refused; the reason codes."""
        eventually(lambda: all(mid in self.paho.reasons for mid in mids),
                   lambda: f"{len(mids)} answers for {self.identity}, but {self.account(mids)}", seconds)
        return [self.paho.reasons[mid] for mid in mids]

    def account(self, mids):
        """What became of messages, for people."""
        codes = [self.paho.reasons.get(mid) for mid in mids]
        return f"{ {code: codes.count(code) for code in set(codes)} }, connections ended with {self.disconnects}"

    def acknowledged(self, mids):
        return [mid for mid in mids if self.paho.reasons.get(mid) in (0, 0x10)]

    def wait_for_message(self, count=1):
        eventually(lambda: len(self.messages) >= count, f"message {count}, got {len(self.messages)}")
        return self.messages[count - 1]

    def disconnect(self):
        self.paho.disconnect()
        eventually(lambda: self.disconnects, "end of the connection")
        self.paho.loop_stop()

    def kill(self):
        """Drops the connection without a DISCONNECT and ends paho's thread."""
        self.paho._thread_terminate = True
        sock = self.paho.socket()
        if sock:
            with contextlib.suppress(OSError):
                # Below TLS, which would say goodbye; and not close(), which would race with paho's thread.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
        self.paho.loop_stop()


def _number(code):
    return code if isinstance(code, int) else code.value
