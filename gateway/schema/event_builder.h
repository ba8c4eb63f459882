#pragma once

#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "schema/event_fields.h"

namespace sluice::schema {

// Builds events, one after the other, in one buffer that keeps its size: once it has seen its
// largest event it allocates no more. One thread at a time.
//
//   builder.Start();
//   builder.AddReading({.name = "temperature", .value = 21.5, .unit = "Cel"});
//   ByteSpan event = builder.Finish(fields);
//
// Views that go in are copied at once. Text need not be UTF-8, but consumers will see U+FFFD in
// JSON.
class EventBuilder {
 public:
  // More than these per event are refused by EventView: a bound on what one buffer makes a reader
  // do.
  static constexpr size_t kMaxReadings = 256;
  static constexpr size_t kMaxAttributes = 64;

  EventBuilder();
  ~EventBuilder();
  EventBuilder(const EventBuilder&) = delete;
  EventBuilder& operator=(const EventBuilder&) = delete;

  // Begins an event, dropping one that was not finished.
  void Start();
  // At most kMaxReadings and kMaxAttributes times an event; the caller checks before.
  void AddReading(const Reading& reading);
  void AddAttribute(std::string_view key, std::string_view value);
  size_t reading_count() const;
  // Ends the event. The bytes are 8-byte aligned and valid until the next Start().
  ByteSpan Finish(const EventFields& fields);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::schema
