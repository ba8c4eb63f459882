#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "schema/cloudevents.h"

namespace sluice::forward {

using UserProperty = schema::CloudEventAttributes::Item;

// What the broker told us at CONNECT. Defaults are those of MQTT 5 (and all that 3.1.1 knows).
struct UplinkLimits {
  uint16_t receive_maximum = 65535;           // [MQTT-3.3.4-9] unacknowledged QoS 1 publishes
  uint32_t maximum_packet_bytes = 268435455;  // [MQTT-3.2.2-15]
  bool takes_qos1 = true;                     // [MQTT-3.2.2-11]; without it there is no uplink
};

// One publish at QoS 1. Views, valid during the call only.
struct OutgoingMessage {
  std::string_view topic;
  ByteSpan payload;
  std::string_view content_type;             // MQTT 5 only, as are
  std::span<const UserProperty> properties;  // these

  static constexpr size_t kBytesPerProperty = 5;  // identifier and two lengths
  // What it will occupy, about, on the wire and in the queues on the way there.
  size_t WireBytes() const;
};

// Why there is no connection (any more).
struct DisconnectReason {
  uint8_t code = 0;  // MQTT reason code of CONNACK or DISCONNECT; 0: the network, see text
  std::string text;
};

// Told what happens to an uplink. Loop thread.
class UplinkListener {
 public:
  virtual ~UplinkListener() = default;
  virtual void OnConnected(const UplinkLimits& limits) = 0;
  // Ends a connection or an attempt at one. Of the publishes that are not acknowledged nothing more
  // will be heard.
  virtual void OnDisconnected(const DisconnectReason& reason) = 0;
  virtual void OnAcknowledged(uint32_t token) = 0;
  virtual void OnRefused(uint32_t token, uint8_t reason_code) = 0;  // code >= 0x80
};

// A connection to something upstream, without opinions: no retries, no queue of its own beyond what
// was published and is not acknowledged. All calls on the loop thread; none of them blocks, calls
// the listener from inside, or throws. After Connect or Disconnect every earlier connection is
// forgotten: the listener hears only of the newest one.
class Uplink {
 public:
  virtual ~Uplink() = default;
  virtual void SetListener(UplinkListener* listener) = 0;  // outlives the uplink's use
  // Starts one attempt; OnConnected or OnDisconnected follows.
  virtual void Connect() = 0;
  // Sends a copy of `message`, in the order of the calls. Only while connected. `token` comes back
  // in OnAcknowledged or OnRefused unless the connection ends before. 32 bits, so that it fits the
  // context pointer of a C callback on every board.
  virtual void Publish(uint32_t token, const OutgoingMessage& message) = 0;
  // Ends the connection or the attempt at one; nothing more is heard of it.
  virtual void Disconnect() = 0;
};

}  // namespace sluice::forward
