// A client on MQTT.js in a WebSocket: subscribes to a topic, publishes to it at every QoS, and ends.
// usage: mqttjs_websocket.js URL VERSION TOPIC [CA CERT KEY]; a JSON line for whatever happens.
'use strict';
const fs = require('fs');
const mqtt = require('mqtt');

const [url, version, topic, ca, cert, key] = process.argv.slice(2);
const say = (what) => console.log(JSON.stringify(what));
const files = ca ? {ca: fs.readFileSync(ca), cert: fs.readFileSync(cert), key: fs.readFileSync(key)} : {};
// 3.1 has another name for the protocol.
const protocolId = version === '3' ? 'MQIsdp' : 'MQTT';
const client = mqtt.connect(url, {
  protocolId, protocolVersion: Number(version), clientId: `js-${version}`, reconnectPeriod: 0, ...files, wsOptions: files,
});

let received = 0;
client.on('error', (error) => { say({error: String(error)}); process.exit(1); });
client.on('message', (name, payload, packet) => {
  say({topic: name, qos: packet.qos, bytes: payload.length});
  received += 1;
  if (received === 3) client.end(false, {}, () => process.exit(0));
});
client.subscribe(topic, {qos: 2}, (error) => {
  if (error) throw error;
  for (const qos of [0, 1, 2]) {
    client.publish(topic, Buffer.alloc(100000 * qos + 1), {qos}, (problem) => { if (problem) throw problem; });
  }
});
