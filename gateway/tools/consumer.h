#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "schema/batch_view.h"
#include "schema/event_view.h"
#include "tools/offset_tracker.h"

namespace sluice::tools {

// What `sluice consume` does with a message: both formats, single events and batches, told apart by
// their first bytes (3.1.1 has no content type). Knows nothing of MQTT. One thread.
class Consumer {
 public:
  struct Counts {
    uint64_t messages = 0;
    uint64_t events = 0;  // printed
    uint64_t duplicates = 0;
    uint64_t late = 0;         // printed, after their successors
    uint64_t gaps = 0;         // gap records and holes
    uint64_t explained = 0;    // offsets that gap records stand for
    uint64_t undecodable = 0;  // also what no gateway can have sent
  };

  // Appends the lines of one message to `out`.
  void OnMessage(ByteSpan payload, std::string* out);

  const Counts& counts() const { return counts_; }
  OffsetTracker& tracker() { return tracker_; }
  const OffsetTracker& tracker() const { return tracker_; }

 private:
  struct JsonEvent;

  void OnBatch(ByteSpan payload, std::string* out);
  void OnEvent(ByteSpan event, std::string* out);
  void OnJson(std::string_view text, std::string* out);
  void OnJsonEvent(const JsonEvent& event, std::string* out);
  void OnGap(std::string_view gateway, std::string_view stream, OffsetTracker::Range gap,
             std::string_view reason, std::string* out);
  // Counts, reports a hole; false for a duplicate.
  bool Takes(std::string_view gateway, std::string_view stream, uint64_t offset, std::string* out);

  OffsetTracker tracker_;
  Counts counts_;
  schema::EventView view_;
  schema::BatchView batch_;
};

}  // namespace sluice::tools
