#include "tools/letter_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/json_writer.h"
#include "base/rfc3339.h"
#include "tools/plain_text.h"

namespace sluice::tools {
namespace {

std::string Word(std::string_view text) { return text.empty() ? "-" : OneLine(text); }

}  // namespace

void LetterGroups::Add(const Letter& letter) {
  std::tuple key(std::string(letter.content.reason_name), std::string(letter.topic()),
                 std::string(letter.device()));
  Group& group = groups_[std::move(key)];
  if (group.count == 0) {
    group.reason = letter.content.reason_name;
    group.topic = letter.topic();
    group.device = letter.device();
    group.first_offset = letter.offset;
    group.first = group.last = letter.time;
  }
  ++group.count;
  group.last_offset = letter.offset;
  group.first = std::min(group.first, letter.time);
  group.last = std::max(group.last, letter.time);
}

std::vector<LetterGroups::Group> LetterGroups::Sorted() const {
  std::vector<Group> sorted;
  sorted.reserve(groups_.size());
  for (const auto& [key, group] : groups_) sorted.push_back(group);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Group& a, const Group& b) { return a.count > b.count; });
  return sorted;
}

void AppendGroupLine(const LetterGroups::Group& group, std::string* out) {
  fmt::format_to(std::back_inserter(*out), "{:>4} {} {} {}, ", group.count, Word(group.reason),
                 Word(group.device), Word(group.topic));
  AppendRfc3339Millis(group.first, out);
  *out += " to ";
  AppendRfc3339Millis(group.last, out);
  *out += '\n';
}

void AppendGroupJson(const LetterGroups::Group& group, std::string* out) {
  JsonWriter json(out);
  json.BeginObject();
  json.Member("count", group.count);
  json.Member("reason", std::string_view(group.reason));
  json.Member("topic", std::string_view(group.topic));
  json.Member("device", std::string_view(group.device));
  json.Member("first_offset", group.first_offset);
  json.Member("last_offset", group.last_offset);
  json.MemberFrom("first", [&](std::string* to) { AppendRfc3339Millis(group.first, to); });
  json.MemberFrom("last", [&](std::string* to) { AppendRfc3339Millis(group.last, to); });
  json.EndObject();
  *out += '\n';
}

}  // namespace sluice::tools
