#pragma once

#include <cstdint>
#include <string_view>

#include "base/byte_buffer.h"
#include "base/bytes.h"
#include "codec/frame.h"
#include "codec/lazy_list.h"
#include "codec/properties.h"

namespace sluice::codec {

// A decoded value may be 3 until the packet was validated.
enum class RetainHandling : uint8_t { kSend = 0, kSendIfNew = 1, kDoNotSend = 2 };

// One filter of a SUBSCRIBE and its options, of which 3.1.1 knows only the QoS.
struct Subscription {
  std::string_view filter;
  Qos maximum_qos = Qos::kAtMostOnce;
  bool no_local = false;
  bool retain_as_published = false;
  RetainHandling retain_handling = RetainHandling::kSend;
};
void ReadEntry(ByteReader* in, Subscription* out);

using SubscriptionList = LazyList<Subscription, ReadEntry>;

// SUBSCRIBE (section 3.8). A view: valid as long as the packet's bytes.
struct Subscribe {
  uint16_t packet_id = 0;
  SubscriptionList subscriptions;
  Properties properties;  // MQTT 5 only; at most one subscription id

  // The subscription id, 0 if there is none.
  uint32_t subscription_id() const {
    return properties.subscription_ids.empty() ? 0 : *properties.subscription_ids.begin();
  }
};

Verdict Decode(const Frame& frame, Version version, Subscribe* out);
// The syntax of every filter included; whether a filter is allowed is the broker's matter.
Verdict Validate(const Subscribe& packet, Version version, Sender sender = Sender::kClient);
void Encode(const Subscribe& packet, Version version, ByteBuffer* out);

// Builds the list of a packet to be encoded; the list is valid until the next Add or Clear.
class SubscriptionListBuilder {
 public:
  void Add(const Subscription& subscription);
  void Clear();
  SubscriptionList list() const { return {bytes_.view(), count_}; }

 private:
  ByteBuffer bytes_;
  size_t count_ = 0;
};

}  // namespace sluice::codec
