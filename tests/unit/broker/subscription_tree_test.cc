#include "broker/subscription_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"

namespace sluice::broker {
namespace {

using Outcome = SubscriptionTree::Outcome;

class SubscriptionTreeTest : public testing::Test {
 protected:
  Outcome Subscribe(std::string_view filter, ClientSlot client, codec::Qos max_qos = {}) {
    return tree_.Subscribe(filter, {client, {.max_qos = max_qos}});
  }
  // The clients that a message to `topic` reaches, sorted; one entry per matching subscription.
  std::vector<ClientSlot> Reached(std::string_view topic) {
    std::vector<ClientSlot> clients;
    tree_.Match(topic, [&clients](const Subscription& s) {
      clients.push_back(s.client);
      return true;
    });
    std::sort(clients.begin(), clients.end());
    return clients;
  }

  void TearDown() override { tree_.CheckInvariants(); }

  using Clients = std::vector<ClientSlot>;
  SubscriptionTree tree_{1 << 20};
};

TEST_F(SubscriptionTreeTest, EmptyTreeMatchesNothing) {
  EXPECT_FALSE(tree_.HasMatch("a"));
  EXPECT_EQ(tree_.bytes(), 0U);
}

TEST_F(SubscriptionTreeTest, EveryKindOfLevelMatches) {
  Subscribe("a/b", 1);
  Subscribe("a/+", 2);
  Subscribe("a/#", 3);
  Subscribe("+/b", 4);
  Subscribe("#", 5);
  EXPECT_EQ(Reached("a/b"), (Clients{1, 2, 3, 4, 5}));
  EXPECT_EQ(Reached("a"), (Clients{3, 5}));
  EXPECT_EQ(Reached("a/b/c"), (Clients{3, 5}));
}

TEST_F(SubscriptionTreeTest, KnowsWhetherAnybodyListensBelowALevel) {
  for (const char* filter : {"#", "events/#", "events/d/t", "events/+/t", "+/d", "+/#"}) {
    Subscribe(filter, 1);
    EXPECT_TRUE(tree_.MayMatchBelow("events")) << filter;
    tree_.Unsubscribe(filter, 1);
  }
  for (const char* filter : {"events", "+", "devices/#", "devices/events/#"}) Subscribe(filter, 1);
  EXPECT_FALSE(tree_.MayMatchBelow("events"));
}

TEST_F(SubscriptionTreeTest, WildcardsDoNotReachDollarTopics) {  // [MQTT-4.7.2-1]
  Subscribe("#", 1);
  Subscribe("+/x", 2);
  Subscribe("$SYS/#", 3);
  Subscribe("$SYS/+", 4);
  EXPECT_EQ(Reached("$SYS/x"), (Clients{3, 4}));
  EXPECT_EQ(Reached("$SYS"), (Clients{3}));
}

TEST_F(SubscriptionTreeTest, SameFilterOfTheSameClientIsReplaced) {  // [MQTT-3.8.4-3]
  EXPECT_EQ(Subscribe("a/+", 1), Outcome::kAdded);
  EXPECT_EQ(Subscribe("a/+", 1, codec::Qos::kExactlyOnce), Outcome::kReplaced);
  EXPECT_EQ(tree_.size(), 1U);
  tree_.Match("a/b", [](const Subscription& s) {
    EXPECT_EQ(s.options.max_qos, codec::Qos::kExactlyOnce);
    return true;
  });
}

TEST_F(SubscriptionTreeTest, ClientComesOncePerMatchingFilter) {
  Subscribe("a", 1);
  Subscribe("+", 1);
  EXPECT_EQ(Reached("a"), (Clients{1, 1}));
}

TEST_F(SubscriptionTreeTest, VisitStopsWhenTold) {
  for (ClientSlot client = 0; client < 10; ++client) Subscribe("a", client);
  int visits = 0;
  tree_.Match("a", [&visits](const Subscription&) { return ++visits < 3; });
  EXPECT_EQ(visits, 3);
}

TEST_F(SubscriptionTreeTest, UnsubscribeTakesOnlyWhatItNames) {
  Subscribe("a/b", 1);
  Subscribe("a/b", 2);
  EXPECT_TRUE(tree_.Unsubscribe("a/b", 1));
  EXPECT_FALSE(tree_.Unsubscribe("a/b", 1));
  EXPECT_FALSE(tree_.Unsubscribe("a", 2));
  EXPECT_FALSE(tree_.Unsubscribe("a/b/c", 2));
  EXPECT_FALSE(tree_.Unsubscribe("a/#", 2));
  EXPECT_EQ(Reached("a/b"), (Clients{2}));
}

TEST_F(SubscriptionTreeTest, TreeIsEmptyAfterTheLastUnsubscribe) {
  const char* const filters[] = {"a/b/c", "a/b/#", "a/+/c", "#", "+", "/", "a"};
  for (const char* filter : filters) Subscribe(filter, 1);
  for (const char* filter : filters) EXPECT_TRUE(tree_.Unsubscribe(filter, 1)) << filter;
  EXPECT_EQ(tree_.bytes(), 0U);
  EXPECT_EQ(tree_.size(), 0U);
  EXPECT_FALSE(tree_.HasMatch("a/b/c"));
}

TEST_F(SubscriptionTreeTest, PruningStopsAtWhatIsStillUsed) {
  Subscribe("a/b", 1);
  Subscribe("a/b/c/d", 2);
  tree_.Unsubscribe("a/b/c/d", 2);
  EXPECT_EQ(Reached("a/b"), (Clients{1}));
}

// Against a list of filters, which are compared one by one.
TEST_F(SubscriptionTreeTest, RandomFiltersReachWhomAListOfThemReaches) {
  Random random(11);
  const auto levels = [&](std::initializer_list<const char*> words) {
    std::string text = words.begin()[random.Below(words.size())];
    while (random.Below(3) > 0 && !text.ends_with('#')) {
      text += "/" + std::string(words.begin()[random.Below(words.size())]);
    }
    return text;
  };
  std::set<std::pair<std::string, ClientSlot>> model;
  for (int step = 0; step < 5000; ++step) {
    const std::string filter = levels({"a", "b", "+", "", "#", "$s"});
    const auto client = static_cast<ClientSlot>(random.Below(4));
    if (random.Below(2) == 0) {
      ASSERT_EQ(Subscribe(filter, client) == Outcome::kAdded,
                model.insert({filter, client}).second);
    } else {
      ASSERT_EQ(tree_.Unsubscribe(filter, client), model.erase({filter, client}) > 0);
    }
    const std::string topic = levels({"a", "b", "", "$s"});
    Clients expected;
    for (const auto& [f, c] : model) {
      if (codec::Matches(f, topic)) expected.push_back(c);
    }
    std::sort(expected.begin(), expected.end());
    ASSERT_EQ(Reached(topic), expected) << topic;
    tree_.CheckInvariants();
  }
}

TEST(SubscriptionTreeBound, FullTreeRefusesNewFiltersButReplacesOldOnes) {
  SubscriptionTree tree(2000);
  size_t added = 0;
  while (tree.Subscribe("filter" + std::to_string(added), {1, {}}) == Outcome::kAdded) ++added;
  EXPECT_GT(added, 0U);
  EXPECT_LE(tree.bytes(), 2000U);
  EXPECT_EQ(tree.Subscribe("filter0", {1, {.max_qos = codec::Qos::kAtLeastOnce}}),
            Outcome::kReplaced);
  EXPECT_TRUE(tree.Unsubscribe("filter0", 1));
  EXPECT_EQ(tree.Subscribe("filter0", {1, {}}), Outcome::kAdded);
}

}  // namespace
}  // namespace sluice::broker
