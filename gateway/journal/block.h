#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "journal/record.h"

namespace sluice::journal {

// The events of a block that has been unpacked, one after the other; see "Blocks" in FORMAT.md.
class BlockEvents {
 public:
  BlockEvents() = default;
  // `plain` is what BlockUnpacker has made of the block; it outlives this.
  BlockEvents(ByteSpan plain, uint64_t first_offset) : rest_(plain), offset_(first_offset) {}

  // False behind the last one. The payload is a view into the plain bytes, 8-byte aligned if they
  // are.
  bool Next(Record* event);
  bool empty() const { return rest_.empty(); }

 private:
  ByteSpan rest_;
  uint64_t offset_ = 0;
};

// Whether `plain` is a whole number of events, `events` of them.
bool IsSoundBlock(ByteSpan plain, uint32_t events);
// Writes an event as it stands in a block; `at` has room for PackedBytes(payload).
void EncodePackedEvent(uint8_t* at, int64_t time, ByteSpan payload);

}  // namespace sluice::journal
