#include "normalise/draft_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>

#include "decode/payload_decoder.h"
#include "normalise/draft_member.h"

namespace sluice::normalise {
namespace {

constexpr size_t kMaxReadings = 200;  // fewer than an event may have

// Texts that mean a boolean, as devices spell them.
constexpr std::pair<std::string_view, std::string_view> kTruthWords[] = {
    {"ON", "OFF"},      {"on", "off"},         {"On", "Off"},         {"true", "false"},
    {"open", "closed"}, {"OPEN", "CLOSED"},    {"online", "offline"}, {"Online", "Offline"},
    {"yes", "no"},      {"detected", "clear"},
};

// Messages that one event is for.
struct Group {
  std::vector<std::vector<std::string>> topics = {};  // their levels
  DraftMembers members = {};
  bool is_plain = false;  // a value, not a document
};

std::vector<std::string> LevelsOf(std::string_view topic) {
  std::vector<std::string> levels;
  for (size_t begin = 0;;) {
    const size_t end = topic.find('/', begin);
    levels.emplace_back(topic.substr(begin, end - begin));
    if (end == std::string_view::npos) return levels;
    begin = end + 1;
  }
}

// Of a basic string of TOML.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      quoted += fmt::format("\\u{:04x}", static_cast<int>(static_cast<unsigned char>(c)));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

// Whether what the group knows is what the document holds, more or less.
bool IsAlike(const DraftMembers& known, const DraftMembers& other) {
  const auto common =
      std::count_if(other.members().begin(), other.members().end(),
                    [&](const DraftMember& member) { return known.Has(member.pointer); });
  return 2 * static_cast<size_t>(common) >=
         std::min(other.members().size(), known.members().size());
}

Group& GroupFor(const DraftMembers& members, bool is_plain, size_t levels,
                std::vector<Group>* groups) {
  const auto found = std::find_if(groups->begin(), groups->end(), [&](const Group& group) {
    return group.is_plain == is_plain && group.topics.front().size() == levels &&
           (is_plain || IsAlike(group.members, members));
  });
  if (found != groups->end()) return *found;
  groups->push_back({.is_plain = is_plain});
  return groups->back();
}

// The level that names the device: the first in which topics differ, else a guess; none in topics
// of one level.
std::optional<size_t> DeviceLevel(const Group& group) {
  const auto& first = group.topics.front();
  const size_t end = group.is_plain && first.size() > 2 ? first.size() - 1 : first.size();
  for (size_t i = 0; i < end; ++i) {
    for (const auto& topic : group.topics) {
      if (topic[i] != first[i]) return i;
    }
  }
  if (first.size() < 2) return std::nullopt;
  return first.size() == 2 ? (group.is_plain ? 0 : 1) : 1;
}

std::string FilterOf(const Group& group, std::optional<size_t> device) {
  std::string filter;
  const auto& first = group.topics.front();
  for (size_t i = 0; i < first.size(); ++i) {
    const bool differs = std::any_of(group.topics.begin(), group.topics.end(),
                                     [&](const auto& topic) { return topic[i] != first[i]; });
    if (i > 0) filter += '/';
    filter += differs || device == i ? "+" : first[i];
  }
  return filter;
}

// Writes the keys of one event's readings and of what stands beside them.
class EventDraft {
 public:
  explicit EventDraft(const Group& group) : group_(group) {
    for (const DraftMember& member : group.members.members()) Take(member);
    if (measured_ == 0) {
      for (std::string& line : readings_) {
        const size_t at = line.find(", companion = true");
        if (at != std::string::npos) line.erase(at, std::string_view(", companion = true").size());
      }
    }
  }

  bool empty() const { return readings_.empty(); }
  std::string Text() const {
    std::string text;
    for (const std::string& remark : remarks_) text += "# " + remark + "\n";
    if (!times_.empty()) text += fmt::format("time = [{}]\n", fmt::join(times_, ", "));
    text += "reading = [\n";
    for (const std::string& reading : readings_) text += "  { " + reading + " },\n";
    return text + "]\n";
  }

 private:
  void Take(const DraftMember& member);
  void TakeText(const DraftMember& member, std::string reading, std::string_view name);
  bool TakeTime(const DraftMember& member);
  void Add(std::string reading, bool companion);
  std::string NameOf(std::string_view pointer);
  void Remark(const DraftMember& member, std::string_view why) {
    remarks_.push_back(fmt::format("{}: {}", Quoted(member.pointer), why));
  }

  const Group& group_;
  std::set<std::string> names_;
  std::vector<std::string> readings_, times_, remarks_;
  size_t measured_ = 0;
};

std::string EventDraft::NameOf(std::string_view pointer) {
  for (size_t steps = 1; steps <= 4; ++steps) {
    const std::string name = DraftName(pointer, steps);
    if (names_.insert(name).second) return name;
  }
  for (size_t i = 2;; ++i) {
    const std::string name = fmt::format("{}_{}", DraftName(pointer, 1), i);
    if (names_.insert(name).second) return name;
  }
}

void EventDraft::Add(std::string reading, bool companion) {
  if (companion) reading += ", companion = true";
  if (!companion) ++measured_;
  readings_.push_back(std::move(reading));
}

bool EventDraft::TakeTime(const DraftMember& member) {
  const std::string_view format = GuessTimeFormat(member, DraftName(member.pointer, 1));
  if (format.empty()) return false;
  const char* const zone = format == "local" ? ", utc_offset = \"Z\"" : "";
  if (*zone != 0) Remark(member, "a time without a zone; is it UTC?");
  times_.push_back(
      fmt::format("{{ member = {}, format = \"{}\"{} }}", Quoted(member.pointer), format, zone));
  return true;
}

void EventDraft::TakeText(const DraftMember& member, std::string reading, std::string_view name) {
  const auto& words = member.words;
  for (const auto& [yes, no] : kTruthWords) {
    const bool fits = std::all_of(words.begin(), words.end(), [&](const std::string& word) {
      return word == yes || word == no;
    });
    if (!fits) continue;
    reading +=
        fmt::format(", type = \"bool\", true_words = [\"{}\"], false_words = [\"{}\"]", yes, no);
    return Add(std::move(reading), false);
  }
  const bool is_state = name.find("state") != std::string_view::npos ||
                        name.find("action") != std::string_view::npos ||
                        name.find("status") != std::string_view::npos;
  Add(reading + ", type = \"text\"", !is_state);
}

void EventDraft::Take(const DraftMember& member) {
  if (readings_.size() == kMaxReadings) return Remark(member, "one too many; split the event");
  if (member.lists > 0) return Remark(member, "a list; see list in the reference");
  if (member.numbers + member.bools + member.texts == 0) return Remark(member, "always null here");
  if (!group_.is_plain && TakeTime(member)) return;
  const std::string name = NameOf(member.pointer);
  std::string reading = fmt::format("name = \"{}\", member = {}", name, Quoted(member.pointer));
  const bool is_number = member.bools == 0 && member.texts == member.numeric_texts;
  if (group_.is_plain) {
    return Add(R"(name = "value", member = "", type = "any", from_text = true, )"
               R"(absent_words = ["unavailable", "unknown"], name_from = { topic_level = -1 })",
               false);
  }
  if (is_number) {
    const DraftUnit guess = GuessUnit(name, member.example);
    if (!guess.unit.empty()) reading += fmt::format(", unit = \"{}\"", guess.unit);
    if (member.texts > 0) reading += ", from_text = true";
    return Add(std::move(reading), guess.companion);
  }
  if (member.texts == 0 && member.numbers == 0) return Add(reading + ", type = \"bool\"", false);
  if (member.bools == 0 && member.numbers == 0) return TakeText(member, std::move(reading), name);
  Add(reading + ", type = \"any\"", false);
}

std::vector<Group> GroupsOf(const std::vector<DraftSample>& samples, std::string* unread) {
  std::vector<Group> groups;
  decode::PayloadDecoder decoder{decode::Limits()};
  for (const DraftSample& sample : samples) {
    decode::Value root;
    schema::Rejection rejection;
    if (!decoder.Decode(AsBytes(sample.payload), {.format = decode::Format::kJsonOrText}, &root,
                        &rejection)) {
      *unread += fmt::format("# {}: {}\n", Quoted(sample.topic), rejection.text);
      continue;
    }
    DraftMembers members;
    members.Add(root);
    const bool is_plain = !root.IsObject() && !root.IsArray();
    const std::vector<std::string> levels = LevelsOf(sample.topic);
    Group& group = GroupFor(members, is_plain, levels.size(), &groups);
    group.topics.push_back(levels);
    group.members.Add(root);
  }
  return groups;
}

std::string DeviceOf(std::optional<size_t> level) {
  return level ? fmt::format("device = {{ topic_level = {} }}\n", *level)
               : "device = { identity = true }\n";
}

}  // namespace

std::string DraftProfile(std::string_view name, const std::vector<DraftSample>& samples) {
  std::string unread, events;
  std::set<std::string> filters;
  bool has_plain = false;
  for (const Group& group : GroupsOf(samples, &unread)) {
    const auto level = DeviceLevel(group);
    const std::string filter = FilterOf(group, level);
    const EventDraft event(group);
    has_plain |= group.is_plain;
    if (event.empty()) {
      unread += fmt::format("# {}: nothing that could be a reading\n", Quoted(filter));
      continue;
    }
    filters.insert(filter);
    const auto levels = static_cast<std::ptrdiff_t>(group.topics.front().size());
    // No filter names the levels of plain values and those of documents apart.
    const char* const kind = group.is_plain ? "is = \"object\", not = true" : "is = \"object\"";
    events += fmt::format(
        "\n[[event]]\ntype = \"sensor.reading.v1\"\ntopics = [{}]  # {} levels\n"
        "when = [{{ member = \"\", {} }}]\n{}{}",
        Quoted(filter), levels, kind, DeviceOf(level), event.Text());
  }
  std::vector<std::string> quoted;
  std::transform(filters.begin(), filters.end(), std::back_inserter(quoted), Quoted);
  std::string text = fmt::format(
      "# A draft made of {} messages. Look at the units and at what stands in comments; then try "
      "it.\n"
      "{}\nname = {}\ntopics = [{}]\n",
      samples.size(), unread, Quoted(name), fmt::join(quoted, ", "));
  if (has_plain) text += "format = \"json_or_text\"\n";
  return text + events;
}

}  // namespace sluice::normalise
