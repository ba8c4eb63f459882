#include "sim/block_chain.h"

#include <lz4.h>

#include <algorithm>
#include <cstring>

namespace sluice::sim {
namespace {

// FORMAT.md, "Blocks".
constexpr size_t kRecord = 32, kInfo = 16, kEventHead = 16;
constexpr size_t kMaxBlock = 8 << 10, kMaxChain = 32 << 10;

template <typename T>
T At(std::string_view bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

std::optional<std::vector<std::string_view>> Split(std::string_view plain, uint32_t count) {
  std::vector<std::string_view> payloads;
  while (!plain.empty() && payloads.size() < count) {
    if (plain.size() < kEventHead) return {};
    const size_t length = At<uint32_t>(plain, 8);
    const size_t whole = kEventHead + (length + 7) / 8 * 8;
    if (whole > plain.size()) return {};
    payloads.push_back(plain.substr(kEventHead, length));
    plain.remove_prefix(whole);
  }
  if (!plain.empty() || payloads.size() != count) return {};
  return payloads;
}

}  // namespace

std::optional<std::vector<std::string_view>> BlockChain::Unpack(std::string_view record) {
  const size_t length = At<uint32_t>(record, 8);
  if (length <= kInfo) return {};
  const auto count = At<uint32_t>(record, kRecord), size = At<uint32_t>(record, kRecord + 4);
  const auto before = At<uint64_t>(record, kRecord + 8);
  const bool continues = before != 0 && !blocks_.empty() && before == blocks_.back().checksum;
  if (before != 0 && !continues) return {};
  if (!continues) blocks_.clear();
  const size_t begin = continues ? blocks_.back().end : 0;
  if (count == 0 || size > kMaxBlock || begin + size > kMaxChain) {
    blocks_.clear();
    return {};
  }
  plain_.reserve(kMaxChain);
  plain_.resize(begin + size);
  const int got = LZ4_decompress_safe_usingDict(
      record.data() + kRecord + kInfo, plain_.data() + begin, static_cast<int>(length - kInfo),
      static_cast<int>(size), plain_.data(), static_cast<int>(begin));
  auto payloads = got == static_cast<int>(size)
                      ? Split(std::string_view(plain_).substr(begin), count)
                      : std::nullopt;
  if (payloads)
    blocks_.push_back({At<uint64_t>(record, 0), plain_.size()});
  else
    blocks_.clear();
  return payloads;
}

void BlockChain::GoBack(std::string_view record) {
  const auto before = At<uint64_t>(record, kRecord + 8);
  const auto last = std::find_if(blocks_.begin(), blocks_.end(),
                                 [&](const Block& block) { return block.checksum == before; });
  if (last != blocks_.end()) blocks_.erase(last + 1, blocks_.end());
}

void FindPacked(std::string_view bytes, BlockChain* chain,
                const std::function<void(std::string_view payload)>& found) {
  for (size_t at = 0; at + kRecord + kInfo < bytes.size();) {
    const size_t length = At<uint32_t>(bytes, at + 8);
    const bool may_be_block = At<uint32_t>(bytes, at + 12) == kBlockRecord && length > kInfo &&
                              length <= bytes.size() - at - kRecord;
    at += 8;
    if (!may_be_block) continue;
    const std::string_view record = bytes.substr(at - 8, kRecord + length);
    chain->GoBack(record);
    const auto payloads = chain->Unpack(record);
    if (!payloads) continue;
    for (const std::string_view payload : *payloads) found(payload);
    at += kRecord - 8 + (length + 7) / 8 * 8;
  }
}

}  // namespace sluice::sim
