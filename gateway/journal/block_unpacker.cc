#include "journal/block_unpacker.h"

#include <lz4.h>

#include "base/probe.h"
#include "journal/block.h"

namespace sluice::journal {

ByteSpan BlockUnpacker::Unpack(const DecodedRecord& block) {
  const size_t plain_bytes = block.block.plain_bytes;
  if (last_ != 0 && block.checksum == last_) return ByteSpan(chain_).subspan(begin_, end_ - begin_);
  const bool is_first = block.block.before == 0;
  if (!is_first && block.block.before != last_) {
    SLUICE_PROBE("journal: a block is lost with one before it");
    return {};
  }
  const size_t begin = is_first ? 0 : end_;
  if (plain_bytes > kMaxBlockBytes || begin + plain_bytes > kMaxChainBytes) return {};
  if (chain_.empty()) chain_.resize(kMaxChainBytes);
  last_ = 0;
  auto* const chain = reinterpret_cast<char*>(chain_.data());
  const int got =
      LZ4_decompress_safe_usingDict(reinterpret_cast<const char*>(block.payload.data()),
                                    chain + begin, static_cast<int>(block.payload.size()),
                                    static_cast<int>(plain_bytes), chain, static_cast<int>(begin));
  const ByteSpan plain = ByteSpan(chain_).subspan(begin, plain_bytes);
  if (got < 0 || static_cast<size_t>(got) != plain_bytes) return {};
  if (!IsSoundBlock(plain, block.block.events)) return {};
  begin_ = begin;
  end_ = begin + plain_bytes;
  last_ = block.checksum;
  return plain;
}

}  // namespace sluice::journal
