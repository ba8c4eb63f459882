#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::sim {

// Unpacks the blocks of a segment, one after the other, by FORMAT.md ("Blocks") and LZ4 alone.
class BlockChain {
 public:
  // The payloads of the events that a block record with its header holds, whose checksum is right;
  // none: it continues a block that was not the last one here, or its content is not sound. Views
  // until the next call.
  std::optional<std::vector<std::string_view>> Unpack(std::string_view record);

 private:
  std::string plain_;
  uint64_t last_ = 0;
};

}  // namespace sluice::sim
