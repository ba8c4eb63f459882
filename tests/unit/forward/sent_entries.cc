#include "sent_entries.h"

#include <regex>

namespace sluice::test {
namespace {

// The top-level objects of a JSON text: "{…}" or "[{…},{…}]".
std::vector<std::string> SplitObjects(const std::string& text) {
  std::vector<std::string> objects;
  size_t begin = 0;
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"' && (i == 0 || text[i - 1] != '\\')) quoted = !quoted;
    if (quoted) continue;
    if (text[i] == '{' && depth++ == 0) begin = i;
    if (text[i] == '}' && --depth == 0) objects.push_back(text.substr(begin, i + 1 - begin));
  }
  return objects;
}

// The text of the member `name`, which stands only once in these objects or first where it counts.
std::string Member(const std::string& object, const std::string& name) {
  const std::string key = "\"" + name + "\":\"";
  const size_t at = object.find(key);
  if (at == object.npos) return {};
  const size_t begin = at + key.size();
  return object.substr(begin, object.find('"', begin) - begin);
}

SentEntry JsonEntry(const std::string& object) {
  static const std::regex id_form("gw/telemetry/([0-9]+)(-([0-9]+))?");
  SentEntry entry;
  std::smatch id;
  const std::string text = Member(object, "id");
  if (!std::regex_match(text, id, id_form)) return {1, 0, {}, {}};
  entry.first = std::stoull(id[1]);
  entry.last = id[3].matched ? std::stoull(id[3]) : entry.first;
  if (Member(object, "type") == "sluice.gap.v1") {
    entry.gap_reason = Member(object, "reason");
  } else {
    entry.device = Member(object, "subject");
  }
  return entry;
}

std::optional<SentEntry> EventEntry(ByteSpan bytes) {
  schema::EventView event;
  if (!event.Parse(bytes).ok()) return {};
  return SentEntry{event.offset(), event.offset(), {}, std::string(event.device())};
}

std::vector<SentEntry> BatchEntries(ByteSpan payload) {
  std::vector<SentEntry> entries;
  schema::BatchView batch;
  if (!batch.Parse(payload).ok()) return {};
  for (size_t i = 0; i < batch.size(); ++i) {
    const schema::BatchView::Entry entry = batch.entry(i);
    if (const auto* gap = std::get_if<schema::Gap>(&entry)) {
      entries.push_back(
          {gap->first, gap->last, std::string(schema::GapReasonName(gap->reason)), {}});
    } else if (const auto event = EventEntry(std::get<ByteSpan>(entry))) {
      entries.push_back(*event);
    } else {
      return {};
    }
  }
  return entries;
}

}  // namespace

std::vector<SentEntry> EntriesOf(const ScriptedUplink::Message& message) {
  const ByteSpan payload = AsBytes(message.payload);
  if (schema::BatchView::LooksLikeBatch(payload)) return BatchEntries(payload);
  if (const auto event = EventEntry(payload)) return {*event};
  std::vector<SentEntry> entries;
  for (const std::string& object : SplitObjects(message.payload)) {
    entries.push_back(JsonEntry(object));
  }
  return entries;
}

size_t PacketBytes(const ScriptedUplink::Message& message) {
  size_t bytes = 1 + 4 + 2 + message.topic.size() + 2 + 4 + 3 + message.content_type.size();
  for (const auto& [name, value] : message.properties) bytes += 5 + name.size() + value.size();
  return bytes + message.payload.size();
}

}  // namespace sluice::test
