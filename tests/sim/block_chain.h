#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::sim {

// The number of a record's kind, FORMAT.md.
inline constexpr uint8_t kBlockRecord = 4;

// Unpacks the blocks of a segment, one after the other, by FORMAT.md ("Blocks") and LZ4 alone.
class BlockChain {
 public:
  // The payloads of the events that a block record with its header holds, whose checksum is right;
  // none: it continues a block that was not the last one here, or its content is not sound. Views
  // until the next call.
  std::optional<std::vector<std::string_view>> Unpack(std::string_view record);

  // Of somebody who sees the file being written: the block that `record` continues is the last one
  // again, if it is in this chain. What lay behind it is written anew.
  void GoBack(std::string_view record);

 private:
  struct Block {
    uint64_t checksum;
    size_t end;  // in plain_
  };
  std::string plain_;
  std::vector<Block> blocks_;  // of the chain
};

// Calls `found` for each payload in the blocks of what is written to a segment, whose records begin
// at multiples of 8 of `bytes`; `chain` is of what was written to this segment before.
void FindPacked(std::string_view bytes, BlockChain* chain,
                const std::function<void(std::string_view payload)>& found);

}  // namespace sluice::sim
