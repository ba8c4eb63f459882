#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "codec/protocol.h"
#include "codec/verdict.h"

namespace sluice::codec {

// MQTT 5 properties (section 2.2.2.2).
enum class PropertyId : uint8_t {
  kPayloadFormatIndicator = 0x01,
  kMessageExpiryInterval = 0x02,
  kContentType = 0x03,
  kResponseTopic = 0x08,
  kCorrelationData = 0x09,
  kSubscriptionIdentifier = 0x0B,
  kSessionExpiryInterval = 0x11,
  kAssignedClientIdentifier = 0x12,
  kServerKeepAlive = 0x13,
  kAuthenticationMethod = 0x15,
  kAuthenticationData = 0x16,
  kRequestProblemInformation = 0x17,
  kWillDelayInterval = 0x18,
  kRequestResponseInformation = 0x19,
  kResponseInformation = 0x1A,
  kServerReference = 0x1C,
  kReasonString = 0x1F,
  kReceiveMaximum = 0x21,
  kTopicAliasMaximum = 0x22,
  kTopicAlias = 0x23,
  kMaximumQos = 0x24,
  kRetainAvailable = 0x25,
  kUserProperty = 0x26,
  kMaximumPacketSize = 0x27,
  kWildcardSubscriptionAvailable = 0x28,
  kSubscriptionIdentifierAvailable = 0x29,
  kSharedSubscriptionAvailable = 0x2A,
};

enum class PropertyType : uint8_t {
  kByte,
  kTwoBytes,
  kFourBytes,
  kVarint,
  kText,
  kBinary,
  kTextPair
};

// A row of the table: which packets (or wills, kWillOwner) may carry the property, in which of them
// more than once, and for numbers which values are legal and the verdict on others.
struct PropertyInfo {
  PropertyId id;
  std::string_view name;
  PropertyType type;
  PacketMask owners;
  PacketMask repeatable = 0;
  uint32_t min = 0;
  uint32_t max = UINT32_MAX;
  Verdict out_of_range = Verdict::ProtocolError("(2.2.2.2) a property's value is out of its range");
};

// All rows, by id.
std::span<const PropertyInfo> PropertyTable();

// The rows that `owner` may have, by id.
std::span<const PropertyInfo* const> PropertiesOf(PacketType owner);

// The row of an identifier as read from the wire; null if there is none.
const PropertyInfo* FindProperty(uint32_t id);

}  // namespace sluice::codec
