#pragma once

#include <lz4.h>

#include <cstdint>
#include <vector>

#include "base/byte_buffer.h"
#include "journal/record_format.h"

namespace sluice::journal {

// Turns the records of one segment into what is stored of them: events that lie side by side become
// blocks, each packed with the content of the blocks before it as its dictionary; what does not
// shrink, and all else, stays as it is. See "Blocks" in FORMAT.md. Takes its memory, some 80 KiB,
// when it is made, and no more later. One thread.
class BlockPacker {
 public:
  explicit BlockPacker(uint64_t stream_id);

  // Takes whole valid records off the front of `*records`, which is not empty, and returns them as
  // they are to be stored from byte `position` of the segment on, what was packed before having
  // been stored in front of it. They take no more bytes than they did. Valid until the next call
  // and as long as `*records`.
  ByteSpan Pack(ByteSpan* records, uint64_t position);
  // What comes next is for another segment, or what came before may not have been stored.
  void BeginSegment() { open_ = false; }

 private:
  // Events side by side that go into one block.
  struct Run {
    uint32_t events = 0;
    size_t bytes = 0;        // of their records
    size_t plain_bytes = 0;  // of the block's content
  };
  static Run RunAt(ByteSpan records);
  void BeginChain(uint64_t position);
  void Add(ByteSpan records, const Run& run, uint64_t position);
  // The size of the block that was written to `to`; 0 if it did not become smaller than `records`.
  size_t PackBlock(ByteSpan records, const Run& run, uint8_t* to);

  const uint64_t stream_id_;
  LZ4_stream_t lz4_;
  ByteBuffer out_;
  std::vector<uint8_t> chain_;
  size_t chain_bytes_ = 0;
  uint64_t page_ = 0;    // in which the chain began
  uint64_t before_ = 0;  // the checksum of its last block; 0: it has none
  bool open_ = false;
};

}  // namespace sluice::journal
