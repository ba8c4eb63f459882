#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "sim/witness.h"

namespace sluice::sim {

// A dead letter of an event that upstream has refused, as it is stored.
struct Letter {
  uint64_t place = 0;  // its own offset
  std::string route, stream;
  uint64_t offset = 0;  // of the event, in `stream`
  std::string reason;   // "refused_by_uplink"
  std::string text;     // upstream's words
  Token token = 0;      // of the event; 0: none was kept of it
  bool is_cut = false;  // there was more of the event
};

// "up gw/telemetry/17": which event is meant, and by which route.
std::string LetterKey(const Letter& letter);

// Of the payload of a record, by somebody who knows event.fbs and what gateway/docs says of dead
// letters, and none of the code that wrote it. None: it is something else, as a letter of a
// message.
std::optional<Letter> ReadLetter(std::string_view payload);

// Calls `found` for each of them in what is written to a segment, whose records begin at multiples
// of 8 of `bytes` (FORMAT.md); `at` is where the record does.
void FindLetters(std::string_view bytes,
                 const std::function<void(size_t at, const Letter& letter)>& found);

}  // namespace sluice::sim
