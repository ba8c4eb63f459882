#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "decode/document.h"
#include "decode/payload_decoder.h"
#include "normalise/compiled_profile.h"
#include "normalise/condition.h"
#include "normalise/dead_letter.h"
#include "normalise/event_list.h"
#include "normalise/limits.h"
#include "normalise/message.h"
#include "schema/event_builder.h"

namespace sluice::normalise {

// Everything that the events of one message share. Private to this layer.
struct ParsedMessage {
  const Message& message;
  const Topic& topic;
  const Target& target;
  const CompiledProfile& profile;
  decode::Value root;
};

enum class WriteOutcome : uint8_t {
  kEvents,
  kNothing,   // nothing that the profile knows; another one may
  kRejected,  // what the profile knows, and cannot become events
};

// Applies the event rules of a profile to a parsed message. Loop thread only; allocates nothing
// once it has seen its largest.
class EventWriter {
 public:
  explicit EventWriter(const Limits& limits) : limits_(limits), inner_(limits.decode) {}

  // Adds the events to `events`, which is empty, or gives the reason why there is none.
  WriteOutcome Write(const ParsedMessage& parsed, EventList* events, Rejection* rejection);

 private:
  struct Job;    // where the events of the current message go
  struct Found;  // what is in the current event
  bool WriteRule(Job& job, const CompiledEvent& rule);
  bool WriteEach(Job& job, const CompiledEvent& rule, decode::Value base);
  bool WriteOne(Job& job, const CompiledEvent& rule, const Scope& scope);
  bool OpenText(Job& job, const CompiledEvent& rule, decode::Value* base);
  std::string_view DeviceOf(Job& job, const CompiledEvent& rule, const Scope& scope,
                            SpellingBuffer* buffer);
  bool AddReadings(Job& job, const CompiledEvent& rule, const Scope& scope, Found* found);
  bool AddReading(Job& job, const CompiledReading& reading, const Scope& scope,
                  decode::Value member, Found* found);
  bool AddList(Job& job, const CompiledReading& reading, const Scope& scope, Found* found);
  bool AddAll(Job& job, const CompiledReading& reading, const Scope& scope, decode::Value list,
              Found* found);
  bool Add(Job& job, const CompiledReading& rule, const schema::Reading& reading, Found* found);
  void AddAttributes(const Job& job, const CompiledEvent& rule, const Scope& scope);

  const Limits limits_;
  schema::EventBuilder builder_;
  decode::PayloadDecoder inner_;  // of JSON inside of texts
  std::string scratch_;
};

}  // namespace sluice::normalise
