#include "decode/messagepack_decoder.h"

#include <bit>
#include <optional>

namespace sluice::decode {
namespace {

using Reason = schema::DeadLetterReason;

// Reads the payload from its front. Every Take is nothing once it has ended too early.
class Reader {
 public:
  Reader(ByteSpan payload, TreeBuilder* tree) : rest_(payload), tree_(*tree) {}

  // What is wrong with the payload; null if nothing is.
  const char* Read() {
    while (!tree_.complete()) {
      if (const char* const mistake = ReadOne()) return mistake;
      if (cut_) return "it ends too early";
      if (tree_.failed()) return "a key that is neither a text nor a whole number";
    }
    return rest_.empty() ? nullptr : "something follows it";
  }
  bool too_deep() const { return too_deep_; }

 private:
  const char* ReadOne();
  const char* ReadMarked(uint8_t mark);

  // A big-endian number of `width` bytes; 0 if there are not so many.
  uint64_t Take(size_t width) {
    uint64_t number = 0;
    for (const uint8_t byte : TakeBytes(width)) number = number << 8 | byte;
    return number;
  }
  ByteSpan TakeBytes(uint64_t size) {
    if (size > rest_.size()) {
      cut_ = true;
      return {};
    }
    const ByteSpan front = rest_.first(size);
    rest_ = rest_.subspan(size);
    return front;
  }

  const char* Text(uint64_t size) {
    const ByteSpan bytes = TakeBytes(size);
    if (cut_) return nullptr;
    if (IsUtf8(AsText(bytes))) {
      tree_.AddText(AsText(bytes));
    } else {
      tree_.Add(bytes);
    }
    return nullptr;
  }
  const char* Bytes(uint64_t size) {
    const ByteSpan bytes = TakeBytes(size);
    if (!cut_) tree_.Add(bytes);
    return nullptr;
  }
  const char* Extension(uint64_t size) {
    Take(1);  // its type
    return Bytes(size);
  }
  const char* Container(Kind kind, uint64_t items) {
    if (cut_ || tree_.Open(kind, items)) return nullptr;
    too_deep_ = true;
    return "nested too deeply";
  }
  const char* Unsigned(size_t width) {
    const uint64_t number = Take(width);
    if (!cut_) tree_.Add(number);
    return nullptr;
  }
  const char* Signed(size_t width) {
    const auto shift = static_cast<int>(64 - 8 * width);
    const auto number = static_cast<int64_t>(Take(width) << shift) >> shift;
    if (!cut_) tree_.Add(number);
    return nullptr;
  }
  const char* Float() {
    const auto number = std::bit_cast<float>(static_cast<uint32_t>(Take(4)));
    if (!cut_) tree_.Add(static_cast<double>(number));
    return nullptr;
  }
  const char* Double() {
    const auto number = std::bit_cast<double>(Take(8));
    if (!cut_) tree_.Add(number);
    return nullptr;
  }

  ByteSpan rest_;
  TreeBuilder& tree_;
  bool cut_ = false;
  bool too_deep_ = false;
};

const char* Reader::ReadOne() {
  const auto mark = static_cast<uint8_t>(Take(1));
  if (cut_) return nullptr;
  if (mark <= 0x7f) {
    tree_.Add(uint64_t{mark});
  } else if (mark >= 0xe0) {
    tree_.Add(int64_t{static_cast<int8_t>(mark)});
  } else if (mark <= 0x8f) {
    return Container(Kind::kObject, mark & 0x0f);
  } else if (mark <= 0x9f) {
    return Container(Kind::kArray, mark & 0x0f);
  } else if (mark <= 0xbf) {
    return Text(mark & 0x1f);
  } else {
    return ReadMarked(mark);
  }
  return nullptr;
}

const char* Reader::ReadMarked(uint8_t mark) {
  const size_t width = size_t{1} << (mark & 3);  // of numbers, in their rows of four
  switch (mark) {
    case 0xc0:
      tree_.AddNull();
      return nullptr;
    case 0xc2:
    case 0xc3:
      tree_.Add(mark == 0xc3);
      return nullptr;
    case 0xc4:
    case 0xc5:
    case 0xc6:
      return Bytes(Take(width));
    case 0xc7:
    case 0xc8:
    case 0xc9:
      return Extension(Take(size_t{1} << (mark - 0xc7)));
    case 0xca:
      return Float();
    case 0xcb:
      return Double();
    case 0xcc:
    case 0xcd:
    case 0xce:
    case 0xcf:
      return Unsigned(width);
    case 0xd0:
    case 0xd1:
    case 0xd2:
    case 0xd3:
      return Signed(width);
    case 0xd4:
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
      return Extension(uint64_t{1} << (mark - 0xd4));
    case 0xd9:
    case 0xda:
    case 0xdb:
      return Text(Take(size_t{1} << (mark - 0xd9)));
    case 0xdc:
    case 0xdd:
      return Container(Kind::kArray, Take(mark == 0xdc ? 2 : 4));
    case 0xde:
    case 0xdf:
      return Container(Kind::kObject, Take(mark == 0xde ? 2 : 4));
    default:
      return "a byte that begins no value";  // 0xc1, which is never used
  }
}

}  // namespace

bool MessagePackDecoder::Decode(ByteSpan payload, Value* root, schema::Rejection* rejection) {
  if (payload.size() > limits_.max_payload_bytes) {
    rejection->reason = Reason::kPayloadTooLarge;
    rejection->text = "more bytes than are read";
    return false;
  }
  tree_.Start(payload.size());
  Reader reader(payload, &tree_);
  const char* const mistake = reader.Read();
  if (mistake == nullptr) {
    *root = tree_.root();
    return true;
  }
  rejection->reason = reader.too_deep() ? Reason::kTooDeep : Reason::kInvalidPayload;
  rejection->text.assign("no MessagePack: ").append(mistake);
  return false;
}

}  // namespace sluice::decode
