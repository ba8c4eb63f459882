#include "broker/shared_groups.h"

#include "broker_fixture.h"

namespace sluice::broker {
namespace {

using namespace std::chrono_literals;

class SharedGroupsTest : public BrokerTest {
 protected:
  FakeClient& Member(const std::string& id, const char* filter = "$share/g/t",
                     const ConnectOptions& options = {}) {
    FakeClient& client = Connect(id, options);
    EXPECT_EQ(Subscribe(client, filter), ReasonCode::kGrantedQos2);
    return client;
  }
  void PublishMany(int count, Qos qos = Qos::kAtLeastOnce) {
    for (int i = 0; i < count; ++i) Publish(Source(), "t", std::to_string(i), qos);
  }
  FakeClient& Source() {
    if (source_ == nullptr) source_ = &Connect("source");
    return *source_;
  }

 private:
  FakeClient* source_ = nullptr;
};

TEST_F(SharedGroupsTest, EachMessageGoesToOneMember) {
  FakeClient& a = Member("a");
  FakeClient& b = Member("b");
  PublishMany(4);
  EXPECT_EQ(a.Take(), (Lines{"t=0 q1", "t=2 q1"}));
  EXPECT_EQ(b.Take(), (Lines{"t=1 q1", "t=3 q1"}));
}

TEST_F(SharedGroupsTest, EachGroupGetsEveryMessage) {
  FakeClient& a = Member("a");
  FakeClient& b = Member("b", "$share/other/t");
  FakeClient& c = Member("c", "$share/g/+");
  PublishMany(1);
  for (FakeClient* client : {&a, &b, &c}) EXPECT_EQ(client->Take(), (Lines{"t=0 q1"}));
}

TEST_F(SharedGroupsTest, OwnSubscriptionStandsBesideTheGroups) {
  FakeClient& a = Member("a");
  Subscribe(a, "#", Qos::kAtMostOnce);
  PublishMany(1);
  EXPECT_EQ(a.Take(), (Lines{"t=0 q0", "t=0 q1"}));
}

TEST_F(SharedGroupsTest, GrantedQosAndIdentifierAreTheMembersOwn) {  // [MQTT-4.8.2-3]
  FakeClient& a = Connect("a");
  Subscribe(a, {.filter = "$share/g/t", .maximum_qos = Qos::kAtMostOnce}, 5);
  FakeClient& b = Connect("b");
  Subscribe(b, {.filter = "$share/g/t", .maximum_qos = Qos::kAtLeastOnce}, 6);
  PublishMany(2, Qos::kExactlyOnce);
  EXPECT_EQ(a.Take(), (Lines{"t=0 q0 #5"}));
  EXPECT_EQ(b.Take(), (Lines{"t=1 q1 #6"}));
}

TEST_F(SharedGroupsTest, MemberWithoutRoomIsPassedOver) {
  FakeClient& a = Member("a");
  FakeClient& b = Member("b");
  a.room = 0;
  PublishMany(3);
  EXPECT_EQ(b.Take().size(), 3U);
}

TEST_F(SharedGroupsTest, WhatNobodyCanTakeWaitsForWhoeverHasLeast) {
  FakeClient& a = Member("a");
  FakeClient& b = Member("b");
  a.room = b.room = 0;
  PublishMany(4);
  MakeRoom(a);
  MakeRoom(b);
  EXPECT_EQ(a.Take().size(), 2U);
  EXPECT_EQ(b.Take().size(), 2U);
}

TEST_F(SharedGroupsTest, MemberWhoIsAwayGetsNothingWhileAnotherIsThere) {
  FakeClient& a = Member("a", "$share/g/t", {.expiry_seconds = 60});
  FakeClient& b = Member("b");
  a.Close(session::WillFate::kNone);
  b.room = 1;
  PublishMany(3);
  MakeRoom(b);
  EXPECT_EQ(b.Take().size(), 3U);
}

TEST_F(SharedGroupsTest, WhenAllAreAwayMessagesWaitForThem) {
  Member("a", "$share/g/t", {.expiry_seconds = 60}).Close(session::WillFate::kNone);
  PublishMany(2);
  PublishMany(1, Qos::kAtMostOnce);
  FakeClient& again = Connect("a", {.clean_start = false});
  EXPECT_EQ(again.Take(), (Lines{"t=0 q1", "t=1 q1"}));
}

TEST_F(SharedGroupsTest, WhatWaitsForAMemberWhoLeavesGoesToTheOthers) {
  for (const uint32_t expiry : {0U, 60U}) {  // Its session ends, or it stays.
    const std::string name = std::to_string(expiry);
    FakeClient& a = Member("a" + name, "$share/g/t", {.expiry_seconds = expiry});
    FakeClient& b = Member("b" + name);
    a.room = b.room = 0;
    PublishMany(4, Qos::kExactlyOnce);
    a.Close(session::WillFate::kNone);
    MakeRoom(b);
    EXPECT_EQ(b.Take().size(), 4U) << expiry;
    b.Close(session::WillFate::kNone);
  }
}

TEST_F(SharedGroupsTest, SessionThatEndsLaterLeavesItsMessagesAsWell) {
  FakeClient& a = Member("a", "$share/g/t", {.expiry_seconds = 60});
  a.Close(session::WillFate::kNone);
  PublishMany(2);
  FakeClient& b = Member("b");
  Advance(60s);
  EXPECT_EQ(b.Take(), (Lines{"t=0 q1", "t=1 q1"}));
}

TEST_F(SharedGroupsTest, WhatExpiresMeanwhileIsHandedOnToNobody) {
  FakeClient& a = Member("a", "$share/g/t", {.expiry_seconds = 60});
  a.Close(session::WillFate::kNone);
  codec::Publish publish = Message("t", "x", Qos::kAtLeastOnce);
  publish.properties.message_expiry_interval = 10;
  Publish(Source(), publish);
  FakeClient& b = Member("b");
  Advance(60s);
  EXPECT_EQ(b.Take(), Lines{});
  EXPECT_EQ(counters_.expired.value(), 1U);
}

TEST_F(SharedGroupsTest, RetainedMessagesAreNotSent) {  // Section 3.8.3.1.
  Retain(Source(), "t", "kept");
  EXPECT_EQ(Member("a").Take(), Lines{});
}

TEST_F(SharedGroupsTest, RepeatedSubscriptionReplaces) {
  FakeClient& a = Member("a");
  EXPECT_EQ(Subscribe(a, "$share/g/t", Qos::kAtMostOnce), ReasonCode::kGrantedQos0);
  EXPECT_EQ(broker_->subscriptions(), 1U);
  PublishMany(1);
  EXPECT_EQ(a.Take(), (Lines{"t=0 q0"}));
}

TEST_F(SharedGroupsTest, LastMemberEndsTheGroup) {
  FakeClient& a = Member("a");
  Member("b").Close(session::WillFate::kNone);
  EXPECT_EQ(broker_->shared_groups(), 1U);
  EXPECT_EQ(Unsubscribe(a, "$share/g/t"), ReasonCode::kSuccess);
  EXPECT_EQ(Unsubscribe(a, "$share/g/t"), ReasonCode::kNoSubscriptionExisted);
  EXPECT_EQ(broker_->shared_groups(), 0U);
  EXPECT_EQ(broker_->subscriptions(), 0U);
  EXPECT_EQ(broker_->subscription_bytes(), 0U);
  EXPECT_EQ(Publish(Source(), "t", "x", Qos::kAtLeastOnce).reason,
            ReasonCode::kNoMatchingSubscribers);
}

TEST_F(SharedGroupsTest, AccessIsThatOfTheFilter) {
  Restart({}, AccessControl::DefaultRules());
  FakeClient& a = Connect("a", {.identity = "d1"});
  EXPECT_EQ(Subscribe(a, "$share/g/devices/d1/#"), ReasonCode::kGrantedQos2);
  EXPECT_EQ(Subscribe(a, "$share/devices/d2/#"), ReasonCode::kNotAuthorized);
}

TEST_F(SharedGroupsTest, TopicsOfTheServerNeedTheirName) {  // [MQTT-4.7.2-1]
  FakeClient& a = Member("a", "$share/g/#");
  FakeClient& b = Member("b", "$share/g/$SYS/#");
  Publish(Source(), "$SYS/x", "1");
  EXPECT_EQ(a.Take(), Lines{});
  EXPECT_EQ(b.Take(), (Lines{"$SYS/x=1 q0"}));
}

TEST_F(SharedGroupsTest, MemoryOfGroupsAndMembersIsBounded) {
  Restart({.max_subscription_bytes = 4000});
  FakeClient& a = Connect("a");
  ReasonCode code = ReasonCode::kGrantedQos2;
  int count = 0;
  while (code == ReasonCode::kGrantedQos2) {
    code = Subscribe(a, ("$share/g" + std::to_string(count++) + "/t").c_str());
  }
  EXPECT_EQ(code, ReasonCode::kQuotaExceeded);
  EXPECT_GT(count, 5);
  EXPECT_LE(broker_->subscription_bytes(), 4000U);
  broker_->CheckInvariants();
}

TEST_F(SharedGroupsTest, ShapeOfTheFilterCounts) {
  Restart({.max_shapes_per_identity = 1});
  FakeClient& a = Connect("a");
  EXPECT_EQ(Subscribe(a, "$share/g/x/+"), ReasonCode::kGrantedQos2);
  EXPECT_EQ(Subscribe(a, "y/+"), ReasonCode::kGrantedQos2);
  EXPECT_EQ(Subscribe(a, "$share/g/+"), ReasonCode::kQuotaExceeded);
  Unsubscribe(a, "$share/g/x/+");
  Unsubscribe(a, "y/+");
  EXPECT_EQ(Subscribe(a, "$share/g/+"), ReasonCode::kGrantedQos2);
}

TEST_F(SharedGroupsTest, CanBeSwitchedOff) {
  Restart({.shared_subscriptions = false});
  EXPECT_EQ(Subscribe(Connect("a"), "$share/g/t"), ReasonCode::kSharedSubscriptionsNotSupported);
}

TEST_F(SharedGroupsTest, OfThousandsThatAreFullOnlySomeAreLookedAt) {
  for (int i = 0; i < 100; ++i) Member("m" + std::to_string(i)).room = 0;
  PublishMany(100);
  size_t got = 0;
  for (FakeClient& client : clients_) {
    MakeRoom(client);
    got += client.Take().size();
  }
  EXPECT_EQ(got, 100U);
}

}  // namespace
}  // namespace sluice::broker
