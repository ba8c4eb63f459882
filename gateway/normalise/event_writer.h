#pragma once

#include <optional>
#include <string_view>

#include "decode/document.h"
#include "normalise/compiled_profile.h"
#include "normalise/dead_letter.h"
#include "normalise/event_list.h"
#include "normalise/limits.h"
#include "normalise/message.h"
#include "schema/event_builder.h"

namespace sluice::normalise {

// Everything that the events of one message share. Private to this layer.
struct ParsedMessage {
  const Message& message;
  const Target& target;
  const CompiledProfile& profile;
  decode::Value root;
  std::string_view device = {};
  WallTime time = {};
  schema::TimeSource time_source = schema::TimeSource::kGateway;
  std::optional<uint64_t> sequence = {};
};

// Applies the event rules of a profile to a parsed message.
class EventWriter {
 public:
  explicit EventWriter(const Limits& limits) : limits_(limits) {}

  // Adds the events to `events`; false, with the reason, if the message has to become a dead
  // letter. Zero events is no failure here.
  bool Write(const ParsedMessage& parsed, EventList* events, Rejection* rejection);

 private:
  struct Job;  // where the events of the current message go
  bool WriteRule(Job& job, const CompiledEvent& rule);
  bool WriteEach(Job& job, const CompiledEvent& rule, decode::Value base);
  bool WriteOne(Job& job, const CompiledEvent& rule, decode::Value base, std::string_view key);
  bool AddReadings(Job& job, const CompiledEvent& rule, decode::Value base, bool* measured);
  void AddAttributes(Job& job, const CompiledEvent& rule, decode::Value base, std::string_view key);

  const Limits limits_;
  schema::EventBuilder builder_;
};

}  // namespace sluice::normalise
