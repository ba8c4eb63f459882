#include "broker/retained_changes.h"

#include <gtest/gtest.h>

#include <string>

#include "broker/retained_store.h"
#include "broker/state_sink.h"

namespace sluice::broker {
namespace {

using namespace std::chrono_literals;

// Takes so many at a time and writes down what it is given: "a=1 -b".
class FakeStateSink final : public StateSink {
 public:
  void OnRetainedWaits() override { ++told; }
  bool has_room() const override { return room > 0; }
  void RetainedChanged(const RetainedRecord& record) override {
    Write(std::string(record.topic) + "=" + std::string(AsText(record.payload)));
    last_received = record.received;
    last_holder = record.holder;
  }
  void RetainedRemoved(std::string_view topic) override { Write("-" + std::string(topic)); }

  int told = 0;
  size_t room = SIZE_MAX;
  std::string given;
  std::optional<WallTime> last_received;
  std::string last_holder;

 private:
  void Write(const std::string& text) {
    --room;
    given += (given.empty() ? "" : " ") + text;
  }
};

class RetainedChangesTest : public testing::Test {
 protected:
  RetainedChangesTest() { store_.SetSink(&sink_); }

  void Retain(const std::string& topic, const std::string& payload,
              std::optional<uint32_t> expiry_seconds = {}) {
    codec::Publish publish;
    publish.topic = topic;
    publish.payload = AsBytes(payload);
    publish.properties.message_expiry_interval = expiry_seconds;
    store_.Store(pool_.Make(publish, now_, {}), now_, party_);
  }
  std::string HandOver(size_t room = SIZE_MAX) {
    sink_.room = room;
    sink_.given.clear();
    store_.HandOver(now_, wall_, &sink_);
    return sink_.given;
  }

  MonotonicTime now_{1000s};
  std::optional<WallTime> wall_ = FromUnixNanos(1'790'000'000'000'000'000);
  Shares shares_;
  PartyRef party_ = shares_.Of("dev", 1);
  Metrics metrics_;
  Counters counters_{metrics_};
  MessagePool pool_;
  FakeStateSink sink_;
  RetainedStore store_{{.max_retained_bytes = 4000}, &shares_, &counters_};
};

TEST_F(RetainedChangesTest, EachTopicWaitsOnceWithItsLatestMessage) {
  Retain("a", "1");
  Retain("b", "1");
  Retain("a", "2");
  EXPECT_EQ(store_.waiting(), 2U);
  EXPECT_EQ(sink_.told, 3);
  EXPECT_EQ(HandOver(), "a=2 b=1");
  EXPECT_FALSE(store_.has_waiting());
  EXPECT_EQ(HandOver(), "");
}

TEST_F(RetainedChangesTest, OneThatChangesAllTheTimeKeepsNoneFromItsTurn) {
  Retain("a", "0");
  Retain("b", "0");
  EXPECT_EQ(HandOver(1), "a=0");
  Retain("a", "1");
  EXPECT_EQ(HandOver(1), "b=0");
  EXPECT_EQ(HandOver(1), "a=1");
}

TEST_F(RetainedChangesTest, KeepsItsPlaceWhenItChangesWhileItWaits) {
  Retain("a", "0");
  Retain("b", "0");
  Retain("a", "1");
  EXPECT_EQ(HandOver(1), "a=1");
}

TEST_F(RetainedChangesTest, RemovalIsHandedOverOnlyIfItMayBeStored) {
  Retain("never-stored", "1");
  Retain("never-stored", "");
  EXPECT_FALSE(store_.has_waiting());
  Retain("a", "1");
  HandOver();
  Retain("a", "");
  EXPECT_EQ(HandOver(), "-a");
  Retain("a", "");
  EXPECT_EQ(HandOver(), "");
}

TEST_F(RetainedChangesTest, TopicThatComesBackIsNotRemoved) {
  Retain("a", "1");
  HandOver();
  Retain("a", "");
  Retain("a", "2");
  EXPECT_EQ(HandOver(), "a=2");
  Retain("a", "");
  Retain("a", "3");
  Retain("a", "");
  EXPECT_EQ(HandOver(), "-a");
}

// A client that sets and clears ever new topics while nothing can be written.
TEST_F(RetainedChangesTest, NothingPilesUpWhileNothingIsHandedOver) {
  Retain("stored", "1");
  HandOver();
  for (int i = 0; i < 1000; ++i) {
    Retain("t" + std::to_string(i), "1");
    Retain("t" + std::to_string(i), "");
    Retain("stored", std::to_string(i % 2 == 0 ? 1 : 0));
    Retain("stored", "");
  }
  EXPECT_EQ(store_.waiting(), 1U);
  EXPECT_EQ(HandOver(), "-stored");
}

TEST_F(RetainedChangesTest, WhatIsEvictedOrExpiredIsRemoved) {
  Retain("expires", "1", 10);
  Retain("stays", "1");
  HandOver();
  now_ += 11s;
  std::string after;
  size_t looks = 100;
  store_.Next("expires", &after, now_, &looks);
  EXPECT_EQ(HandOver(), "-expires");
}

TEST_F(RetainedChangesTest, RefusedMessageRemovesTheOneBefore) {
  Retain("a", "1");
  HandOver();
  Retain("a", std::string(5000, 'x'));
  EXPECT_EQ(store_.size(), 0U);
  EXPECT_EQ(HandOver(), "-a");
}

TEST_F(RetainedChangesTest, EverythingIsHandedOverAgainInSlices) {
  RetainedStore store({}, &shares_, &counters_);
  store.SetSink(&sink_);
  for (int i = 0; i < 700; ++i) {
    codec::Publish publish;
    const std::string topic = "t" + std::to_string(i);
    publish.topic = topic;
    publish.payload = AsBytes("x");
    store.Store(pool_.Make(publish, now_, {}), now_, party_);
  }
  store.HandOver(now_, wall_, &sink_);
  EXPECT_FALSE(store.has_waiting());
  store.HandOverAll();
  int rounds = 0;
  sink_.given.clear();
  for (; store.has_waiting(); ++rounds) store.HandOver(now_, wall_, &sink_);
  EXPECT_EQ(rounds, 3);
  EXPECT_EQ(std::count(sink_.given.begin(), sink_.given.end(), '='), 700);
}

TEST_F(RetainedChangesTest, TimesAreWallTime) {
  Retain("a", "1");
  now_ += 30s;
  HandOver();
  EXPECT_EQ(sink_.last_received, *wall_ - 30s);
  EXPECT_EQ(sink_.last_holder, "dev");
  Retain("a", "2");
  wall_.reset();
  HandOver();
  EXPECT_FALSE(sink_.last_received);
}

TEST_F(RetainedChangesTest, WithoutASinkNothingWaits) {
  store_.SetSink(nullptr);
  Retain("a", "1");
  Retain("a", "");
  Retain("b", "1");
  EXPECT_FALSE(store_.has_waiting());
}

}  // namespace
}  // namespace sluice::broker
