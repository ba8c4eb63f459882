#pragma once

#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "schema/gap.h"

namespace sluice::schema {

// Builds batches (identifier "SLEB"): events of one stream, whole as they were stored, and the gaps
// between them, in the order of their offsets. Reuses its buffer; see EventBuilder. One thread at a
// time.
class BatchBuilder {
 public:
  // Stops a reader from walking an endless vector; BatchView refuses more.
  static constexpr size_t kMaxEntries = 4096;

  BatchBuilder();
  ~BatchBuilder();
  BatchBuilder(const BatchBuilder&) = delete;
  BatchBuilder& operator=(const BatchBuilder&) = delete;

  // Begins a batch, dropping one that was not finished.
  void Start(std::string_view gateway, std::string_view stream);
  // Offsets must rise and leave no hole: the next entry starts where the last ended. Ours to keep:
  // aborts.
  void AddEvent(uint64_t offset, ByteSpan event);
  void AddGap(const Gap& gap);

  size_t entries() const;
  // Upper bound of what Finish() will return now, in bytes.
  size_t size_bound() const;
  // What one more event of `event_bytes` adds to size_bound(), at most.
  static constexpr size_t Cost(size_t event_bytes) { return event_bytes + 32; }

  // Ends the batch; at least one entry. The bytes are valid until the next Start().
  ByteSpan Finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::schema
