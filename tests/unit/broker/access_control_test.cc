#include "broker/access_control.h"

#include <gtest/gtest.h>

#include <string>

#include "support/access_rules.h"

namespace sluice::broker {
namespace {

using Effect = AccessRule::Effect;

AccessRule Rule(Effect effect, std::string identity, const std::vector<std::string>& topics,
                bool publish = true, bool subscribe = true) {
  return {effect, std::move(identity), {}, publish, subscribe, test::Topics(topics), {}, 0};
}

AccessRule Speaks(std::string identity, const std::vector<std::string>& speaks_for,
                  Effect effect = Effect::kAllow) {
  return {effect, std::move(identity), {}, false, false, {}, test::Devices(speaks_for), 0};
}

AccessControl Make(std::vector<AccessRule> rules) { return AccessControl(std::move(rules)); }

struct Decision {
  std::string_view identity;
  Action action;
  std::string_view topic;
  bool allowed;
};

void ExpectDecisions(const AccessControl& access, std::initializer_list<Decision> decisions) {
  for (const Decision& d : decisions) {
    EXPECT_EQ(access.Allows(d.identity, d.action, d.topic), d.allowed)
        << d.identity << (d.action == Action::kPublish ? " publishes " : " subscribes ") << d.topic;
  }
}

constexpr Action kPub = Action::kPublish;
constexpr Action kSub = Action::kSubscribe;

TEST(AccessControl, NoRulesAllowNothing) {
  ExpectDecisions(Make({}), {{"d1", kPub, "a", false}, {"d1", kSub, "a", false}});
}

TEST(AccessControl, DefaultIsTheDevicesOwnTopics) {
  ExpectDecisions(Make(AccessControl::DefaultRules()),
                  {{"d1", kPub, "devices/d1/temperature", true},
                   {"d1", kPub, "devices/d1", true},
                   {"d1", kPub, "devices/d2/temperature", false},
                   {"d1", kPub, "devices/d11", false},
                   {"d1", kPub, "events/d1/climate", false},
                   {"d1", kSub, "devices/d1/#", true},
                   {"d1", kSub, "devices/d1/+/set", true},
                   {"d1", kSub, "events/d1/#", true},
                   {"d1", kSub, "devices/+/set", false},
                   {"d1", kSub, "devices/#", false},
                   {"d1", kSub, "#", false},
                   {"d1", kSub, "events/d2/#", false}});
}

TEST(AccessControl, HostileIdentityOwnsNothing) {
  const AccessControl access = Make(AccessControl::DefaultRules());
  const std::string_view with_nul("d\0", 2);
  ExpectDecisions(access, {{"+", kSub, "devices/+/x", false},
                           {"+", kPub, "devices/+", false},
                           {"#", kSub, "devices/#", false},
                           {"a/b", kPub, "devices/a/b/c", false},
                           {"", kPub, "devices//c", false},
                           {with_nul, kPub, "devices/d/c", false}});
  ExpectDecisions(Make({Rule(Effect::kAllow, "*", {"{identity}/#"})}),
                  {{"$SYS", kSub, "$SYS/#", false}, {"x", kSub, "x/#", true}});
}

TEST(AccessControl, PlaceholderMayBePartOfALevel) {
  ExpectDecisions(Make({Rule(Effect::kAllow, "*", {"t/sensor-{identity}-v1/x"})}),
                  {{"d1", kPub, "t/sensor-d1-v1/x", true},
                   {"d1", kPub, "t/sensor-d2-v1/x", false},
                   {"d1", kPub, "t/sensor-d1-v2/x", false},
                   {"d1", kPub, "t/sensor-d1/x", false}});
}

TEST(AccessControl, IdentityPatternsAreGlobs) {
  ExpectDecisions(Make({Rule(Effect::kAllow, "hub-*-x*", {"a"})}),
                  {{"hub-1-x", kPub, "a", true},
                   {"hub-1-x-2", kPub, "a", true},
                   {"hub--x-x", kPub, "a", true},
                   {"hub-1", kPub, "a", false},
                   {"my-hub-1-x", kPub, "a", false},
                   {"", kPub, "a", false}});
  ExpectDecisions(Make({Rule(Effect::kAllow, "*", {"a"})}), {{"", kPub, "a", true}});
}

TEST(AccessControl, ActionsAreApart) {
  ExpectDecisions(Make({Rule(Effect::kAllow, "*", {"in/#"}, true, false),
                        Rule(Effect::kAllow, "*", {"out/#"}, false, true)}),
                  {{"d", kPub, "in/1", true},
                   {"d", kSub, "in/1", false},
                   {"d", kPub, "out/1", false},
                   {"d", kSub, "out/1", true}});
}

TEST(AccessControl, DenialWinsWhereverItStands) {
  const AccessRule admin = Rule(Effect::kAllow, "admin", {"#"});
  const AccessRule secret = Rule(Effect::kDeny, "*", {"a/secret"});
  const AccessRule all = Rule(Effect::kAllow, "*", {"a/#"});
  for (const auto& rules :
       {std::vector{admin, secret, all}, {secret, admin, all}, {admin, all, secret}}) {
    ExpectDecisions(Make(rules), {{"admin", kPub, "a/secret", false},
                                  {"admin", kPub, "b", true},
                                  {"d", kPub, "a/secret", false},
                                  {"d", kPub, "a/open", true},
                                  {"d", kSub, "a/#", false}});
  }
}

TEST(AccessControl, RuleIsNotAboutWhomItExcepts) {
  AccessRule secret = Rule(Effect::kDeny, "*", {"a/secret"});
  secret.except = {"admin", "ops-*"};
  ExpectDecisions(Make({Rule(Effect::kAllow, "*", {"a/#"}), secret}),
                  {{"admin", kPub, "a/secret", true},
                   {"ops-1", kSub, "a/#", true},
                   {"d", kPub, "a/secret", false},
                   {"d", kSub, "a/#", false}});
  AccessRule speaks = Speaks("*", {"*"});
  speaks.except = {"d"};
  const AccessControl access = Make({speaks});
  EXPECT_TRUE(access.MaySpeakFor("hub", "x"));
  EXPECT_FALSE(access.MaySpeakFor("d", "x"));
  EXPECT_TRUE(access.MaySpeakFor("d", "d"));
}

TEST(AccessControl, DenialOverrulesOnlyWhatItMeets) {
  const AccessRule secret = Rule(Effect::kDeny, "hub-*", {"a/+/secret"}, true, false);
  const auto overruled = [&](const AccessRule& allow) {
    return AccessControl::MayOverrule(secret, allow);
  };
  EXPECT_TRUE(overruled(Rule(Effect::kAllow, "*", {"a/#"})));
  EXPECT_TRUE(overruled(Rule(Effect::kAllow, "hub-1", {"x", "a/{identity}/secret"})));
  EXPECT_FALSE(overruled(Rule(Effect::kAllow, "pump", {"a/#"})));
  EXPECT_FALSE(overruled(Rule(Effect::kAllow, "*", {"b/#"})));
  EXPECT_FALSE(overruled(Rule(Effect::kAllow, "*", {"a/#"}, false, true)));
  const AccessRule safe = Speaks("*", {"safe-*"}, Effect::kDeny);
  EXPECT_TRUE(AccessControl::MayOverrule(safe, Speaks("hub", {"{identity}-x"})));
  EXPECT_FALSE(AccessControl::MayOverrule(safe, Speaks("hub", {"kitchen"})));
  EXPECT_FALSE(AccessControl::MayOverrule(safe, Rule(Effect::kAllow, "*", {"#"})));
}

TEST(AccessControl, WildcardDoesNotReadDeniedTopics) {
  ExpectDecisions(
      Make({Rule(Effect::kDeny, "*", {"a/secret/+"}), Rule(Effect::kAllow, "*", {"#"})}),
      {{"d", kSub, "#", false},
       {"d", kSub, "a/#", false},
       {"d", kSub, "a/+/x", false},
       {"d", kSub, "+/secret/x", false},
       {"d", kSub, "a/secret/#", false},
       {"d", kSub, "a/secret", true},
       {"d", kSub, "a/+", true},
       {"d", kSub, "b/#", true}});
}

TEST(AccessControl, FilterMustBeCoveredEntirely) {
  ExpectDecisions(Make({Rule(Effect::kAllow, "*", {"a/+/c", "x/#"})}), {{"d", kSub, "a/+/c", true},
                                                                        {"d", kSub, "a/b/c", true},
                                                                        {"d", kSub, "a/+/+", false},
                                                                        {"d", kSub, "a/#", false},
                                                                        {"d", kSub, "a/b", false},
                                                                        {"d", kSub, "x", true},
                                                                        {"d", kSub, "x/+", true},
                                                                        {"d", kSub, "+/x", false}});
}

TEST(AccessControl, WildcardRulesDoNotReachDollarTopics) {
  ExpectDecisions(
      Make({Rule(Effect::kAllow, "*", {"#", "+/x"})}),
      {{"d", kSub, "$SYS/#", false}, {"d", kPub, "$SYS/x", false}, {"d", kSub, "#", true}});
}

TEST(AccessControl, IdentitySpeaksForItselfUnlessARuleSaysOtherwise) {
  const AccessControl access = Make(AccessControl::DefaultRules());
  EXPECT_TRUE(access.MaySpeakFor("d1", "d1"));
  for (const char* other : {"d2", "d1x", "d", "", "D1", "*"}) {
    EXPECT_FALSE(access.MaySpeakFor("d1", other)) << other;
  }
}

TEST(AccessControl, HubSpeaksForTheDevicesOfItsRuleOnly) {
  const AccessControl access = Make({Speaks("hub-*", {"kitchen", "cellar-*-t", "{identity}-*"})});
  for (const char* device :
       {"kitchen", "cellar-1-t", "cellar--t", "cellar-t-t-t", "hub-1-", "hub-1-x"}) {
    EXPECT_TRUE(access.MaySpeakFor("hub-1", device)) << device;
  }
  // Not even for itself: its rule would say so with "{identity}".
  for (const char* device :
       {"hub-1", "kitchen2", "cellar-t", "cellar-1-", "hub-2-x", "hub-1x", ""}) {
    EXPECT_FALSE(access.MaySpeakFor("hub-1", device)) << device;
  }
  EXPECT_FALSE(access.MaySpeakFor("other", "kitchen"));
  EXPECT_TRUE(access.MaySpeakFor("other", "other"));
}

TEST(AccessControl, DenialWinsForDevicesToo) {
  const AccessControl access = Make(
      {Speaks("*", {"safe-*"}, Effect::kDeny), Speaks("hub", {"hub", "a"}), Speaks("*", {"b*"})});
  EXPECT_FALSE(access.MaySpeakFor("hub", "safe-1"));
  EXPECT_FALSE(access.MaySpeakFor("safe-1", "safe-1"));
  EXPECT_TRUE(access.MaySpeakFor("hub", "a"));
  EXPECT_TRUE(access.MaySpeakFor("hub", "b1"));
  EXPECT_FALSE(access.MaySpeakFor("d", "a"));
}

TEST(AccessControl, DenyingAloneLeavesAnIdentityItself) {
  const AccessControl access = Make({Speaks("*", {"safe"}, Effect::kDeny)});
  EXPECT_TRUE(access.MaySpeakFor("d", "d"));
  EXPECT_FALSE(access.MaySpeakFor("safe", "safe"));
  EXPECT_FALSE(access.SaysForWhomSpeaks("d"));
}

// The name in a certificate is text from outside and never a pattern.
TEST(AccessControl, HostileIdentitySpeaksForNobodyElse) {
  const AccessControl access = Make({Speaks("*", {"{identity}", "{identity}-*"})});
  EXPECT_FALSE(access.MaySpeakFor("*", "d1"));
  EXPECT_FALSE(access.MaySpeakFor("d*", "d1"));
  EXPECT_FALSE(access.MaySpeakFor("{identity}", "d1"));
  EXPECT_FALSE(access.MaySpeakFor("", "-x"));
  EXPECT_FALSE(access.MaySpeakFor("$SYS", "$SYS"));
  EXPECT_FALSE(access.MaySpeakFor("+", "+"));
}

}  // namespace
}  // namespace sluice::broker
