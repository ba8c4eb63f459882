#include "sim/entries.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <charconv>
#include <optional>

#include "batch_generated.h"
#include "event_generated.h"

namespace sluice::sim {
namespace {

constexpr std::string_view kGateway = "gw";
constexpr std::string_view kReplayOf = "replay_of", kLetterId = "gw/dead-letters/";

bool ToNumber(std::string_view text, uint64_t* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size();
}

// What is no id of a letter is that of none that there is.
std::optional<uint64_t> ReadLetterId(std::string_view id) {
  uint64_t letter = UINT64_MAX;
  if (id.starts_with(kLetterId)) ToNumber(id.substr(kLetterId.size()), &letter);
  return letter;
}

Entry Of(const fb::Event& event) {
  Entry entry;
  entry.stream = event.stream()->str();
  entry.first = entry.last = event.offset().value_or(UINT64_MAX);
  entry.device = event.device()->str();
  if (event.attributes() != nullptr) {
    for (const fb::Attribute* attribute : *event.attributes()) {
      if (attribute->key()->string_view() == kReplayOf) {
        entry.replay_of = ReadLetterId(attribute->value()->string_view());
      }
    }
  }
  if (event.readings() == nullptr) return entry;
  for (const fb::Reading* reading : *event.readings()) {
    if (reading->name()->string_view() != "token" || reading->text() == nullptr) continue;
    FindTokens(reading->text()->string_view(), [&](Token token) { entry.token = token; });
  }
  return entry;
}

// Null: the bytes are no event of this gateway.
const fb::Event* EventIn(const uint8_t* bytes, size_t size) {
  flatbuffers::Verifier verifier(bytes, size);
  if (!fb::VerifyEventBuffer(verifier)) return nullptr;
  const fb::Event* const event = fb::GetEvent(bytes);
  return event->gateway()->string_view() == kGateway ? event : nullptr;
}

std::string_view Property(const forward::OutgoingMessage& message, std::string_view name) {
  for (const forward::UserProperty& property : message.properties) {
    if (property.name == name) return property.value;
  }
  return {};
}

// The CloudEvents attributes beside a single event say the same as the event.
void CheckAttributes(const forward::OutgoingMessage& message, const fb::Event& event,
                     Arrival* arrival) {
  const Entry& entry = arrival->entries.front();
  const std::string id = fmt::format("{}/{}/{}", kGateway, entry.stream, entry.first);
  if (Property(message, "id") != id) arrival->wrong = "its attributes have another id";
  if (Property(message, "specversion") != "1.0") arrival->wrong = "specversion is not 1.0";
  if (Property(message, "subject") != entry.device) arrival->wrong = "another subject";
  if (Property(message, "type") != event.type()->string_view()) arrival->wrong = "another type";
}

Arrival DecodeBatch(const forward::OutgoingMessage& message) {
  Arrival arrival;
  flatbuffers::Verifier verifier(message.payload.data(), message.payload.size());
  if (!fb::VerifyBatchBuffer(verifier)) return {{}, "no sound batch"};
  const fb::Batch& batch = *fb::GetBatch(message.payload.data());
  if (batch.gateway()->string_view() != kGateway) return {{}, "a batch of another gateway"};
  uint64_t next = batch.first();
  for (const fb::Entry* item : *batch.entries()) {
    Entry entry;
    if (item->gap() != nullptr) {
      entry.stream = batch.stream()->str();
      entry.first = item->gap()->first();
      entry.last = item->gap()->last();
      entry.gap_reason = fb::EnumNameGapReason(item->gap()->reason());
    } else {
      const fb::Event* const event = EventIn(item->event()->data(), item->event()->size());
      if (event == nullptr) return {{}, "a batch with something that is no event"};
      entry = Of(*event);
    }
    if (entry.first != next || entry.last < entry.first) {
      arrival.wrong = fmt::format("{} follows {} in a batch", entry.first, next);
    }
    next = entry.last + 1;
    arrival.entries.push_back(std::move(entry));
  }
  if (next != batch.last() + 1) arrival.wrong = "a batch that covers other offsets than it says";
  return arrival;
}

Arrival DecodeEvent(const forward::OutgoingMessage& message, const fb::Event& event) {
  Arrival arrival;
  arrival.entries.push_back(Of(event));
  CheckAttributes(message, event, &arrival);
  return arrival;
}

// "gw/telemetry/17", of gaps "gw/telemetry/17-20".
bool ReadId(std::string_view id, Entry* entry) {
  const size_t slash = id.find('/');
  const size_t last = id.rfind('/');
  if (slash == id.npos || last == slash || id.substr(0, slash) != kGateway) return false;
  entry->stream = id.substr(slash + 1, last - slash - 1);
  const std::string_view range = id.substr(last + 1);
  const size_t dash = range.find('-');
  if (!ToNumber(range.substr(0, dash), &entry->first)) return false;
  entry->last = entry->first;
  return dash == range.npos || ToNumber(range.substr(dash + 1), &entry->last);
}

std::string_view TextOf(simdjson::dom::element object, std::string_view member) {
  std::string_view text;
  if (object[member].get(text) != simdjson::SUCCESS) return {};
  return text;
}

bool ReadJson(simdjson::dom::element object, Entry* entry) {
  if (!ReadId(TextOf(object, "id"), entry)) return false;
  if (TextOf(object, "specversion") != "1.0" || TextOf(object, "time").empty()) return false;
  simdjson::dom::element data;
  if (object["data"].get(data) != simdjson::SUCCESS) return false;
  if (TextOf(object, "type") == "sluice.gap.v1") {
    entry->gap_reason = TextOf(data, "reason");
    return !entry->gap_reason.empty();
  }
  entry->device = TextOf(object, "subject");
  FindTokens(simdjson::minify(data), [&](Token token) { entry->token = token; });
  simdjson::dom::element attributes;
  if (data["attributes"].get(attributes) != simdjson::SUCCESS) return true;
  const std::string_view letter = TextOf(attributes, kReplayOf);
  if (!letter.empty()) entry->replay_of = ReadLetterId(letter);
  return true;
}

Arrival DecodeJson(const forward::OutgoingMessage& message) {
  static simdjson::dom::parser parser;
  Arrival arrival;
  simdjson::dom::element root;
  if (parser.parse(message.payload.data(), message.payload.size()).get(root) != simdjson::SUCCESS) {
    return {{}, "neither FlatBuffers nor JSON"};
  }
  simdjson::dom::array items;
  if (root.get(items) == simdjson::SUCCESS) {
    for (const simdjson::dom::element item : items) {
      if (!ReadJson(item, &arrival.entries.emplace_back())) return {{}, "a strange JSON object"};
    }
  } else if (!ReadJson(root, &arrival.entries.emplace_back())) {
    return {{}, "a strange JSON object"};
  }
  for (size_t i = 1; i < arrival.entries.size(); ++i) {
    if (arrival.entries[i].first != arrival.entries[i - 1].last + 1) {
      arrival.wrong = fmt::format("{} follows {} in an array", arrival.entries[i].first,
                                  arrival.entries[i - 1].last);
    }
  }
  return arrival;
}

}  // namespace

Arrival Decode(const forward::OutgoingMessage& message) {
  if (message.payload.size() > 8 && fb::BatchBufferHasIdentifier(message.payload.data())) {
    return DecodeBatch(message);
  }
  if (message.payload.size() > 8 && fb::EventBufferHasIdentifier(message.payload.data())) {
    const fb::Event* const event = EventIn(message.payload.data(), message.payload.size());
    if (event == nullptr) return {{}, "no sound event"};
    return DecodeEvent(message, *event);
  }
  return DecodeJson(message);
}

}  // namespace sluice::sim
