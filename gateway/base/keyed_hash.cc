#include "base/keyed_hash.h"

#include <bit>

#include "base/random.h"

namespace sluice {
namespace {

// https://www.aumasson.jp/siphash/siphash.pdf
class SipState {
 public:
  explicit SipState(const SipKey& key)
      : v0_(key.k0 ^ 0x736f6d6570736575),
        v1_(key.k1 ^ 0x646f72616e646f6d),
        v2_(key.k0 ^ 0x6c7967656e657261),
        v3_(key.k1 ^ 0x7465646279746573) {}

  void Mix(uint64_t word) {
    v3_ ^= word;
    Round();
    Round();
    v0_ ^= word;
  }
  uint64_t Finish() {
    v2_ ^= 0xff;
    for (int i = 0; i < 4; ++i) Round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  void Round() {
    v0_ += v1_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v3_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ += v3_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ += v1_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v2_ = std::rotl(v2_, 32);
  }

  uint64_t v0_, v1_, v2_, v3_;
};

// Up to eight bytes, the first the lowest.
uint64_t LittleEndian(ByteSpan bytes) {
  uint64_t word = 0;
  for (size_t i = 0; i < bytes.size(); ++i) word |= uint64_t{bytes[i]} << (8 * i);
  return word;
}

}  // namespace

uint64_t SipHash(const SipKey& key, ByteSpan bytes) {
  SipState state(key);
  const uint64_t length = uint64_t{bytes.size()} << 56;
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) state.Mix(LittleEndian(bytes.first(8)));
  state.Mix(LittleEndian(bytes) | length);
  return state.Finish();
}

size_t KeyedHash::operator()(std::string_view text) const {
  static const SipKey key{SeedFromSystem(), SeedFromSystem()};
  return static_cast<size_t>(SipHash(key, AsBytes(text)));
}

}  // namespace sluice
