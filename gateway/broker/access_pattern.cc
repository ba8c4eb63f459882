#include "broker/access_pattern.h"

#include <fmt/format.h>

#include "broker/topic_filter.h"
#include "codec/topic.h"
#include "codec/topic_match.h"

namespace sluice::broker {
namespace {

constexpr std::string_view kPlaceholder = "{identity}";

bool Consume(std::string_view prefix, std::string_view* text) {
  if (!text->starts_with(prefix)) return false;
  text->remove_prefix(prefix.size());
  return true;
}

// Takes `part`, a level of a topic or what is between two '*', with the identity in the place of
// every placeholder from the front of `text`.
bool ConsumePart(std::string_view part, std::string_view identity, std::string_view* text) {
  for (size_t at; (at = part.find(kPlaceholder)) != std::string_view::npos;) {
    if (!MayStandForPlaceholder(identity) || !Consume(part.substr(0, at), text) ||
        !Consume(identity, text)) {
      return false;
    }
    part.remove_prefix(at + kPlaceholder.size());
  }
  return Consume(part, text);
}

bool LevelEquals(std::string_view level, std::string_view identity, std::string_view text) {
  return ConsumePart(level, identity, &text) && text.empty();
}

bool IsWildcard(std::string_view level) { return level == "+" || level == "#"; }

// Wildcards at the front never stand for topics that begin with '$' [MQTT-4.7.2-1].
bool DollarParts(std::string_view one, std::string_view other) {
  const auto starts_wild = [](std::string_view s) {
    return s.starts_with('+') || s.starts_with('#');
  };
  return (starts_wild(one) && other.starts_with('$')) ||
         (starts_wild(other) && one.starts_with('$'));
}

// The part at its first place in `text`, which begins behind it then.
bool SkipPast(std::string_view part, std::string_view identity, std::string_view* text) {
  for (;; text->remove_prefix(1)) {
    std::string_view rest = *text;
    if (ConsumePart(part, identity, &rest)) {
      *text = rest;
      return true;
    }
    if (text->empty()) return false;
  }
}

// Whether `text` ends with the part; its length is not known without the identity.
bool EndsWith(std::string_view part, std::string_view identity, std::string_view text) {
  for (;; text.remove_prefix(1)) {
    std::string_view rest = text;
    if (ConsumePart(part, identity, &rest) && rest.empty()) return true;
    if (text.empty()) return false;
  }
}

Status Refuse(std::string_view pattern, std::string_view why) {
  return Status::InvalidArgument(fmt::format("'{}' {}", pattern, why));
}

// `pattern` with something in the place of every placeholder.
std::string Expanded(std::string_view pattern) {
  std::string expanded(pattern);
  for (size_t at; (at = expanded.find(kPlaceholder)) != std::string::npos;) {
    expanded.replace(at, kPlaceholder.size(), "x");
  }
  return expanded;
}

Status CheckPlaceholders(std::string_view pattern) {
  const std::string expanded = Expanded(pattern);
  if (expanded.find("{client_id}") != std::string::npos) {
    return Refuse(pattern,
                  "must not depend on {client_id}: a client chooses that itself, so it proves "
                  "nothing; use {identity}");
  }
  if (expanded.find_first_of("{}") == std::string::npos) return Status::Ok();
  return Refuse(pattern, "has an unknown placeholder; the only one is {identity}");
}

}  // namespace

bool MayStandForPlaceholder(std::string_view identity) {
  return !identity.empty() && !identity.starts_with('$') &&
         identity.find_first_of(std::string_view("/+#\0", 4)) == std::string_view::npos;
}

Result<TopicPattern> TopicPattern::Parse(std::string_view text) {
  SLUICE_RETURN_IF_ERROR(CheckPlaceholders(text));
  const std::string expanded = Expanded(text);
  if (codec::IsTopicFilter(expanded) && LevelsOf(expanded) <= kMaxFilterLevels)
    return TopicPattern(text);
  return Refuse(text, "is not an MQTT topic filter");
}

bool TopicPattern::Covers(std::string_view identity, std::string_view filter) const {
  if (DollarParts(text_, filter)) return false;
  codec::LevelReader patterns(text_), filters(filter);
  std::string_view mine, asked;
  while (patterns.Next(&mine)) {
    if (mine == "#") return true;
    if (!filters.Next(&asked) || asked == "#") return false;
    if (mine == "+") continue;
    if (asked == "+" || !LevelEquals(mine, identity, asked)) return false;
  }
  return filters.done();
}

bool TopicPattern::Overlaps(std::string_view identity, std::string_view filter) const {
  if (DollarParts(text_, filter)) return false;
  codec::LevelReader patterns(text_), filters(filter);
  std::string_view mine, asked;
  while (true) {
    const bool has_mine = patterns.Next(&mine), has_asked = filters.Next(&asked);
    if ((has_mine && mine == "#") || (has_asked && asked == "#")) return true;
    if (!has_mine || !has_asked) return has_mine == has_asked;
    if (!IsWildcard(mine) && !IsWildcard(asked) && !LevelEquals(mine, identity, asked)) {
      return false;
    }
  }
}

std::string TopicPattern::ForAnyIdentity() const {
  std::string filter;
  codec::LevelReader levels(text_);
  for (std::string_view level; levels.Next(&level);) {
    if (level.data() != text_.data()) filter += '/';
    filter += level.find(kPlaceholder) == std::string_view::npos ? level : "+";
  }
  return filter;
}

Result<DevicePattern> DevicePattern::Parse(std::string_view text) {
  SLUICE_RETURN_IF_ERROR(CheckPlaceholders(text));
  const std::string expanded = Expanded(text);
  if (!expanded.empty() && expanded.front() != '$' &&
      expanded.find_first_of("/+#") == std::string::npos) {
    return DevicePattern(text);
  }
  return Refuse(text,
                "matches no device: a device's name is not empty, does not begin with '$' and "
                "contains no '/', '+' or '#'; '*' stands for any run of characters");
}

// A star in the identity or in the device's name is nothing but a character.
bool DevicePattern::Matches(std::string_view identity, std::string_view device) const {
  std::string_view pattern = text_;
  size_t star = pattern.find('*');
  if (!ConsumePart(pattern.substr(0, star), identity, &device)) return false;
  if (star == std::string_view::npos) return device.empty();
  for (pattern.remove_prefix(star + 1); (star = pattern.find('*')) != std::string_view::npos;
       pattern.remove_prefix(star + 1)) {
    if (!SkipPast(pattern.substr(0, star), identity, &device)) return false;
  }
  return EndsWith(pattern, identity, device);
}

}  // namespace sluice::broker
