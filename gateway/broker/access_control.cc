#include "broker/access_control.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "broker/topic_filter.h"
#include "codec/topic.h"
#include "codec/topic_match.h"

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
  codec::LevelReader patterns(pattern), filters(filter);
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
  codec::LevelReader patterns(pattern), filters(filter);
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

// A part of a device pattern, between two '*', at the front of `text`.
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

// A star in the identity or in the device's name is nothing but a character.
bool DeviceMatches(std::string_view pattern, std::string_view identity, std::string_view device) {
  size_t star = pattern.find('*');
  if (!ConsumePart(pattern.substr(0, star), identity, &device)) return false;
  if (star == std::string_view::npos) return device.empty();
  for (pattern.remove_prefix(star + 1); (star = pattern.find('*')) != std::string_view::npos;
       pattern.remove_prefix(star + 1)) {
    if (!SkipPast(pattern.substr(0, star), identity, &device)) return false;
  }
  return EndsWith(pattern, identity, device);
}

bool MatchesAny(const std::vector<std::string>& patterns, std::string_view identity,
                std::string_view device) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return DeviceMatches(pattern, identity, device);
  });
}

Status Mistake(size_t rule_number, std::string_view pattern, std::string_view what) {
  return Status::InvalidArgument(
      fmt::format("access rule {}: \"{}\"{}", rule_number, pattern, what));
}

// `pattern` with something in the place of every placeholder.
std::string Expanded(std::string_view pattern) {
  std::string expanded(pattern);
  for (size_t at; (at = expanded.find(kPlaceholder)) != std::string::npos;) {
    expanded.replace(at, kPlaceholder.size(), "x");
  }
  return expanded;
}

Status CheckPattern(std::string_view pattern, size_t rule_number) {
  const std::string expanded = Expanded(pattern);
  if (expanded.find_first_of("{}") != std::string::npos) {
    return Mistake(rule_number, pattern, fmt::format(": the only placeholder is {}", kPlaceholder));
  }
  if (!codec::IsTopicFilter(expanded) || !IsWithinMaxLevels(expanded)) {
    return Mistake(rule_number, pattern, " is not a topic filter");
  }
  return Status::Ok();
}

Status CheckDevicePattern(std::string_view pattern, size_t rule_number) {
  const std::string expanded = Expanded(pattern);
  if (expanded.find("{client_id}") != std::string::npos) {
    return Mistake(rule_number, pattern,
                   ": a client chooses its client id itself, so it proves nothing; use {identity}");
  }
  if (expanded.find_first_of("{}") != std::string::npos) {
    return Mistake(rule_number, pattern, fmt::format(": the only placeholder is {}", kPlaceholder));
  }
  if (expanded.empty() || expanded.front() == '$' ||
      expanded.find_first_of("/+#") != std::string::npos) {
    return Mistake(rule_number, pattern,
                   " matches no device: a device's name is not empty, does not begin with '$' and "
                   "contains no '/', '+' or '#'; '*' stands for any run of characters");
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

std::vector<AccessRule> AccessControl::WithDefaults(std::vector<AccessRule> rules) {
  const bool names_topics = std::any_of(
      rules.begin(), rules.end(), [](const AccessRule& rule) { return !rule.topics.empty(); });
  if (names_topics) return rules;
  for (AccessRule& rule : DefaultRules()) rules.push_back(std::move(rule));
  return rules;
}

Result<AccessControl> AccessControl::Create(std::vector<AccessRule> rules) {
  for (size_t i = 0; i < rules.size(); ++i) {
    for (const std::string& pattern : rules[i].topics) {
      SLUICE_RETURN_IF_ERROR(CheckPattern(pattern, i + 1));
    }
    for (const std::string& pattern : rules[i].speaks_for) {
      SLUICE_RETURN_IF_ERROR(CheckDevicePattern(pattern, i + 1));
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

bool AccessControl::MaySpeakFor(std::string_view identity, std::string_view device) const {
  for (const AccessRule& rule : rules_) {
    if (GlobMatches(rule.identity, identity) && MatchesAny(rule.speaks_for, identity, device)) {
      return rule.effect == AccessRule::Effect::kAllow;
    }
  }
  return device == identity && !SaysForWhomSpeaks(identity);
}

bool AccessControl::SaysForWhomSpeaks(std::string_view identity) const {
  return std::any_of(rules_.begin(), rules_.end(), [identity](const AccessRule& rule) {
    return rule.effect == AccessRule::Effect::kAllow && !rule.speaks_for.empty() &&
           GlobMatches(rule.identity, identity);
  });
}

uint32_t AccessControl::ShareOf(std::string_view identity) const {
  const auto says = [identity](const AccessRule& rule) {
    return rule.share != 0 && GlobMatches(rule.identity, identity);
  };
  const auto found = std::find_if(rules_.begin(), rules_.end(), says);
  return found == rules_.end() ? 1 : found->share;
}

}  // namespace sluice::broker
