// Topics against filters: the matcher, the subscription tree, the retained store's prefix and
// access control against slow, obvious models.
//
// The input is text. Its first line is a topic, each other line one filter, which a client of the
// line's number subscribes to; a line that begins with '-' unsubscribes again from the filter
// behind it.

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "broker/access_control.h"
#include "broker/subscription_tree.h"
#include "broker/topic_filter.h"
#include "codec/topic.h"
#include "codec/topic_match.h"

namespace sluice::broker {
namespace {

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

using Levels = std::vector<std::string>;

// Section 4.7 word for word, on lists of levels.
bool ModelMatches(const Levels& filter, size_t f, const Levels& topic, size_t t) {
  if (f == filter.size()) return t == topic.size();
  if (filter[f] == "#") return true;
  if (t == topic.size()) return false;
  return (filter[f] == "+" || filter[f] == topic[t]) && ModelMatches(filter, f + 1, topic, t + 1);
}

bool ModelMatches(const std::string& filter, const std::string& topic) {
  if (topic[0] == '$' && (filter[0] == '+' || filter[0] == '#')) return false;
  return ModelMatches(Split(filter, '/'), 0, Split(topic, '/'), 0);
}

bool IsUsableFilter(const std::string& filter) {
  return codec::IsTopicFilter(filter) && LevelsOf(filter) <= kMaxFilterLevels &&
         !codec::IsShared(filter);
}

AccessControl Rules(const std::string& filter, AccessRule::Effect effect) {
  AccessRule rule{effect, "*", {}, true, true, {*TopicPattern::Parse(filter)}};
  AccessRule rest{AccessRule::Effect::kAllow, "*", {}, true, true};
  rest.topics = {*TopicPattern::Parse("#"), *TopicPattern::Parse("$SYS/#")};
  std::vector<AccessRule> rules{rule};
  if (effect == AccessRule::Effect::kDeny) rules.push_back(rest);
  return AccessControl(std::move(rules));
}

// What a client may subscribe to never shows it a topic that it may not read.
void CheckAccess(const std::string& pattern, const std::string& filter, const std::string& topic) {
  if (pattern.find_first_of("{}") != std::string::npos || !codec::Matches(filter, topic)) return;
  const AccessControl allow = Rules(pattern, AccessRule::Effect::kAllow);
  if (allow.Allows("d", Action::kSubscribe, filter)) SLUICE_CHECK(codec::Matches(pattern, topic));
  const AccessControl deny = Rules(pattern, AccessRule::Effect::kDeny);
  if (deny.Allows("d", Action::kSubscribe, filter)) SLUICE_CHECK(!codec::Matches(pattern, topic));
}

class Check {
 public:
  explicit Check(std::string topic) : topic_(std::move(topic)) {}

  void Line(const std::string& line, ClientSlot client) {
    const bool removes = line.starts_with('-');
    const std::string filter = removes ? line.substr(1) : line;
    if (!IsUsableFilter(filter)) return;
    SLUICE_CHECK(codec::Matches(filter, topic_) == ModelMatches(filter, topic_));
    if (codec::Matches(filter, topic_)) SLUICE_CHECK(topic_.starts_with(LiteralPrefix(filter)));
    if (!last_filter_.empty()) CheckAccess(last_filter_, filter, topic_);
    last_filter_ = filter;
    removes ? Unsubscribe(filter) : Subscribe(filter, client);
  }

  void CompareTree() const {
    std::vector<ClientSlot> from_tree, from_model;
    tree_.Match(topic_, [&from_tree](const Subscription& s) {
      from_tree.push_back(s.client);
      return true;
    });
    for (const auto& [key, filter] : model_) {
      if (ModelMatches(filter, topic_)) from_model.push_back(key.second);
    }
    std::sort(from_tree.begin(), from_tree.end());
    std::sort(from_model.begin(), from_model.end());
    SLUICE_CHECK(from_tree == from_model);
    SLUICE_CHECK(tree_.HasMatch(topic_) == !from_model.empty());
    SLUICE_CHECK(tree_.size() == model_.size());
  }

  void RemoveAll() {
    for (const auto& [key, filter] : model_) SLUICE_CHECK(tree_.Unsubscribe(filter, key.second));
    SLUICE_CHECK(tree_.bytes() == 0 && tree_.size() == 0);
  }

 private:
  // Few clients, so that they meet at the same filter, also twice.
  void Subscribe(const std::string& filter, ClientSlot client) {
    const auto outcome = tree_.Subscribe(filter, {client % 4, {}});
    if (outcome == SubscriptionTree::Outcome::kFull) return;
    const bool is_new = model_.emplace(std::pair(filter, client % 4), filter).second;
    SLUICE_CHECK(is_new == (outcome == SubscriptionTree::Outcome::kAdded));
  }
  void Unsubscribe(const std::string& filter) {
    for (ClientSlot client = 0; client < 4; ++client) {
      const bool existed = model_.erase({filter, client}) > 0;
      SLUICE_CHECK(tree_.Unsubscribe(filter, client) == existed);
    }
  }

  const std::string topic_;
  std::string last_filter_;
  SubscriptionTree tree_{64 * 1024};
  std::map<std::pair<std::string, ClientSlot>, std::string> model_;
};

}  // namespace
}  // namespace sluice::broker

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice::broker;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string> lines = Split(text, '\n');
  const std::string& topic = lines[0];
  if (!sluice::codec::IsTopicName(topic)) return 0;
  Check check(topic);
  for (size_t i = 1; i < lines.size(); ++i) check.Line(lines[i], static_cast<ClientSlot>(i));
  check.CompareTree();
  check.RemoveAll();
  return 0;
}
