#include "config/access.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace sluice::config {
namespace {

using broker::AccessRule;

constexpr std::array<std::string_view, 4> kRules = {"publish", "subscribe", "speaks_for", "share"};

// A rule for each of the keys, each of which is about something else.
void AddRules(const AccessConfig& access, std::vector<AccessRule>* rules) {
  AccessRule base;
  base.effect = access.deny ? AccessRule::Effect::kDeny : AccessRule::Effect::kAllow;
  base.identity = access.identity;
  base.except = access.except;
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

bool MayOverrule(const AccessConfig& deny, const AccessConfig& allow) {
  std::vector<AccessRule> denying, allowing;
  AddRules(deny, &denying);
  AddRules(allow, &allowing);
  return std::any_of(denying.begin(), denying.end(), [&](const AccessRule& one) {
    return std::any_of(allowing.begin(), allowing.end(), [&](const AccessRule& other) {
      return broker::AccessControl::MayOverrule(one, other);
    });
  });
}

}  // namespace

void Read(TableReader& t, AccessConfig* access) {
  t.Text("identity", &access->identity);
  t.TextList("except", &access->except);
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

void CheckAccess(const std::vector<AccessConfig>& access, Diagnostics* diagnostics) {
  for (size_t i = 1; i < access.size(); ++i) {
    if (!access[i].deny) continue;
    for (size_t before = 0; before < i; ++before) {
      if (access[before].deny || !MayOverrule(access[i], access[before])) continue;
      diagnostics->Warning(fmt::format(
          "[[access]] number {} denies, and wins now over number {}, which stands before it and "
          "decided until 0.1; if that is meant, write it in front, else leave out of it whom or "
          "what it is not about, as with except",
          i + 1, before + 1));
      break;
    }
  }
}

std::vector<AccessRule> ToAccessRules(const std::vector<AccessConfig>& access) {
  std::vector<AccessRule> rules;
  for (const AccessConfig& section : access) AddRules(section, &rules);
  return broker::AccessControl::WithDefaults(std::move(rules));
}

}  // namespace sluice::config
