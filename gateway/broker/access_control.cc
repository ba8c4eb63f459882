#include "broker/access_control.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "broker/topic_filter.h"
#include "codec/topic.h"

namespace sluice::broker {
namespace {

constexpr std::string_view kPlaceholder = "{identity}";

// `pattern` with '*' for any run of characters; goes back to the last '*' only, hence no blow-up.
bool GlobMatches(std::string_view pattern, std::string_view text) {
  size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool MayStandForPlaceholder(std::string_view identity) {
  return !identity.empty() && !identity.starts_with('$') &&
         identity.find_first_of(std::string_view("/+#\0", 4)) == std::string_view::npos;
}

bool Consume(std::string_view prefix, std::string_view* text) {
  if (!text->starts_with(prefix)) return false;
  text->remove_prefix(prefix.size());
  return true;
}

// Whether `text` is `level` with the identity in the place of every placeholder.
bool LevelEquals(std::string_view level, std::string_view identity, std::string_view text) {
  for (size_t at; (at = level.find(kPlaceholder)) != std::string_view::npos;) {
    if (!MayStandForPlaceholder(identity) || !Consume(level.substr(0, at), &text) ||
        !Consume(identity, &text)) {
      return false;
    }
    level.remove_prefix(at + kPlaceholder.size());
  }
  return level == text;
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

// Whether `pattern` matches every topic that `filter` matches (a topic name is a filter that
// matches itself).
bool Covers(std::string_view pattern, std::string_view identity, std::string_view filter) {
  if (DollarParts(pattern, filter)) return false;
  LevelReader patterns(pattern), filters(filter);
  std::string_view mine, asked;
  while (patterns.Next(&mine)) {
    if (mine == "#") return true;
    if (!filters.Next(&asked) || asked == "#") return false;
    if (mine == "+") continue;
    if (asked == "+" || !LevelEquals(mine, identity, asked)) return false;
  }
  return filters.done();
}

// Whether there is a topic that both `pattern` and `filter` match.
bool Overlaps(std::string_view pattern, std::string_view identity, std::string_view filter) {
  if (DollarParts(pattern, filter)) return false;
  LevelReader patterns(pattern), filters(filter);
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

bool SpeaksAbout(const AccessRule& rule, std::string_view identity, Action action,
                 std::string_view topic) {
  if (!(action == Action::kPublish ? rule.publish : rule.subscribe)) return false;
  if (!GlobMatches(rule.identity, identity)) return false;
  const auto relation = rule.effect == AccessRule::Effect::kAllow ? Covers : Overlaps;
  return std::any_of(rule.topics.begin(), rule.topics.end(), [&](const std::string& pattern) {
    return relation(pattern, identity, topic);
  });
}

Status CheckPattern(std::string_view pattern, size_t rule_number) {
  std::string expanded(pattern);
  for (size_t at; (at = expanded.find(kPlaceholder)) != std::string::npos;) {
    expanded.replace(at, kPlaceholder.size(), "x");
  }
  if (expanded.find_first_of("{}") != std::string::npos) {
    return Status::InvalidArgument(fmt::format("access rule {}: \"{}\": the only placeholder is {}",
                                               rule_number, pattern, kPlaceholder));
  }
  if (!codec::IsTopicFilter(expanded) || !IsWithinMaxLevels(expanded)) {
    return Status::InvalidArgument(
        fmt::format("access rule {}: \"{}\" is not a topic filter", rule_number, pattern));
  }
  return Status::Ok();
}

}  // namespace

std::vector<AccessRule> AccessControl::DefaultRules() {
  AccessRule own;
  own.publish = own.subscribe = true;
  own.topics = {"devices/{identity}/#"};
  AccessRule events;
  events.subscribe = true;
  events.topics = {"events/{identity}/#"};
  return {own, events};
}

Result<AccessControl> AccessControl::Create(std::vector<AccessRule> rules) {
  for (size_t i = 0; i < rules.size(); ++i) {
    for (const std::string& pattern : rules[i].topics) {
      SLUICE_RETURN_IF_ERROR(CheckPattern(pattern, i + 1));
    }
  }
  return AccessControl(std::move(rules));
}

bool AccessControl::Allows(std::string_view identity, Action action, std::string_view topic) const {
  for (const AccessRule& rule : rules_) {
    if (SpeaksAbout(rule, identity, action, topic)) {
      return rule.effect == AccessRule::Effect::kAllow;
    }
  }
  return false;
}

}  // namespace sluice::broker
