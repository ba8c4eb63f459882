#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/status.h"

namespace sluice::fleet {

// A line of what `sluice consume` prints: an event (in its own form, or as CloudEvents JSON where
// that is what came), or the report of a gap in a stream. Texts are valid until the parser's next
// call.
struct EventLine {
  bool is_gap = false;
  uint64_t gap_events = 0;  // how many events the gap stands for, as far as the line says
  uint64_t gap_first = 0;   // with gateway and stream, if the line says so: gap_events > 0 then
  uint64_t gap_last = 0;
  std::string_view reason;  // "missing": nobody said why, the consumer noticed

  std::string_view gateway;
  std::string_view stream;
  uint64_t offset = 0;
  std::string_view type;
  std::string_view device;
  std::string_view identity;
  std::optional<uint64_t> sequence;
};

// Reads such lines; the place where simdjson is used. Members that it does not know are passed
// over.
class EventLineParser {
 public:
  EventLineParser();
  ~EventLineParser();

  // On error `column` (from 1) is where the line stops being what it should be.
  Status Parse(std::string_view text, EventLine* line, size_t* column);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::fleet
