#include "config/access.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace sluice::config {
namespace {

using broker::AccessRule;

constexpr std::array<std::string_view, 4> kRules = {"publish", "subscribe", "speaks_for", "share"};

// A rule for each of the keys, so that the first that is about something decides about it alone.
void AddRules(const AccessConfig& access, std::vector<AccessRule>* rules) {
  AccessRule base;
  base.effect = access.deny ? AccessRule::Effect::kDeny : AccessRule::Effect::kAllow;
  base.identity = access.identity;
  AccessRule publish = base, subscribe = base, speaks_for = base;
  publish.publish = subscribe.subscribe = true;
  publish.topics = access.publish;
  subscribe.topics = access.subscribe;
  speaks_for.speaks_for = access.speaks_for;
  speaks_for.share = static_cast<uint32_t>(access.share);
  if (!publish.topics.empty()) rules->push_back(std::move(publish));
  if (!subscribe.topics.empty()) rules->push_back(std::move(subscribe));
  if (!speaks_for.speaks_for.empty() || speaks_for.share != 0) {
    rules->push_back(std::move(speaks_for));
  }
}

}  // namespace

void Read(TableReader& t, AccessConfig* access) {
  t.Text("identity", &access->identity);
  t.Flag("deny", &access->deny);
  t.ParsedList("publish", &access->publish, broker::TopicPattern::Parse);
  t.ParsedList("subscribe", &access->subscribe, broker::TopicPattern::Parse);
  t.ParsedList("speaks_for", &access->speaks_for, broker::DevicePattern::Parse);
  t.Number("share", 1, 10'000, &access->share);
  if (access->share != 0 && access->deny) {
    t.Error("share", "can't be denied; remove deny or share");
  }
  if (t.IsEmptyList("speaks_for")) {
    t.Error("speaks_for",
            "is empty; name devices, or leave it out: then an identity speaks for itself");
  } else if (std::all_of(kRules.begin(), kRules.end(),
                         [&](std::string_view key) { return !t.Has(key) || t.IsEmptyList(key); })) {
    t.Error("publish, subscribe, speaks_for and share",
            "are all missing; a rule needs one of them");
  }
}

std::vector<AccessRule> ToAccessRules(const std::vector<AccessConfig>& access) {
  std::vector<AccessRule> rules;
  for (const AccessConfig& section : access) AddRules(section, &rules);
  return broker::AccessControl::WithDefaults(std::move(rules));
}

}  // namespace sluice::config
