#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"
#include "schema/gap.h"

namespace sluice::schema {

// Reads one batch in place; reuse, threads and lifetimes as EventView.
class BatchView {
 public:
  // The largest batch we read; MQTT itself ends at 256 MiB.
  static constexpr size_t kMaxBatchBytes = 16 << 20;

  // An entry is the bytes of an event, still to be given to EventView::Parse, or a gap.
  using Entry = std::variant<ByteSpan, Gap>;

  // Verifies the batch but not the events in it: a batch with one bad event is still a batch.
  // kCorruption if `bytes` are no batch, or if its entries do not cover first..last exactly.
  Status Parse(ByteSpan bytes);

  // Whether `bytes` say that they are a batch (and not an event): what a consumer asks first.
  static bool LooksLikeBatch(ByteSpan bytes);

  std::string_view gateway() const;
  std::string_view stream() const;
  uint64_t first_offset() const;
  uint64_t last_offset() const;  // inclusive
  size_t size() const;
  Entry entry(size_t i) const;  // i < size()

 private:
  const void* root_ = nullptr;
  std::vector<uint64_t> aligned_;
};

}  // namespace sluice::schema
