#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace sluice::app {

// What a consumer remembers to drop every duplicate and see every gap: for each gateway and stream
// the next offset, and the holes below it, because what was missing may come late (after a refusal
// the gateway sends a message again, behind its successors).
//
// Memory: at most kMaxHoles a stream, so that a stream with a hole at every second offset cannot
// fill it; beyond that the oldest hole is given up.
class OffsetTracker {
 public:
  static constexpr size_t kMaxHoles = 1024;

  struct Range {
    uint64_t first = 0;
    uint64_t last = 0;  // inclusive
    uint64_t count() const { return last - first + 1; }
    bool operator==(const Range&) const = default;
  };
  enum class Verdict : uint8_t {
    kNext,       // continues the stream
    kAfterHole,  // new, but what is in `hole` has not been seen
    kLate,       // new, fills (a part of) a hole
    kDuplicate,
  };
  struct Answer {
    Verdict verdict;
    Range hole;  // with kAfterHole
  };

  // An event was received. The first offset of a stream opens no hole: what lies before it was sent
  // before we listened, and is taken when it comes all the same.
  Answer OnEvent(std::string_view gateway, std::string_view stream, uint64_t offset);
  // A gap record was received: its offsets will not come. kDuplicate if all of them were known.
  Answer OnGap(std::string_view gateway, std::string_view stream, Range gap);

  // Offsets that were skipped and have neither come nor been explained by a gap record.
  uint64_t missing() const;

  // A line a stream, its fields parted by tabs: gateway, stream, next, begin, holes. Load replaces
  // everything; kCorruption.
  std::string Save() const;
  Status Load(std::string_view text);

 private:
  struct Stream {
    uint64_t next = 0;
    uint64_t begin = 0;        // the first offset seen: holes below are not missing
    std::vector<Range> holes;  // in order, not touching
  };

  Stream& Find(std::string_view gateway, std::string_view stream, uint64_t first);
  static Answer Take(Stream& stream, Range range);
  static uint64_t Missing(const Stream& stream);
  static bool LoadHoles(std::string_view text, Stream* stream);
  static bool FillHoles(Stream& stream, Range range);

  using Streams = std::map<std::string, Stream, std::less<>>;
  std::map<std::string, Streams, std::less<>> gateways_;
};

}  // namespace sluice::app
