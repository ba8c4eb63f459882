// A client on MQTT.js: subscribes to its own topics, publishes at every QoS, then where it may not.
// usage: mqttjs_client.js PORT VERSION CA CERT KEY IDENTITY; a JSON line for whatever happens.
'use strict';
const fs = require('fs');
const mqtt = require('mqtt');

const [port, version, ca, cert, key, identity] = process.argv.slice(2);
const say = (what) => console.log(JSON.stringify(what));
const client = mqtt.connect({
  protocol: 'mqtts', host: '127.0.0.1', port: Number(port), protocolVersion: Number(version), clientId: identity,
  ca: fs.readFileSync(ca), cert: fs.readFileSync(cert), key: fs.readFileSync(key), reconnectPeriod: 0,
});

const topic = `devices/${identity}/free`;
let received = 0;
let refused = false;

function endWhenDone() {
  if (received === 3 && refused) client.end(false, {}, () => process.exit(0));
}

function publishElsewhere() {
  client.publish('devices/somebody-else/free', 'x', {qos: 1}, (error) => {
    if (refused) return;  // some versions call again when the client ends
    say({refused: error ? error.code : null});
    refused = true;
    endWhenDone();
  });
}

client.on('error', (error) => { say({error: String(error)}); process.exit(1); });
client.on('close', () => { if (!refused) say({closed: true}); });
client.on('message', (name, payload, packet) => {
  say({topic: name, qos: packet.qos, payload: payload.toString()});
  received += 1;
  endWhenDone();
});
client.subscribe(topic, {qos: 2}, (error) => {
  if (error) throw error;
  for (const qos of [0, 1, 2]) {
    client.publish(topic, `m${qos}`, {qos}, (problem) => {
      if (problem) throw problem;
      if (qos === 2) publishElsewhere();
    });
  }
});
