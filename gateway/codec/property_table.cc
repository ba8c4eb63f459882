#include "codec/property_table.h"

#include <array>

namespace sluice::codec {
namespace {

using enum PropertyId;
using enum PropertyType;

constexpr PacketMask kWill = MaskOf(kWillOwner);
constexpr PacketMask kConnect = MaskOf(PacketType::kConnect);
constexpr PacketMask kConnack = MaskOf(PacketType::kConnack);
constexpr PacketMask kPublish = MaskOf(PacketType::kPublish);
constexpr PacketMask kSubscribe = MaskOf(PacketType::kSubscribe);
constexpr PacketMask kDisconnect = MaskOf(PacketType::kDisconnect);
constexpr PacketMask kAuth = MaskOf(PacketType::kAuth);
constexpr PacketMask kAcks = MaskOf(PacketType::kPuback) | MaskOf(PacketType::kPubrec) |
                             MaskOf(PacketType::kPubrel) | MaskOf(PacketType::kPubcomp) |
                             MaskOf(PacketType::kSuback) | MaskOf(PacketType::kUnsuback);
constexpr PacketMask kAny = kWill | kConnect | kConnack | kPublish | kAcks | kSubscribe |
                            MaskOf(PacketType::kUnsubscribe) | kDisconnect | kAuth;

// Section 2.2.2.2. Columns: id, name, type, owners, in which of them repeatable, least and greatest
// value, code for a value out of that range.
constexpr auto kTable = std::to_array<PropertyInfo>({
    {kPayloadFormatIndicator, "Payload Format Indicator", kByte, kPublish | kWill, 0, 0, 1},
    {kMessageExpiryInterval, "Message Expiry Interval", kFourBytes, kPublish | kWill},
    {kContentType, "Content Type", kText, kPublish | kWill},
    {kResponseTopic, "Response Topic", kText, kPublish | kWill},
    {kCorrelationData, "Correlation Data", kBinary, kPublish | kWill},
    {kSubscriptionIdentifier, "Subscription Identifier", kVarint, kPublish | kSubscribe, kPublish,
     1, kMaxVarint},
    {kSessionExpiryInterval, "Session Expiry Interval", kFourBytes,
     kConnect | kConnack | kDisconnect},
    {kAssignedClientIdentifier, "Assigned Client Identifier", kText, kConnack},
    {kServerKeepAlive, "Server Keep Alive", kTwoBytes, kConnack},
    {kAuthenticationMethod, "Authentication Method", kText, kConnect | kConnack | kAuth},
    {kAuthenticationData, "Authentication Data", kBinary, kConnect | kConnack | kAuth},
    {kRequestProblemInformation, "Request Problem Information", kByte, kConnect, 0, 0, 1},
    {kWillDelayInterval, "Will Delay Interval", kFourBytes, kWill},
    {kRequestResponseInformation, "Request Response Information", kByte, kConnect, 0, 0, 1},
    {kResponseInformation, "Response Information", kText, kConnack},
    {kServerReference, "Server Reference", kText, kConnack | kDisconnect},
    {kReasonString, "Reason String", kText, kConnack | kAcks | kDisconnect | kAuth},
    {kReceiveMaximum, "Receive Maximum", kTwoBytes, kConnect | kConnack, 0, 1},
    {kTopicAliasMaximum, "Topic Alias Maximum", kTwoBytes, kConnect | kConnack},
    {kTopicAlias,
     "Topic Alias",
     kTwoBytes,
     kPublish,
     0,
     1,
     UINT32_MAX,
     {ReasonCode::kTopicAliasInvalid, "[MQTT-3.3.2-8] topic alias 0"}},
    {kMaximumQos, "Maximum QoS", kByte, kConnack, 0, 0, 1},
    {kRetainAvailable, "Retain Available", kByte, kConnack, 0, 0, 1},
    {kUserProperty, "User Property", kTextPair, kAny, kAny},
    {kMaximumPacketSize, "Maximum Packet Size", kFourBytes, kConnect | kConnack, 0, 1},
    {kWildcardSubscriptionAvailable, "Wildcard Subscription Available", kByte, kConnack, 0, 0, 1},
    {kSubscriptionIdentifierAvailable, "Subscription Identifier Available", kByte, kConnack, 0, 0,
     1},
    {kSharedSubscriptionAvailable, "Shared Subscription Available", kByte, kConnack, 0, 0, 1},
});

constexpr size_t kIndexSize = static_cast<size_t>(kSharedSubscriptionAvailable) + 1;

// Rows by identifier; 0xFF where there is none.
constexpr std::array<uint8_t, kIndexSize> kIndex = [] {
  std::array<uint8_t, kIndexSize> index{};
  index.fill(0xFF);
  for (size_t row = 0; row < kTable.size(); ++row) {
    index[static_cast<size_t>(kTable[row].id)] = static_cast<uint8_t>(row);
  }
  return index;
}();

// The rows of each owner, so that what is done for every message walks eight rows rather than all.
struct OwnerRows {
  std::array<const PropertyInfo*, kTable.size()> rows{};
  size_t count = 0;
};

constexpr std::array<OwnerRows, 16> kRowsByOwner = [] {
  std::array<OwnerRows, 16> owners{};
  for (const PropertyInfo& row : kTable) {
    for (size_t type = 0; type < owners.size(); ++type) {
      if ((row.owners & MaskOf(static_cast<PacketType>(type))) == 0) continue;
      owners[type].rows[owners[type].count++] = &row;
    }
  }
  return owners;
}();

}  // namespace

std::span<const PropertyInfo> PropertyTable() { return kTable; }

std::span<const PropertyInfo* const> PropertiesOf(PacketType owner) {
  const OwnerRows& owner_rows = kRowsByOwner[static_cast<size_t>(owner)];
  return {owner_rows.rows.data(), owner_rows.count};
}

const PropertyInfo* FindProperty(uint32_t id) {
  if (id >= kIndexSize || kIndex[id] == 0xFF) return nullptr;
  return &kTable[kIndex[id]];
}

}  // namespace sluice::codec
