#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "base/clock.h"

namespace sluice::schema {

// The numbers of these enumerations are stored and sent; they are those of event.fbs and batch.fbs
// and never change their meaning. A reader that meets one it does not know shows it as the first of
// its list.

// Where an event's time came from.
enum class TimeSource : uint8_t {
  kGatewayUnset =
      0,  // the gateway's clock, before it was set after boot: order is right, the date is not
  kGateway = 1,  // the gateway's clock, at reception
  kDevice = 2,   // the payload
};

enum class Severity : uint8_t { kInfo = 0, kDebug = 1, kWarning = 2, kError = 3, kCritical = 4 };

// How far a reading can be trusted.
enum class Quality : uint8_t {
  kGood = 0,
  kUncertain = 1,   // the device itself says so
  kOutOfRange = 2,  // outside of the range that the profile calls possible; the value is kept
  kWrongType = 3,   // not of the type that the profile expects; the value is kept as it came
  kUnreadable = 4,  // no value: a number that no type holds (nan), a list or object; as text
};

// A reading's value. No value (monostate) is what a reader sees of a kind added after it was built.
using Value = std::variant<std::monostate, double, int64_t, bool, std::string_view, ByteSpan>;

struct Reading {
  std::string_view name = {};
  Value value = {};
  std::string_view unit = {};  // UCUM code, canonical; empty: none
  Quality quality = Quality::kGood;
};

struct Attribute {
  std::string_view key = {};
  std::string_view value = {};
};

// Everything in an event but its readings and attributes. Views: whoever made the struct says how
// long they live.
struct EventFields {
  std::string_view type = {};     // with its version: "climate.reading.v1"; required
  std::string_view gateway = {};  // required
  std::string_view stream = {};   // required
  uint64_t offset = 0;            // in the stream
  std::string_view device = {};   // what was measured by; required
  // Who published it (subject of the certificate); differs from device for hubs.
  std::string_view identity = {};
  WallTime time = {};  // of the measurement
  TimeSource time_source = TimeSource::kGateway;
  WallTime received = {};         // by the gateway
  std::string_view topic = {};    // as published
  std::string_view profile = {};  // empty for events that the gateway makes itself
  Severity severity = Severity::kInfo;
  std::string_view traceparent = {};      // W3C trace context; empty: none
  std::optional<uint64_t> sequence = {};  // the device's own counter, if its firmware sends one
};

std::string_view TimeSourceName(TimeSource source);  // "device", "gateway", "gateway_unset"
std::string_view SeverityName(Severity severity);    // "info", …
// "good", "uncertain", "out_of_range", "wrong_type", "unreadable"
std::string_view QualityName(Quality quality);

}  // namespace sluice::schema
