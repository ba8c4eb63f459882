#pragma once

#include <cstdint>

#include "codec/subscribe.h"

namespace sluice::broker {

// A client's place in the registry; small, dense, reused after the client's session has ended.
using ClientSlot = uint32_t;

// An MQTT session: the slot says where, the serial which of those that have been there.
struct SessionId {
  ClientSlot slot = 0;
  uint32_t serial = 0;  // 0: none

  bool operator==(const SessionId&) const = default;
};

// What a client asked for along with a topic filter. MQTT 3.1.1 knows only the QoS.
struct SubscriptionOptions {
  codec::Qos max_qos = codec::Qos::kAtMostOnce;
  bool no_local = false;             // not the client's own messages
  bool retain_as_published = false;  // keep the RETAIN flag of live messages
  codec::RetainHandling retain_handling = codec::RetainHandling::kSend;
  uint32_t identifier = 0;  // 0: none

  bool operator==(const SubscriptionOptions&) const = default;
};

// A group of clients that share a subscription; see SharedGroups. Numbers are not used again soon.
using GroupId = uint32_t;
inline constexpr GroupId kNoGroup = 0;

struct Subscription {
  ClientSlot client;
  SubscriptionOptions options;
  bool is_group = false;  // `client` is a GroupId
};

}  // namespace sluice::broker
