#include "broker/access_control.h"

#include <algorithm>
#include <utility>

namespace sluice::broker {
namespace {

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

bool SpeaksAbout(const AccessRule& rule, std::string_view identity, Action action,
                 std::string_view topic) {
  if (!(action == Action::kPublish ? rule.publish : rule.subscribe)) return false;
  if (!GlobMatches(rule.identity, identity)) return false;
  const bool allows = rule.effect == AccessRule::Effect::kAllow;
  return std::any_of(rule.topics.begin(), rule.topics.end(), [&](const TopicPattern& pattern) {
    return allows ? pattern.Covers(identity, topic) : pattern.Overlaps(identity, topic);
  });
}

bool MatchesAny(const std::vector<DevicePattern>& patterns, std::string_view identity,
                std::string_view device) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const DevicePattern& pattern) {
    return pattern.Matches(identity, device);
  });
}

}  // namespace

std::vector<AccessRule> AccessControl::DefaultRules() {
  AccessRule own;
  own.publish = own.subscribe = true;
  own.topics = {*TopicPattern::Parse("devices/{identity}/#")};
  AccessRule events;
  events.subscribe = true;
  events.topics = {*TopicPattern::Parse("events/{identity}/#")};
  return {own, events};
}

std::vector<AccessRule> AccessControl::WithDefaults(std::vector<AccessRule> rules) {
  const bool names_topics = std::any_of(
      rules.begin(), rules.end(), [](const AccessRule& rule) { return !rule.topics.empty(); });
  if (names_topics) return rules;
  for (AccessRule& rule : DefaultRules()) rules.push_back(std::move(rule));
  return rules;
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
