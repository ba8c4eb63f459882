#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/status.h"

namespace sluice::fleet {

// The ledger is a text file: what a fleet was promised. Fields are separated by one space, lines
// end with \n:
//
//   # sluice ledger 1
//   # kind device seq qos first_tx sure_tx acked_unix_us acked_mono_us latency_us
//   good device-0001 17 1 20 20 1795259100123456 8123456 845
//
// `#` begins a comment; the first line starts a run, and a later one like it another: seqs go on
// across the runs of one ledger, transmission numbers (see OutboxEntry) start anew. A last line
// without \n was being written when the fleet was killed and does not count.
inline constexpr std::string_view kLedgerHeader = "# sluice ledger 1";

struct LedgerLine {
  std::string_view device;  // as long as the text it was read from
  uint64_t seq = 0;
  int qos = 1;
  bool malformed = false;  // must become a dead letter instead of an event
  uint64_t first_tx = 0;
  uint64_t sure_tx = 0;
  int64_t acked_unix_micros = 0;
  int64_t acked_mono_micros = 0;  // since the run began
  int64_t latency_micros = 0;
};

// Appends the line with its \n.
void AppendLedgerLine(const LedgerLine& line, std::string* out);

// Reads one line without its \n. On error the message says which field is wrong, and `column` (from
// 1) where.
Status ParseLedgerLine(std::string_view text, LedgerLine* line, size_t* column);

}  // namespace sluice::fleet
