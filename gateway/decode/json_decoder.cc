#include "decode/json_decoder.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>
#include <string>
#include <vector>

#include "decode/json_repair.h"

namespace sluice::decode {
namespace {

namespace dom = simdjson::dom;
using Reason = schema::DeadLetterReason;

constexpr size_t kFirstCapacity = 4096;

// Always false, so that a caller can return it.
bool Reject(Reason reason, std::string_view text, schema::Rejection* rejection) {
  rejection->reason = reason;
  rejection->text = text;
  return false;
}

Reason ReasonOf(simdjson::error_code error) {
  return error == simdjson::DEPTH_ERROR ? Reason::kTooDeep : Reason::kInvalidJson;
}

// As deep as the parser allowed. `kMarked`: the JSON is RepairJson's, with marks of unreadable.
template <bool kMarked>
void Copy(dom::element element, Document* document) {
  switch (element.type()) {
    case dom::element_type::OBJECT: {
      const size_t object = document->Begin(Kind::kObject);
      const dom::object members = element.get_object().value_unsafe();
      for (auto member = members.begin(), end = members.end(); member != end; ++member) {
        document->AddKey(member.key());
        Copy<kMarked>(member.value(), document);
      }
      return document->End(object);
    }
    case dom::element_type::ARRAY: {
      const size_t array = document->Begin(Kind::kArray);
      const dom::array items = element.get_array().value_unsafe();
      for (const dom::element item : items) Copy<kMarked>(item, document);
      return document->End(array);
    }
    case dom::element_type::INT64:
      return document->Add(element.get_int64().value_unsafe());
    case dom::element_type::UINT64:
      return document->Add(element.get_uint64().value_unsafe());
    case dom::element_type::DOUBLE:
      return document->Add(element.get_double().value_unsafe());
    case dom::element_type::STRING: {
      const std::string_view text = element.get_string().value_unsafe();
      if (kMarked && text.starts_with(kUnreadableMark)) {
        return document->AddUnreadable(text.substr(kUnreadableMark.size()));
      }
      return document->Add(text);
    }
    case dom::element_type::BOOL:
      return document->Add(element.get_bool().value_unsafe());
    case dom::element_type::NULL_VALUE:
      return document->AddNull();
  }
}

}  // namespace

struct JsonDecoder::Parser {
  dom::parser json;
  dom::element element;  // of the last payload
  std::string repaired;
  // The payload again with room behind it, because simdjson reads past the end in whole vector
  // registers.
  std::vector<uint8_t> padded;
  Document document;
};

JsonDecoder::JsonDecoder(const Limits& limits)
    : limits_(limits), parser_(std::make_unique<Parser>()) {
  Grow(std::min(kFirstCapacity, limits_.max_payload_bytes));
}

JsonDecoder::~JsonDecoder() = default;

// In powers of two, so that slowly growing payloads do not reallocate each time.
bool JsonDecoder::Grow(size_t size) {
  const size_t capacity = std::bit_ceil(size);
  parser_->padded.resize(capacity + simdjson::SIMDJSON_PADDING);
  parser_->document.Reserve(capacity / 2 + 1);  // "[1,1,1]": nothing has more nodes for its length
  return parser_->json.allocate(capacity, limits_.max_depth) == simdjson::SUCCESS;
}

bool JsonDecoder::HasRoomFor(size_t size, schema::Rejection* rejection) {
  if (size > limits_.max_payload_bytes) {
    rejection->reason = Reason::kPayloadTooLarge;
    rejection->text.clear();
    fmt::format_to(std::back_inserter(rejection->text), "{} bytes; at most {} are read", size,
                   limits_.max_payload_bytes);
    return false;
  }
  if (size <= parser_->json.capacity() || Grow(size)) return true;
  return Reject(Reason::kPayloadTooLarge, "no memory to read it", rejection);
}

// Returns simdjson's error; the element is in the parser.
int JsonDecoder::Parse(ByteSpan payload) {
  uint8_t* const padded = parser_->padded.data();
  std::memcpy(padded, payload.data(), payload.size());
  std::memset(padded + payload.size(), 0, simdjson::SIMDJSON_PADDING);
  return parser_->json.parse(padded, payload.size(), false).get(parser_->element);
}

bool JsonDecoder::Mend(ByteSpan payload, const Tolerances& tolerate) {
  std::string* const repaired = &parser_->repaired;
  if (!RepairJson(AsText(payload), tolerate, limits_.max_payload_bytes, repaired)) return false;
  if (repaired->size() > parser_->json.capacity() && !Grow(repaired->size())) return false;
  if (Parse(AsBytes(*repaired)) != simdjson::SUCCESS) return false;
  parser_->document.Clear();
  Copy<true>(parser_->element, &parser_->document);
  return true;
}

bool JsonDecoder::Decode(ByteSpan payload, Value* root, schema::Rejection* rejection) {
  if (payload.empty()) return Reject(Reason::kInvalidJson, "the payload is empty", rejection);
  if (!HasRoomFor(payload.size(), rejection)) return false;
  const auto error = static_cast<simdjson::error_code>(Parse(payload));
  if (error != simdjson::SUCCESS) {
    return Reject(ReasonOf(error), simdjson::error_message(error), rejection);
  }
  parser_->document.Clear();
  Copy<false>(parser_->element, &parser_->document);
  *root = parser_->document.root();
  return true;
}

bool JsonDecoder::Decode(ByteSpan payload, const Tolerances& tolerate, Value* root,
                         schema::Rejection* rejection) {
  if (Decode(payload, root, rejection)) return true;
  if (rejection->reason != Reason::kInvalidJson || !Mend(payload, tolerate)) return false;
  *root = parser_->document.root();
  return true;
}

}  // namespace sluice::decode
