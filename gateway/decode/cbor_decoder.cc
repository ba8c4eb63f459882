#include "decode/cbor_decoder.h"

#include <cbor.h>

#include <string_view>

namespace sluice::decode {
namespace {

using Reason = schema::DeadLetterReason;

// What the callbacks of one payload share.
struct Reading {
  TreeBuilder& tree;
  const char* mistake = nullptr;
  bool too_deep = false;
  enum class Pieces : uint8_t { kNone, kText, kBytes } pieces = Pieces::kNone;
  size_t pieces_begin = 0;  // in tree.texts()
  bool awaits_tagged = false;

  void Fail(const char* what) {
    if (mistake == nullptr) mistake = what;
  }
  // Only pieces of a string may come inside of one.
  bool MayAdd() {
    if (pieces != Pieces::kNone) Fail("something else inside of a string in pieces");
    awaits_tagged = false;
    return mistake == nullptr;
  }
};

Reading& In(void* context) { return *static_cast<Reading*>(context); }

template <typename Number>
void OnUnsigned(void* context, Number number) {
  if (In(context).MayAdd()) In(context).tree.Add(static_cast<uint64_t>(number));
}

template <typename Number>
void OnNegative(void* context, Number number) {
  if (In(context).MayAdd()) In(context).tree.AddNegative(number);
}

template <typename Number>
void OnFloat(void* context, Number number) {
  if (In(context).MayAdd()) In(context).tree.Add(static_cast<double>(number));
}

std::string_view TextOf(cbor_data data, size_t size) { return AsText(ByteSpan(data, size)); }

void OnString(void* context, cbor_data data, size_t size) {
  Reading& reading = In(context);
  const std::string_view text = TextOf(data, size);
  if (!IsUtf8(text)) return reading.Fail("a text that is not UTF-8");
  if (reading.pieces == Reading::Pieces::kText) {
    reading.tree.texts().append(text);
  } else if (reading.MayAdd()) {
    reading.tree.AddText(text);
  }
}

void OnBytes(void* context, cbor_data data, size_t size) {
  Reading& reading = In(context);
  if (reading.pieces == Reading::Pieces::kBytes) {
    reading.tree.texts().append(TextOf(data, size));
  } else if (reading.MayAdd()) {
    reading.tree.Add(ByteSpan(data, size));
  }
}

void StartPieces(Reading& reading, Reading::Pieces pieces) {
  if (!reading.MayAdd()) return;
  reading.pieces = pieces;
  reading.pieces_begin = reading.tree.texts().size();
}

void EndPieces(Reading& reading) {
  const std::string_view whole =
      std::string_view(reading.tree.texts()).substr(reading.pieces_begin);
  const bool is_text = reading.pieces == Reading::Pieces::kText;
  reading.pieces = Reading::Pieces::kNone;
  is_text ? reading.tree.AddText(whole) : reading.tree.Add(AsBytes(whole));
}

void OnContainer(void* context, Kind kind, uint64_t items) {
  Reading& reading = In(context);
  if (reading.MayAdd() && !reading.tree.Open(kind, items)) reading.too_deep = true;
}

void OnBreak(void* context) {
  Reading& reading = In(context);
  if (reading.pieces != Reading::Pieces::kNone) return EndPieces(reading);
  if (reading.awaits_tagged || !reading.tree.Close()) reading.Fail("an end without a beginning");
}

constexpr cbor_callbacks kCallbacks = {
    .uint8 = OnUnsigned<uint8_t>,
    .uint16 = OnUnsigned<uint16_t>,
    .uint32 = OnUnsigned<uint32_t>,
    .uint64 = OnUnsigned<uint64_t>,
    .negint64 = OnNegative<uint64_t>,
    .negint32 = OnNegative<uint32_t>,
    .negint16 = OnNegative<uint16_t>,
    .negint8 = OnNegative<uint8_t>,
    .byte_string_start = [](void* c) { StartPieces(In(c), Reading::Pieces::kBytes); },
    .byte_string = OnBytes,
    .string = OnString,
    .string_start = [](void* c) { StartPieces(In(c), Reading::Pieces::kText); },
    .indef_array_start = [](void* c) { OnContainer(c, Kind::kArray, TreeBuilder::kUntilBreak); },
    .array_start = [](void* c, size_t items) { OnContainer(c, Kind::kArray, items); },
    .indef_map_start = [](void* c) { OnContainer(c, Kind::kObject, TreeBuilder::kUntilBreak); },
    .map_start = [](void* c, size_t pairs) { OnContainer(c, Kind::kObject, pairs); },
    .tag = [](void* c, uint64_t) { In(c).awaits_tagged = In(c).MayAdd(); },
    .float2 = OnFloat<float>,
    .float4 = OnFloat<float>,
    .float8 = OnFloat<double>,
    .undefined =
        [](void* c) {
          if (In(c).MayAdd()) In(c).tree.AddNull();
        },
    .null =
        [](void* c) {
          if (In(c).MayAdd()) In(c).tree.AddNull();
        },
    .boolean =
        [](void* c, bool truth) {
          if (In(c).MayAdd()) In(c).tree.Add(truth);
        },
    .indef_break = OnBreak,
};

// What is wrong with the payload; null if nothing is.
const char* Read(ByteSpan payload, Reading* reading) {
  while (!reading->tree.complete()) {
    if (payload.empty()) return "it ends too early";
    const cbor_decoder_result item =
        cbor_stream_decode(payload.data(), payload.size(), &kCallbacks, reading);
    if (item.status == CBOR_DECODER_NEDATA) return "it ends too early";
    if (item.status != CBOR_DECODER_FINISHED) return "a byte that begins no value";
    if (reading->mistake != nullptr) return reading->mistake;
    if (reading->too_deep) return "nested too deeply";
    if (reading->tree.failed()) return "a key that is neither a text nor a whole number";
    payload = payload.subspan(item.read);
  }
  return payload.empty() ? nullptr : "something follows it";
}

}  // namespace

bool CborDecoder::Decode(ByteSpan payload, Value* root, schema::Rejection* rejection) {
  if (payload.size() > limits_.max_payload_bytes) {
    rejection->reason = Reason::kPayloadTooLarge;
    rejection->text = "more bytes than are read";
    return false;
  }
  tree_.Start(payload.size());
  Reading reading{tree_};
  const char* const mistake = Read(payload, &reading);
  if (mistake == nullptr) {
    *root = tree_.root();
    return true;
  }
  rejection->reason = reading.too_deep ? Reason::kTooDeep : Reason::kInvalidPayload;
  rejection->text.assign("no CBOR: ").append(mistake);
  return false;
}

}  // namespace sluice::decode
