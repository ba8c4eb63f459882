#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broker/access_pattern.h"

namespace sluice::broker {

enum class Action : uint8_t { kPublish, kSubscribe };

// One line of the configured access rules.
struct AccessRule {
  enum class Effect : uint8_t { kAllow, kDeny };

  Effect effect = Effect::kAllow;
  // Whom it speaks about: a name, in which '*' stands for any run of characters ("hub-*", "*").
  std::string identity = "*";
  // Whom of those it does not speak about all the same, likewise.
  std::vector<std::string> except = {};
  bool publish = false;
  bool subscribe = false;
  std::vector<TopicPattern> topics = {};
  // Devices whose events it may (or, denied, may not) make.
  std::vector<DevicePattern> speaks_for = {};
  // How many identities it counts as where identities share something (broker/share.h); 0: the rule
  // does not say.
  uint32_t share = 0;
};

// Who may publish and subscribe where.
//
// Something is allowed when a rule that allows speaks about identity, action and topic, and none
// that denies does, wherever it stands. A rule speaks about
//   a publish    when one of its topics matches the topic name;
//   a subscribe  when it allows: one of its topics covers everything the filter can match;
//                when it denies: one of its topics has anything in common with the filter.
// So nobody reads a denied topic through a wildcard, and no wildcard of a client exceeds what it
// was given.
//
// For whom a client speaks is asked likewise, of the rules with a `speaks_for`. An identity that no
// allowing rule with a `speaks_for` is about speaks for itself only. There is no placeholder for
// the client id: a client chooses that itself, so it proves nothing.
//
// Immutable; safe from any thread. Asking allocates nothing.
class AccessControl {
 public:
  // The rules that hold unless the configuration says otherwise: a device publishes and subscribes
  // under devices/{identity}/ and reads its own events.
  static std::vector<AccessRule> DefaultRules();
  // `rules`, with the default ones behind them unless they say anything about topics: rules that
  // only say for whom somebody speaks leave what everybody may publish and read as it is.
  static std::vector<AccessRule> WithDefaults(std::vector<AccessRule> rules);
  explicit AccessControl(std::vector<AccessRule> rules) : rules_(std::move(rules)) {}

  // `topic` is a valid topic name for kPublish, a valid topic filter for kSubscribe.
  bool Allows(std::string_view identity, Action action, std::string_view topic) const;

  // Whether a rule forbids it. What is neither allowed nor forbidden may be allowed by default.
  bool Denies(std::string_view identity, Action action, std::string_view topic) const;

  // Whether the events of `device` may be made from what `identity` publishes.
  bool MaySpeakFor(std::string_view identity, std::string_view device) const;
  // Whether a rule says for whom `identity` speaks; if none does, it speaks for itself.
  bool SaysForWhomSpeaks(std::string_view identity) const;
  // Of the first rule that is about the identity and says so; otherwise 1.
  uint32_t ShareOf(std::string_view identity) const;

  // Whether `deny` may take something from what `allow` gives: both are about some identity, action
  // and topic, or device. May say yes in vain, never no.
  static bool MayOverrule(const AccessRule& deny, const AccessRule& allow);

 private:
  std::vector<AccessRule> rules_;
};

}  // namespace sluice::broker
