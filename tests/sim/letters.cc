#include "sim/letters.h"

#include <fmt/format.h>

#include <charconv>
#include <cstring>

#include "event_generated.h"

namespace sluice::sim {
namespace {

constexpr std::string_view kLetterType = "sluice.dead_letter.v1";
constexpr std::string_view kGateway = "gw/";
// FORMAT.md, "Record".
constexpr size_t kRecord = 32;
constexpr uint8_t kEvent = 1;

std::string_view TextOf(const flatbuffers::String* text) {
  return text == nullptr ? std::string_view() : text->string_view();
}

std::string_view Attribute(const fb::Event& event, std::string_view key) {
  if (event.attributes() == nullptr) return {};
  for (const fb::Attribute* attribute : *event.attributes()) {
    if (attribute->key()->string_view() == key) return attribute->value()->string_view();
  }
  return {};
}

// "gw/telemetry/17".
bool ReadEventId(std::string_view id, Letter* letter) {
  const size_t slash = id.rfind('/');
  if (!id.starts_with(kGateway) || slash <= kGateway.size()) return false;
  letter->stream = id.substr(kGateway.size(), slash - kGateway.size());
  const char* const end = id.data() + id.size();
  const auto [stop, error] = std::from_chars(id.data() + slash + 1, end, letter->offset);
  return error == std::errc() && stop == end;
}

}  // namespace

std::string LetterKey(const Letter& letter) {
  return fmt::format("{} {}{}/{}", letter.route, kGateway, letter.stream, letter.offset);
}

std::optional<Letter> ReadLetter(std::string_view payload) {
  if (payload.size() < 16) return {};
  // Where it lies among others it may lie at any byte.
  const std::string bytes(payload);
  const auto* const data = reinterpret_cast<const uint8_t*>(bytes.data());
  flatbuffers::Verifier verifier(data, bytes.size());
  if (!fb::EventBufferHasIdentifier(data) || !fb::VerifyEventBuffer(verifier)) return {};
  const fb::Event& event = *fb::GetEvent(data);
  if (TextOf(event.type()) != kLetterType) return {};
  Letter letter;
  if (!ReadEventId(Attribute(event, "event_id"), &letter)) return {};
  letter.place = event.offset().value_or(UINT64_MAX);
  letter.route = Attribute(event, "route");
  letter.reason = Attribute(event, "reason");
  letter.text = Attribute(event, "text");
  letter.is_cut = !Attribute(event, "truncated").empty();
  if (event.readings() == nullptr) return letter;
  for (const fb::Reading* reading : *event.readings()) {
    if (reading->name()->string_view() != "event" || reading->bytes() == nullptr) continue;
    const std::string_view kept(reinterpret_cast<const char*>(reading->bytes()->data()),
                                reading->bytes()->size());
    FindTokens(kept, [&](Token token) { letter.token = token; });
  }
  return letter;
}

void FindLetters(std::string_view bytes,
                 const std::function<void(size_t at, const Letter& letter)>& found) {
  for (size_t at = 0; at + kRecord <= bytes.size();) {
    uint32_t length = 0;
    std::memcpy(&length, &bytes[at + 8], sizeof length);
    const bool is_event = static_cast<uint8_t>(bytes[at + 12]) == kEvent && length > 0 &&
                          length <= bytes.size() - at - kRecord;
    const auto letter =
        is_event ? ReadLetter(bytes.substr(at + kRecord, length)) : std::optional<Letter>();
    if (letter) found(at, *letter);
    // What is no letter may be anything; the next one is looked for in it.
    at += letter ? kRecord + (size_t{length} + 7) / 8 * 8 : 8;
  }
}

}  // namespace sluice::sim
