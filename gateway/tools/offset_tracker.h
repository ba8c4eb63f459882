#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace sluice::tools {

// What a consumer remembers to drop every duplicate and see every gap: for each gateway and stream
// the next offset, and the holes below it, because what was missing may come late (after a refusal
// the gateway sends a message again, behind its successors). A gap record explains a hole and does
// not close it: only what has come can be a duplicate, so that no record, however large or wrong,
// makes anybody drop an event that he has not seen.
//
// Memory: at most kMaxHoles of each kind a stream, so that a stream with a hole at every second
// offset cannot fill it; beyond that the oldest hole is given up. At most kMaxStreams, and names of
// kMaxNameBytes: messages come from the network, and anybody who may publish there can make them
// up.
class OffsetTracker {
 public:
  static constexpr size_t kMaxHoles = 1024;
  static constexpr size_t kMaxStreams = 16 << 10;
  static constexpr size_t kMaxNameBytes = 255;
  // A million events a second for three centuries; and JSON's numbers are exact up to here.
  static constexpr uint64_t kMaxOffset = uint64_t{1} << 53;

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
    kUntracked,  // new as far as we know: there are too many streams to remember this one
  };
  struct Answer {
    Verdict verdict;
    Range hole;  // with kAfterHole
  };

  // Whether a gateway can have sent this: names that can be saved, offsets that can be reached.
  static bool IsPlausible(std::string_view gateway, std::string_view stream, Range range);

  // An event was received; it is plausible, as is a gap. The first offset of a stream opens no
  // hole: what lies before it was sent before we listened, and is taken when it comes all the same.
  Answer OnEvent(std::string_view gateway, std::string_view stream, uint64_t offset);
  // A gap record was received: its offsets will hardly come. kDuplicate if all of them were known.
  Answer OnGap(std::string_view gateway, std::string_view stream, Range gap);

  // Offsets that were skipped and have neither come nor been explained by a gap record.
  uint64_t missing() const;

  // A line a stream, its fields parted by tabs: gateway, stream, next, begin, holes ("5-9", and
  // "=5-9" where a gap record explains one). Load replaces everything; kCorruption.
  std::string Save() const;
  Status Load(std::string_view text);

 private:
  struct Stream {
    uint64_t next = 0;
    uint64_t begin = 0;                 // the first offset seen: holes below are not missing
    std::vector<Range> holes;           // in order, not overlapping
    std::vector<Range> explained = {};  // likewise: below `next`, not come, no holes
  };

  Stream* Find(std::string_view gateway, std::string_view stream, uint64_t first);
  static Answer MoveOn(Stream& stream, Range range);
  static uint64_t Missing(const Stream& stream);
  static bool LoadHoles(std::string_view text, Stream* stream);

  using Streams = std::map<std::string, Stream, std::less<>>;
  std::map<std::string, Streams, std::less<>> gateways_;
  size_t streams_ = 0;
};

}  // namespace sluice::tools
