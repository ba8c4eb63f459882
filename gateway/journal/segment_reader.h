#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/env.h"
#include "base/status.h"
#include "journal/block.h"
#include "journal/block_unpacker.h"
#include "journal/record_format.h"

namespace sluice::journal {

// Reads the sound part of one segment in order, an event or gap at a time, wherever it is stored.
// Keeps its place, a window of the file and the blocks that the next one may need: some 64 KiB, or
// more for a larger event. What is read must not change any more. Journal thread only.
class SegmentReader {
 public:
  enum class Verdict : uint8_t {
    kRecord,
    kDamaged,  // there is no sound record at the place
    kFailed,   // the medium could not be read: see status()
  };

  // Begins at the front of the segment with this base.
  void Open(std::unique_ptr<ReadableFile> file, uint64_t base);
  void Rewind();
  void Close() { file_.reset(); }
  bool is_open() const { return file_ != nullptr; }

  // Looks at the record at the place, which is `*record` then; its payload is valid until Rewind,
  // MoveTo or the next Look.
  Verdict Look(uint64_t stream_id, Record* record);
  const Status& status() const { return status_; }
  // Goes on behind the record that was looked at.
  void Advance();
  // Goes to where somebody else, who used file() and unpacker(), has found a record.
  void MoveTo(uint64_t position, uint64_t offset);

  uint64_t base() const { return base_; }
  uint64_t offset() const { return offset_; }      // at the place
  uint64_t position() const { return position_; }  // behind what was taken from the file
  const ReadableFile& file() const { return *file_; }
  BlockUnpacker* unpacker() { return &unpacker_; }

 private:
  Verdict Load(uint64_t stream_id);
  Verdict Decode(uint64_t stream_id, DecodedRecord* record);
  Result<ByteSpan> BytesAtPlace(size_t wanted);
  bool Take(const DecodedRecord& record);

  std::unique_ptr<ReadableFile> file_;
  uint64_t base_ = 0;
  uint64_t position_ = 0;
  uint64_t offset_ = 0;
  bool has_current_ = false;
  Record current_;      // at the place, if there is one
  BlockEvents events_;  // of the block behind current_
  BlockUnpacker unpacker_;
  std::vector<uint8_t> window_;
  uint64_t window_begin_ = 0;
  Status status_;
};

}  // namespace sluice::journal
