#pragma once

#include <string_view>
#include <vector>

#include "wire/wire_case.h"

namespace sluice::test {

// The versions that a row of a table stands for; it becomes one case for each.
enum class In : uint8_t { k311, k5, kBoth };

// A row as the tables write it.
struct WireRow {
  std::string_view name;
  In in;
  codec::Sender sender;
  std::vector<WireField> fields;
  Expected expected;
};

using WireTable = std::vector<WireRow>;

inline Expected Valid(std::string_view decoded) { return {.decoded = decoded}; }
// A packet that we would write shorter.
inline Expected ValidButLong(std::string_view decoded) {
  return {.decoded = decoded, .canonical = false};
}
inline Expected BadFrame(std::string_view rule) {
  return {.stage = Stage::kFrame, .reason = codec::ReasonCode::kMalformedPacket, .rule = rule};
}
inline Expected Malformed(std::string_view rule) {
  return {.stage = Stage::kDecode, .reason = codec::ReasonCode::kMalformedPacket, .rule = rule};
}
inline Expected Unreadable(codec::ReasonCode reason, std::string_view rule) {
  return {.stage = Stage::kDecode, .reason = reason, .rule = rule};
}
inline Expected ProtocolError(std::string_view rule) {
  return {.stage = Stage::kValidate, .reason = codec::ReasonCode::kProtocolError, .rule = rule};
}
inline Expected Refused(codec::ReasonCode reason, std::string_view rule) {
  return {.stage = Stage::kValidate, .reason = reason, .rule = rule};
}

inline constexpr codec::Sender kClient = codec::Sender::kClient;
inline constexpr codec::Sender kServer = codec::Sender::kServer;

// One table for each group of packets, in the .cc of that name.
WireTable FrameCases();
WireTable ConnectCases();
WireTable ConnackCases();
WireTable PublishCases();
WireTable AckCases();
WireTable SubscribeCases();
WireTable UnsubscribeCases();
WireTable DisconnectCases();

}  // namespace sluice::test
