// What comes back from where it was stored is checked like what a peer sends.

#include "broker_fixture.h"

namespace sluice::broker {
namespace {

using namespace std::chrono_literals;
using Restored = Broker::Restored;

class RestoreTest : public BrokerTest {
 protected:
  class Sink final : public StateSink {
   public:
    void OnRetainedWaits() override {}
    bool has_room() const override { return true; }
    void RetainedChanged(const RetainedRecord& record) override {
      given.push_back(std::string(record.topic));
    }
    void RetainedRemoved(std::string_view topic) override {
      given.push_back("-" + std::string(topic));
    }
    Lines given;
  };

  RestoreTest() {
    broker_->SetStateSink(&state_);
    record_.topic = "a";
    record_.holder = "dev";
    record_.qos = Qos::kAtLeastOnce;
    record_.received = clock_.WallNow();
    record_.payload = AsBytes("1");
  }
  ~RestoreTest() override { broker_->SetStateSink(nullptr); }

  Restored Restore() { return broker_->RestoreRetained(clock_.Now(), clock_.WallNow(), record_); }
  Lines Given() {
    broker_->HandOverRetained(clock_.Now(), clock_.WallNow());
    return std::exchange(state_.given, {});
  }
  Lines Held() {
    FakeClient& client = Connect("reader" + std::to_string(clients_.size()));
    Subscribe(client, "#");
    return client.Take();
  }

  Sink state_;
  RetainedRecord record_;
  const uint8_t expiry_[6] = {5, 2, 0, 0, 0, 100};  // Message Expiry Interval, 100 s
};

TEST_F(RestoreTest, IsServedAndNotStoredAgain) {
  EXPECT_EQ(Restore(), Restored::kTaken);
  EXPECT_EQ(Held(), Lines{"a=1 q1 r"});
  EXPECT_EQ(Given(), Lines{});
  EXPECT_EQ(broker_->PartyOf("dev")->used(Budget::kRetained), broker_->retained_bytes());
}

TEST_F(RestoreTest, ExpiryGoesOnWhereItWas) {
  record_.properties = expiry_;
  record_.received = clock_.WallNow() - 40s;
  EXPECT_EQ(Restore(), Restored::kTaken);
  EXPECT_EQ(Held(), Lines{"a=1 q1 r e60"});
  record_.received = clock_.WallNow() - 100s;
  record_.topic = "b";
  EXPECT_EQ(Restore(), Restored::kExpired);
  EXPECT_EQ(Given(), Lines{"-b"});
}

TEST_F(RestoreTest, MessageFromTheFutureHasNoAge) {
  record_.properties = expiry_;
  record_.received = clock_.WallNow() + 1h;
  EXPECT_EQ(Restore(), Restored::kTaken);
  EXPECT_EQ(Held(), Lines{"a=1 q1 r e100"});
}

TEST_F(RestoreTest, WithoutADateTheIntervalBeginsAgain) {
  record_.properties = expiry_;
  record_.received = clock_.WallNow() - 1h;
  EXPECT_EQ(broker_->RestoreRetained(clock_.Now(), {}, record_), Restored::kTaken);
  EXPECT_EQ(Held(), Lines{"a=1 q1 r e100"});
}

TEST_F(RestoreTest, WhatNobodyCanHavePublishedIsRemoved) {
  const auto refuses = [this](const RetainedRecord& record) {
    EXPECT_EQ(broker_->RestoreRetained(clock_.Now(), {}, record), Restored::kInvalid);
    EXPECT_EQ(Given(), Lines{"-" + std::string(record.topic)});
  };
  const uint8_t cut[] = {5, 2, 0, 0};
  const uint8_t more[] = {0, 0};
  const uint8_t foreign[] = {5, 17, 0, 0, 0, 1};  // Session Expiry Interval
  for (const ByteSpan properties : {ByteSpan(cut), ByteSpan(more), ByteSpan(foreign)}) {
    RetainedRecord record = record_;
    record.properties = properties;
    refuses(record);
  }
  for (const char* topic : {"", "a/+", "#"}) {
    RetainedRecord record = record_;
    record.topic = topic;
    refuses(record);
  }
  RetainedRecord record = record_;
  record.payload = {};
  refuses(record);
  record = record_;
  record.qos =
      static_cast<Qos>(3);  // NOLINT(clang-analyzer-optin.core.EnumCastOutOfRange): that is it
  refuses(record);
  EXPECT_EQ(broker_->retained_messages(), 0U);
}

TEST_F(RestoreTest, NoRoom) {
  Restart({.max_retained_bytes = 100});
  broker_->SetStateSink(&state_);
  EXPECT_EQ(Restore(), Restored::kNoRoom);
  EXPECT_EQ(Given(), Lines{"-a"});
}

TEST_F(RestoreTest, ReplacingAndClearingWorkAsOnAnyOther) {
  Restore();
  FakeClient& client = Connect("writer");
  Retain(client, "a", "2");
  EXPECT_EQ(Held(), Lines{"a=2 q0 r"});
  Retain(client, "a", "");
  EXPECT_EQ(Given(), Lines{"-a"});
}

}  // namespace
}  // namespace sluice::broker
