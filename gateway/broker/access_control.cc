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

bool IsAbout(const AccessRule& rule, std::string_view identity) {
  return GlobMatches(rule.identity, identity) &&
         std::none_of(rule.except.begin(), rule.except.end(),
                      [identity](const std::string& name) { return GlobMatches(name, identity); });
}

bool SpeaksAbout(const AccessRule& rule, std::string_view identity, Action action,
                 std::string_view topic) {
  if (!(action == Action::kPublish ? rule.publish : rule.subscribe)) return false;
  if (!IsAbout(rule, identity)) return false;
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

// Whether some rule allows what `speaks` is asked about, and none denies it.
template <typename Speaks>
bool IsAllowed(const std::vector<AccessRule>& rules, const Speaks& speaks) {
  bool allowed = false;
  for (const AccessRule& rule : rules) {
    const bool denies = rule.effect == AccessRule::Effect::kDeny;
    if (!denies && allowed) continue;
    if (!speaks(rule)) continue;
    if (denies) return false;
    allowed = true;
  }
  return allowed;
}

// Without a star one names one identity; two with stars may always mean the same.
bool GlobsMayMeet(std::string_view one, std::string_view other) {
  if (one.find('*') == one.npos) return GlobMatches(other, one);
  if (other.find('*') == other.npos) return GlobMatches(one, other);
  return true;
}

bool TopicsMayMeet(const AccessRule& one, const AccessRule& other) {
  return std::any_of(one.topics.begin(), one.topics.end(), [&](const TopicPattern& a) {
    const std::string filter = a.ForAnyIdentity();
    return std::any_of(other.topics.begin(), other.topics.end(), [&](const TopicPattern& b) {
      return TopicPattern::Parse(b.ForAnyIdentity())->Overlaps({}, filter);
    });
  });
}

// With a star in the place of the identity.
std::string ForAnyIdentity(const DevicePattern& pattern) {
  constexpr std::string_view kPlaceholder = "{identity}";
  std::string glob = pattern.text();
  for (size_t at; (at = glob.find(kPlaceholder)) != std::string::npos;) {
    glob.replace(at, kPlaceholder.size(), "*");
  }
  return glob;
}

bool DevicesMayMeet(const AccessRule& one, const AccessRule& other) {
  return std::any_of(one.speaks_for.begin(), one.speaks_for.end(), [&](const DevicePattern& a) {
    return std::any_of(
        other.speaks_for.begin(), other.speaks_for.end(),
        [&](const DevicePattern& b) { return GlobsMayMeet(ForAnyIdentity(a), ForAnyIdentity(b)); });
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
  return IsAllowed(
      rules_, [&](const AccessRule& rule) { return SpeaksAbout(rule, identity, action, topic); });
}

bool AccessControl::Denies(std::string_view identity, Action action, std::string_view topic) const {
  return std::any_of(rules_.begin(), rules_.end(), [&](const AccessRule& rule) {
    return rule.effect == AccessRule::Effect::kDeny && SpeaksAbout(rule, identity, action, topic);
  });
}

bool AccessControl::MaySpeakFor(std::string_view identity, std::string_view device) const {
  const auto speaks = [&](const AccessRule& rule) {
    return IsAbout(rule, identity) && MatchesAny(rule.speaks_for, identity, device);
  };
  if (IsAllowed(rules_, speaks)) return true;
  if (device != identity || SaysForWhomSpeaks(identity)) return false;
  return std::none_of(rules_.begin(), rules_.end(), speaks);
}

bool AccessControl::SaysForWhomSpeaks(std::string_view identity) const {
  return std::any_of(rules_.begin(), rules_.end(), [identity](const AccessRule& rule) {
    return rule.effect == AccessRule::Effect::kAllow && !rule.speaks_for.empty() &&
           IsAbout(rule, identity);
  });
}

uint32_t AccessControl::ShareOf(std::string_view identity) const {
  const auto says = [identity](const AccessRule& rule) {
    return rule.share != 0 && IsAbout(rule, identity);
  };
  const auto found = std::find_if(rules_.begin(), rules_.end(), says);
  return found == rules_.end() ? 1 : found->share;
}

bool AccessControl::MayOverrule(const AccessRule& deny, const AccessRule& allow) {
  if (!GlobsMayMeet(deny.identity, allow.identity)) return false;
  const bool same_action = (deny.publish && allow.publish) || (deny.subscribe && allow.subscribe);
  if (same_action && TopicsMayMeet(deny, allow)) return true;
  return DevicesMayMeet(deny, allow);
}

}  // namespace sluice::broker
