#include "sim/situations.h"

#include <algorithm>
#include <array>

#include "base/status.h"

namespace sluice::sim {
namespace {

// Sorted: what the world reports, and the probes of the gateway (base/probe.h).
constexpr auto kNames = std::to_array<std::string_view>({
    "a retained message outlives the process",
    "a route goes back on a connection for a replay",
    "a stream could not be opened",
    "broker: QoS 2 is acknowledged while its client is away",
    "broker: a client comes back before its will is due",
    "broker: a message in a queue gives way",
    "broker: a session makes room for another",
    "broker: a will waits for room",
    "calm",
    "client: a crowd comes under one identity",
    "client: a session goes on with messages in flight",
    "client: a session is lost with messages in flight",
    "client: a twin comes under the same id",
    "client: connects once more",
    "client: is told to try later",
    "client: somebody is rude",
    "died between two operations",
    "died while starting",
    "disk: a sync fails",
    "forward: a burial waits for room",
    "forward: a message at which upstream ends the connection is set aside",
    "forward: a route goes back for a replay",
    "forward: an event expires",
    "forward: an event is too large for this upstream",
    "forward: nothing fits into what upstream takes",
    "forward: one publish at a time after a refusal",
    "forward: one publish is passed over",
    "forward: telling of a dead letter is given up",
    "forward: telling of a dead letter is refused for now",
    "forward: the connection is lost while a dead letter is told",
    "forward: upstream answers nothing in time",
    "forward: upstream turns us away again and again",
    "ingest: a replay stops for want of room",
    "ingest: letters were being replayed when the process ended",
    "ingest: nobody knows what became of a letter's replay",
    "ingest: replayed letters cannot be marked yet",
    "journal: a block is lost with one before it",
    "journal: a damaged segment can't be replaced",
    "journal: a damaged segment is salvaged",
    "journal: a file is set aside",
    "journal: a gap segment grows",
    "journal: a segment became a gap while it was read",
    "journal: a segment becomes a gap in place",
    "journal: a segment is abandoned after a failure",
    "journal: an unsynced tail cannot be synced at opening",
    "journal: an unsynced tail is written again",
    "journal: an unsynced tail is written again where it lies",
    "journal: damage is stepped over where it lies",
    "journal: events below the floor are missing",
    "journal: events that do not shrink are stored as they are",
    "journal: eviction before a cursor exists",
    "journal: gaps are merged",
    "journal: kept events make room",
    "journal: one slot is unsound, the other counts",
    "journal: roll without space",
    "journal: the directory of cursors is made late",
    "journal: torn tail behind a full segment",
    "journal: what a merged gap covers is removed at opening",
    "mqtt client: CONNACK does not come",
    "mqtt client: PINGRESP does not come",
    "mqtt client: the server answers in another version",
    "mqtt client: the server breaks a rule",
    "mqtt client: the server has a shorter keep alive",
    "mqtt client: the server refuses the connection",
    "mqtt client: the server says why it ends the connection",
    "mqtt client: what comes is no packet",
    "network: a connection falls silent",
    "network: a connection is cut",
    "network: a kernel gives up",
    "server: a connection gives way",
    "server: a connection is dropped for its input",
    "server: a publish is held",
    "server: a read for local subscribers fails",
    "server: a turn ends",
    "server: local subscribers come too late for events",
    "server: outgoing messages run short of memory",
    "server: takeover while a publish is held",
    "server: the connection of a held QoS 2 publish ends",
    "session: QoS 2 is released once more on another connection",
    "session: QoS 2 is repeated before it is acknowledged",
    "session: a window in flight is resumed",
    "state: a batch is tried again",
    "state: the file is set aside",
    "uplink_mqtt: a connection does without the status message",
    "uplink_mqtt: an attempt begins with another server",
    "uplink_mqtt: an old connection outlives the next one's dial",
    "uplink_mqtt: another server is tried",
    "uplink_mqtt: no server takes us",
    "uplink_mqtt: the broker keeps no retained messages",
    "uplink_mqtt: the broker takes nothing at QoS 1",
    "uplink_mqtt: the connection ends at the status message",
    "uplink_mqtt: the status message is refused",
    "uplink_mqtt: the will may be what upstream refuses",
    "upstream answers with what breaks the rules",
    "upstream: a connection takes an earlier one over",
    "upstream: a password is not the right one",
    "upstream: a password is renewed",
    "upstream: a topic is abbreviated",
    "upstream: a will is published",
    "upstream: a will tells of a gateway that fell silent",
    "upstream: another server takes the gateway",
    "upstream: greets with what breaks the rules",
    "upstream: says what breaks the rules",
    "upstream: the gateway comes back to its first server",
});

}  // namespace

std::span<const std::string_view> Situations::Names() { return kNames; }

void Situations::Reached(std::string_view name, uint64_t times) {
  const auto known = times_.find(name);
  if (known != times_.end()) {
    known->second += times;
    return;
  }
  SLUICE_CHECK(std::find(kNames.begin(), kNames.end(), name) != kNames.end());
  times_.emplace(name, times);
}

uint64_t Situations::Times(std::string_view name) const {
  const auto known = times_.find(name);
  return known == times_.end() ? 0 : known->second;
}

}  // namespace sluice::sim
