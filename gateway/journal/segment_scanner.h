#pragma once

#include <cstdint>
#include <vector>

#include "base/env.h"
#include "base/status.h"
#include "journal/block.h"
#include "journal/block_unpacker.h"
#include "journal/record_format.h"

namespace sluice::journal {

// Reads a segment file from front to back with a bounded buffer, and goes on behind damage: at the
// next multiple of 8 that holds a valid record with a sensible offset. A block counts as valid when
// it can be unpacked.
class SegmentScanner {
 public:
  struct Item {
    enum class Kind : uint8_t {
      kRecord,
      kDamage,  // `bytes` bytes at `position` are no records
      kEnd,     // nothing but zeros behind `position`, or the file's end, or a record at or behind
                // end_offset
    };
    Kind kind = Kind::kEnd;
    uint64_t position = 0;
    uint64_t bytes = 0;
    DecodedRecord record;  // its payload is valid until the next call
    ByteSpan plain;        // of a block, likewise

    bool is_batch() const { return kind == Kind::kRecord && record.kind == RecordKind::kBatch; }
    // Calls `visit(const Record&)` for the gap, the event or each event of the block.
    template <typename Visit>
    void ForEachRecord(Visit visit) const {
      if (record.kind == RecordKind::kBatch) return;
      if (record.kind != RecordKind::kBlock) return visit(record.ToRecord());
      Record event;
      for (BlockEvents events(plain, record.offset);
           events.Next(&event) && event.offset < record.end_offset;) {
        visit(event);
      }
    }
  };

  // Begins at byte `position`, where a record with offset `first_offset` is expected. Records from
  // `end_offset` on are not looked at. The file outlives the scanner, and so does `unpacker`, which
  // has unpacked what is before `position`; it may be null at the front of a segment.
  SegmentScanner(const ReadableFile& file, uint64_t stream_id, uint64_t position,
                 uint64_t first_offset, uint64_t end_offset, BlockUnpacker* unpacker = nullptr);

  Item Next();
  // The last reason for which a page could not be read, if one could not. Such pages count as
  // damage; what lies before and behind them is found.
  const Status& status() const { return status_; }

 private:
  ByteSpan Window(uint64_t position, size_t size);
  void FillWindow();
  size_t ReadPage(uint64_t position, size_t size, uint8_t* to);
  bool DecodeAt(uint64_t position, DecodedRecord* record);
  bool FindNext(uint64_t* position, DecodedRecord* record, bool* only_zeros);
  Item Accept(uint64_t position, const DecodedRecord& record);
  Item BehindDamage();

  const ReadableFile& file_;
  const uint64_t stream_id_;
  uint64_t position_;
  uint64_t expected_offset_;
  const uint64_t end_offset_;
  uint64_t file_bytes_ = 0;
  // Stops a payload full of forged record headers from keeping the search busy: bytes it may still
  // checksum.
  uint64_t search_budget_;
  bool at_end_ = false;
  BlockUnpacker own_unpacker_;
  BlockUnpacker& unpacker_;
  ByteSpan plain_;  // of the record that was decoded last, if it is a block
  std::vector<uint8_t> window_;
  uint64_t window_begin_ = 0;
  Status status_;
};

}  // namespace sluice::journal
