#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "journal/record_format.h"

namespace sluice::journal {

// Unpacks the blocks of a segment in the order in which they lie in it: one may need the content of
// those before it. Takes kMaxChainBytes of memory with the first block. One thread.
class BlockUnpacker {
 public:
  // What a valid record of kind kBlock holds, for BlockEvents; valid until another block is
  // unpacked. Empty: it continues a block that was not the last one unpacked here, or its content
  // is not sound. The same block may be unpacked again.
  ByteSpan Unpack(const DecodedRecord& block);

 private:
  std::vector<uint8_t> chain_;
  size_t begin_ = 0, end_ = 0;  // of the last block, in chain_
  uint64_t last_ = 0;           // its checksum; 0: there is none
};

}  // namespace sluice::journal
