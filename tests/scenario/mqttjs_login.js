// A client on MQTT.js that shows who it is with a user name and a password, publishes once, and goes.
// usage: mqttjs_login.js URL VERSION CA USER PASSWORD; a JSON line that says how it went.
'use strict';
const fs = require('fs');
const mqtt = require('mqtt');

const [url, version, ca, username, password] = process.argv.slice(2);
const client = mqtt.connect(url, {
  protocolVersion: Number(version), clientId: username, username, password, reconnectPeriod: 0,
  ca: ca ? fs.readFileSync(ca) : undefined,
});

function end(what) {
  console.log(JSON.stringify(what));
  process.exit(0);
}

client.on('error', (error) => end({refused: error.code}));
client.on('close', () => end({closed: true}));
client.on('connect', () => {
  client.publish(`devices/${username}/free`, 'x', {qos: 1}, (error) => end({published: !error}));
});
