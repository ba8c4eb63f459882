#include "decode/payload_decoder.h"

#include <fmt/format.h>

#include <iterator>

#include "base/utf8.h"

namespace sluice::decode {
namespace {

using Reason = schema::DeadLetterReason;

constexpr std::string_view kSpaces = " \t\r\n";

std::string_view Trimmed(std::string_view text, const Encoding& encoding) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  const Tolerances& tolerate = encoding.tolerate;
  if (tolerate.byte_order_mark && text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  if (tolerate.trailing_nul) {
    while (text.ends_with('\0')) text.remove_suffix(1);
  }
  return text;
}

std::string_view WithoutSpaces(std::string_view text) {
  const size_t begin = std::min(text.find_first_not_of(kSpaces), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(kSpaces) + 1);
}

bool BeginsLikeJson(std::string_view text) {
  const size_t begin = text.find_first_not_of(kSpaces);
  return begin != std::string_view::npos && (text[begin] == '{' || text[begin] == '[');
}

// UTF-8 throughout; `strict`: also without control characters, as words of people are.
bool IsText(std::string_view text, bool strict) {
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text.front());
    const bool is_space = kSpaces.find(text.front()) != std::string_view::npos;
    const size_t length = Utf8Length(text);
    if (length == 0 || (strict && first < 0x20 && !is_space)) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

bool PayloadDecoder::Decode(ByteSpan payload, const Encoding& encoding, Value* root,
                            schema::Rejection* rejection, const Origin& origin) {
  switch (encoding.format) {
    case Format::kJson:
    case Format::kText:
    case Format::kJsonOrText:
      return DecodeWritten(Trimmed(AsText(payload), encoding), encoding, root, rejection);
    case Format::kCbor:
      return cbor_.Decode(payload, root, rejection);
    case Format::kMessagePack:
      return message_pack_.Decode(payload, root, rejection);
    case Format::kSenml:
      if (!SenmlDecoder::IsCbor(payload)) payload = AsBytes(Trimmed(AsText(payload), encoding));
      return senml_.Decode(payload, encoding.tolerate, root, rejection);
    case Format::kSparkplug:
      return sparkplug_.Decode(payload, origin, root, rejection);
    case Format::kBytes:
      single_.Clear();
      single_.Add(payload);
      *root = single_.root();
      return true;
  }
  return false;
}

bool PayloadDecoder::DecodeWritten(std::string_view text, const Encoding& encoding, Value* root,
                                   schema::Rejection* rejection) {
  if (encoding.format != Format::kText &&
      json_.Decode(AsBytes(text), encoding.tolerate, root, rejection)) {
    return true;
  }
  const bool strict = encoding.format == Format::kJsonOrText;
  if (encoding.format == Format::kJson || (strict && BeginsLikeJson(text))) return false;
  return DecodeText(encoding.tolerate.spaces ? WithoutSpaces(text) : text, strict, root, rejection);
}

bool PayloadDecoder::DecodeText(std::string_view text, bool strict, Value* root,
                                schema::Rejection* rejection) {
  if (text.size() > limits_.max_payload_bytes) {
    rejection->reason = Reason::kPayloadTooLarge;
    rejection->text.clear();
    fmt::format_to(std::back_inserter(rejection->text), "{} bytes; at most {} are read",
                   text.size(), limits_.max_payload_bytes);
    return false;
  }
  if (text.empty() || !IsText(text, strict)) {
    rejection->reason = Reason::kInvalidPayload;
    rejection->text = text.empty() ? "the payload is empty" : "this is no text in UTF-8";
    return false;
  }
  single_.Clear();
  single_.Add(text);
  *root = single_.root();
  return true;
}

}  // namespace sluice::decode
