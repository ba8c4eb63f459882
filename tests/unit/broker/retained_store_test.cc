#include "broker/retained_store.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "base/random.h"

namespace sluice::broker {
namespace {

using namespace std::chrono_literals;

class RetainedStoreTest : public testing::Test {
 protected:
  void Store(RetainedStore& store, const std::string& topic, size_t payload_bytes = 1,
             std::optional<uint32_t> expiry_seconds = {}) {
    const std::string payload(payload_bytes, 'x');
    codec::Publish publish;
    publish.topic = topic;
    publish.payload = AsBytes(payload);
    publish.properties.message_expiry_interval = expiry_seconds;
    store.Store(pool_.Make(publish, now_, {}), now_, party_);
  }
  std::string All(RetainedStore& store, std::string_view filter) {
    std::string topics, after;
    size_t looks = 1000;
    while (store.Next(filter, &after, now_, &looks)) topics += after + " ";
    return topics;
  }

  MonotonicTime now_{1000s};
  Shares shares_;
  PartyRef party_ = shares_.Of("dev", 1);
  Metrics metrics_;
  Counters counters_{metrics_};
  MessagePool pool_;
};

TEST_F(RetainedStoreTest, FiltersFindTheirTopics) {
  RetainedStore store({}, &shares_, &counters_);
  for (const char* topic : {"a", "a/b", "a/b/c", "a-b", "a/", "b/b", "$SYS/x"}) Store(store, topic);
  EXPECT_EQ(All(store, "a/b"), "a/b ");
  EXPECT_EQ(All(store, "a/#"), "a a/ a/b a/b/c ");
  EXPECT_EQ(All(store, "a/+"), "a/ a/b ");
  EXPECT_EQ(All(store, "+/b"), "a/b b/b ");
  EXPECT_EQ(All(store, "#"), "a a-b a/ a/b a/b/c b/b ");
  EXPECT_EQ(All(store, "$SYS/#"), "$SYS/x ");
  EXPECT_EQ(All(store, "c/#"), "");
}

TEST_F(RetainedStoreTest, FullStoreRefusesTheNewest) {
  RetainedStore store({.max_retained_bytes = 1000}, &shares_, &counters_);
  for (int i = 0; i < 9; ++i) Store(store, "t" + std::to_string(i), 100);
  EXPECT_LE(store.bytes(), 1000U);
  EXPECT_EQ(store.size() + counters_.retained_refused.value(), 9U);
  EXPECT_EQ(All(store, "t0"), "t0 ");
  EXPECT_EQ(All(store, "t8"), "");
}

TEST_F(RetainedStoreTest, FullStoreDropsTheOldestWhenToldSo) {
  RetainedStore store({.max_retained_bytes = 1000, .retained_policy = OverflowPolicy::kDropOldest},
                      &shares_, &counters_);
  for (int i = 0; i < 9; ++i) Store(store, "t" + std::to_string(i), 100);
  EXPECT_LE(store.bytes(), 1000U);
  EXPECT_EQ(store.size() + counters_.retained_evicted.value(), 9U);
  EXPECT_EQ(All(store, "t0"), "");
  EXPECT_EQ(All(store, "t8"), "t8 ");
}

TEST_F(RetainedStoreTest, ReplacingNeedsNoMoreRoom) {
  RetainedStore store({.max_retained_bytes = 400}, &shares_, &counters_);
  for (int i = 0; i < 9; ++i) Store(store, "t", 100);
  EXPECT_EQ(store.size(), 1U);
  EXPECT_EQ(counters_.retained_refused.value(), 0U);
}

TEST_F(RetainedStoreTest, RefusedMessageDoesNotLeaveAStaleOne) {
  RetainedStore store({.max_retained_bytes = 400}, &shares_, &counters_);
  Store(store, "t", 1);
  Store(store, "t", 1000);
  EXPECT_EQ(All(store, "t"), "");
}

TEST_F(RetainedStoreTest, ExpiredOnesMakeRoom) {
  RetainedStore store({.max_retained_bytes = 400}, &shares_, &counters_);
  Store(store, "old", 100, 10);
  now_ += 10s;
  Store(store, "new", 100);
  EXPECT_EQ(All(store, "#"), "new ");
}

TEST_F(RetainedStoreTest, ReadingGoesOnWhereTheTopicHasGone) {
  RetainedStore store({}, &shares_, &counters_);
  for (const char* topic : {"a", "b", "c"}) Store(store, topic);
  Store(store, "b", 0);
  std::string after = "b";
  size_t looks = 10;
  EXPECT_EQ(store.Next("#", &after, now_, &looks)->topic(), "c");
  EXPECT_FALSE(store.Next("#", &after, now_, &looks));
}

TEST_F(RetainedStoreTest, SearchStopsAfterItsLooksAndGoesOnThere) {
  RetainedStore store({}, &shares_, &counters_);
  for (int i = 10; i < 60; ++i) Store(store, "t" + std::to_string(i) + "/x");
  Store(store, "t99/y");
  std::string after;
  size_t looks = 20;
  EXPECT_FALSE(store.Next("+/y", &after, now_, &looks));
  EXPECT_EQ(looks, 0U);
  EXPECT_EQ(after, "t29/x");
  looks = 20;
  EXPECT_FALSE(store.Next("+/y", &after, now_, &looks));
  looks = 20;
  EXPECT_TRUE(store.Next("+/y", &after, now_, &looks));
  EXPECT_EQ(after, "t99/y");
  EXPECT_EQ(looks, 9U);
  EXPECT_FALSE(store.Next("+/y", &after, now_, &looks));
  EXPECT_EQ(looks, 9U);
}

// A device that retains whatever it can leaves the others theirs.
TEST_F(RetainedStoreTest, WhoHoldsMostLosesItsOldest) {
  RetainedStore store({.max_retained_bytes = 4000}, &shares_, &counters_);
  const PartyRef hog = party_, other = shares_.Of("other", 1);
  party_ = other;
  Store(store, "other", 100);
  party_ = hog;
  for (int i = 0; i < 100; ++i) Store(store, "t" + std::to_string(i), 100);
  EXPECT_EQ(All(store, "other"), "other ");
  party_ = other;
  Store(store, "other2", 100);
  EXPECT_EQ(All(store, "other2"), "other2 ");
  EXPECT_EQ(All(store, "t0"), "");
  EXPECT_GT(counters_.retained_evicted.value(), 0U);
}

// Against a map of topics.
TEST_F(RetainedStoreTest, RandomMessagesAreWhatAMapHolds) {
  Random random(5);
  RetainedStore store({}, &shares_, &counters_);
  std::map<std::string, MonotonicTime> model;  // when it expires
  for (int step = 0; step < 3000; ++step) {
    const std::string topic = "t/" + std::to_string(random.Below(20));
    const auto seconds = static_cast<uint32_t>(random.Below(4));
    now_ += std::chrono::seconds(random.Below(2));
    if (random.Below(4) == 0) {
      Store(store, topic, 0);
      model.erase(topic);
    } else {
      Store(store, topic, 10, seconds == 0 ? std::nullopt : std::optional(seconds));
      model[topic] = seconds == 0 ? MonotonicTime::max() : now_ + std::chrono::seconds(seconds);
    }
    std::erase_if(model, [&](const auto& entry) { return entry.second <= now_; });
    std::string expected;
    for (const auto& [name, expiry] : model) expected += name + " ";
    ASSERT_EQ(All(store, "t/+"), expected);
    store.CheckInvariants();
  }
}

TEST_F(RetainedStoreTest, InvariantsHoldInTooLittleRoom) {
  Random random(6);
  RetainedStore store({.max_retained_bytes = 2000, .retained_policy = OverflowPolicy::kDropOldest},
                      &shares_, &counters_);
  const PartyRef other = shares_.Of("other", 2), mine = party_;
  for (int step = 0; step < 3000; ++step) {
    party_ = random.Below(2) == 0 ? mine : other;
    const auto seconds = static_cast<uint32_t>(random.Below(4));
    Store(store, std::to_string(random.Below(20)), random.Below(600),
          seconds == 0 ? std::nullopt : std::optional(seconds));
    if (random.Below(10) == 0) now_ += 1s;
    store.CheckInvariants();
    shares_.CheckInvariants();
  }
}

}  // namespace
}  // namespace sluice::broker
