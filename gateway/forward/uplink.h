#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "forward/refusal.h"
#include "schema/cloudevents.h"

namespace sluice::forward {

using UserProperty = schema::CloudEventAttributes::Item;

// What an uplink takes, as upstream said when the connection was made.
struct UplinkLimits {
  size_t max_in_flight = SIZE_MAX;      // messages that are not answered
  size_t max_message_bytes = SIZE_MAX;  // with all that travels with it
  std::string server = {};              // of several, the one; "broker.example.com:8883"
};

// One message. Views, valid during the call only.
struct OutgoingMessage {
  std::string_view topic;
  // What must stay in order: the device of a single event, the source of a batch. For upstreams
  // that spread messages over partitions.
  std::string_view key;
  ByteSpan payload;
  std::string_view content_type;             // where the protocol has a place for it, as for
  std::span<const UserProperty> properties;  // these
  bool is_text = false;  // the payload is UTF-8, and where the protocol can say so it shall

  static constexpr size_t kBytesPerProperty = 5;  // identifier and two lengths
  // What it will occupy, about, on the wire and in the queues on the way there.
  size_t WireBytes() const;
};

// How a connection, or an attempt at one, ended.
struct UplinkEnd {
  std::string why;  // for people, and printable
  // By which failures are counted, "lookup" or "bad_credentials": one of a few, and static.
  std::string_view reason = "other";
  // It takes a person to cure it, here or upstream, and upstream may shut out whoever goes on
  // asking.
  bool turned_away = false;
  // Upstream broke a rule of the protocol, and the uplink ended the connection for it.
  bool broke_rules = false;
};

// Told what happens to an uplink. Loop thread.
class UplinkListener {
 public:
  virtual ~UplinkListener() = default;
  virtual void OnConnected(const UplinkLimits& limits) = 0;
  // Ends a connection or an attempt at one. Of the messages that are not answered nothing more will
  // be heard.
  virtual void OnDisconnected(const UplinkEnd& end) = 0;
  // The same, but it was the uplink that ended a connection: upstream fell silent. It says nothing
  // against the messages that were on the way. What breaks the protocol's rules may be upstream's
  // answer to one of them, and goes to OnDisconnected.
  virtual void OnGivenUp(const UplinkEnd& end) { OnDisconnected(end); }
  // One of several servers was tried in vain; the attempt goes on with another.
  virtual void OnServerFailed(const UplinkEnd&) {}
  // Before OnConnected, where upstream was to be told that we are there: it was, or `untold` says
  // why not, and the connection does without.
  virtual void OnStatusTold(const std::string& /*untold*/) {}
  virtual void OnAcknowledged(uint32_t token) = 0;
  virtual void OnRefused(uint32_t token, const Refusal& refusal) = 0;
};

// A connection to something upstream, of whatever protocol, without opinions: no retries, no queue
// of its own beyond what was published and is not acknowledged. All calls on the loop thread, also
// from inside the listener; none of them blocks, calls the listener from inside, or throws. After
// Connect or Disconnect every earlier connection is forgotten: the listener hears only of the
// newest one. tests/support/uplink_contract.h holds every kind of uplink to all of this.
//
// It only sends. What upstream sends to devices will come by a Downlink beside this interface,
// which an uplink that has one hands out: subscriptions need none of the above but the connection.
class Uplink {
 public:
  virtual ~Uplink() = default;
  // Outlives the uplink's use. Null: nothing is told to anybody.
  virtual void SetListener(UplinkListener* listener) = 0;
  // Starts one attempt; OnConnected or OnDisconnected follows, whose reason says what to do if
  // there is something to be done here.
  virtual void Connect() = 0;
  // Sends a copy of `message`, in the order of the calls. `token` comes back once in OnAcknowledged
  // or OnRefused unless the connection ends before. 32 bits, so that it fits the context pointer of
  // a C callback on every board. Keep to the limits: more in flight, or a larger message, may be
  // refused or end the connection. Does nothing while the listener has not heard of a connection.
  virtual void Publish(uint32_t token, const OutgoingMessage& message) = 0;
  // Ends the connection or the attempt at one; nothing more is heard of it.
  virtual void Disconnect() = 0;
};

}  // namespace sluice::forward
