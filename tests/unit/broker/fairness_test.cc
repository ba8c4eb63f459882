#include <algorithm>

#include "broker_fixture.h"

namespace sluice::broker {
namespace {

// One identity that takes whatever it can get, and others that want little. Invariant 9.
class FairnessTest : public BrokerTest {
 protected:
  FakeClient& Leave(const std::string& identity, const std::string& client_id) {
    FakeClient& client = Connect(client_id, {.identity = identity, .expiry_seconds = 60});
    client.Close(session::WillFate::kNone);
    return client;
  }
  bool HasSession(const std::string& identity, const std::string& client_id) {
    FakeClient& client = Connect(client_id, {.identity = identity, .clean_start = false});
    return client.session_present;
  }
  static codec::Will Will(std::string_view payload) {
    codec::Will will;
    will.topic = "will";
    will.payload = AsBytes(payload);
    return will;
  }
  uint64_t GaveWay(Budget budget) const {
    return counters_.gave_way[static_cast<size_t>(budget)]->value();
  }
};

TEST_F(FairnessTest, ThousandsOfSessionsEvictNobodyElses) {
  Restart({.max_detached_sessions = 10});
  Leave("victim", "v1");
  Leave("victim", "v2");
  for (int i = 0; i < 1000; ++i) Leave("hog", "h" + std::to_string(i));
  EXPECT_EQ(broker_->detached_sessions(), 10U);
  EXPECT_TRUE(HasSession("victim", "v1"));
  EXPECT_TRUE(HasSession("victim", "v2"));
  EXPECT_GT(counters_.sessions_evicted.value(), 0U);
}

TEST_F(FairnessTest, NewcomerGetsItsSessionAlthoughAllAreTaken) {
  Restart({.max_detached_sessions = 10});
  for (int i = 0; i < 10; ++i) Leave("hog", "h" + std::to_string(i));
  Leave("victim", "v");
  EXPECT_TRUE(HasSession("victim", "v"));
  EXPECT_FALSE(HasSession("hog", "h0"));
  EXPECT_TRUE(HasSession("hog", "h9"));
  EXPECT_EQ(GaveWay(Budget::kSessions), 1U);
}

TEST_F(FairnessTest, BytesOfSessionsAreSharedAlike) {
  Restart({.max_detached_bytes = 10 * sizeof(ClientRecord)});
  Leave("victim", "v");
  for (int i = 0; i < 100; ++i) Leave("hog", "h" + std::to_string(i));
  EXPECT_TRUE(HasSession("victim", "v"));
}

TEST_F(FairnessTest, AmongEqualsTheLongestDetachedGoes) {
  Restart({.max_detached_sessions = 3});
  for (const char* device : {"a", "b", "c", "d"}) Leave(device, "x");
  EXPECT_FALSE(HasSession("a", "x"));
  EXPECT_TRUE(HasSession("d", "x"));
}

TEST_F(FairnessTest, ShareOfAHubIsItsRules) {
  AccessRule hub;
  hub.identity = "hub";
  hub.share = 8;
  std::vector<AccessRule> rules = OpenRules();
  rules.push_back(hub);
  Restart({.max_detached_sessions = 10}, rules);
  for (int i = 0; i < 8; ++i) Leave("hub", "h" + std::to_string(i));
  for (int i = 0; i < 10; ++i) Leave("hog", "x" + std::to_string(i));
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(HasSession("hub", "h" + std::to_string(i))) << i;
}

TEST_F(FairnessTest, WhoTakesAllSubscriptionMemoryGivesItBack) {
  Restart({.max_subscription_bytes = 20'000});
  ReasonCode answer = ReasonCode::kSuccess;
  int hogs = 0;
  FakeClient* last = nullptr;
  for (; answer != ReasonCode::kQuotaExceeded; ++hogs) {
    last = &Connect("h" + std::to_string(hogs), {.identity = "hog"});
    for (int i = 0; i < 10 && answer != ReasonCode::kQuotaExceeded; ++i) {
      answer = Subscribe(*last, ("f/" + std::to_string(hogs) + "/" + std::to_string(i)).c_str());
    }
  }
  ASSERT_GT(hogs, 2);
  FakeClient& victim = Connect("v", {.identity = "victim"});
  EXPECT_EQ(Subscribe(victim, "mine/a"), ReasonCode::kGrantedQos2);
  EXPECT_EQ(Subscribe(victim, "mine/b"), ReasonCode::kGrantedQos2);
  EXPECT_EQ(last->disconnected, ReasonCode::kQuotaExceeded);
  EXPECT_LE(broker_->subscription_bytes(), 20'000U);
  Publish(victim, "mine/a", "x");
  EXPECT_EQ(victim.Take(), (Lines{"mine/a=x q0"}));
  // And the other way round the victim, who has less, keeps what it has.
  FakeClient& again = Connect("h", {.identity = "hog"});
  for (int i = 0; i < 100; ++i) Subscribe(again, ("g/" + std::to_string(i)).c_str());
  EXPECT_EQ(victim.disconnected, ReasonCode::kSuccess);
}

TEST_F(FairnessTest, WhoHasMostWillsGivesWay) {
  Restart({.max_will_bytes = 1600});
  const std::string large(300, 'w');
  std::vector<FakeClient*> hogs;
  hogs.reserve(4);
  for (int i = 0; i < 4; ++i) {
    hogs.push_back(&Connect("h" + std::to_string(i), {.identity = "hog", .will = Will(large)}));
  }
  ASSERT_EQ(RefusalOf("h", {.identity = "hog", .will = Will(large)}), ReasonCode::kQuotaExceeded);
  Connect("v", {.identity = "victim", .will = Will(large)});
  EXPECT_EQ(hogs.back()->disconnected, ReasonCode::kQuotaExceeded);
  EXPECT_EQ(hogs.front()->disconnected, ReasonCode::kSuccess);
  EXPECT_EQ(GaveWay(Budget::kWills), 2U);  // Refused once, and given way once.
}

TEST_F(FairnessTest, MessagesThatWaitForTheGreediestMakeRoom) {
  Restart({.max_queue_bytes_per_client = 100'000, .max_message_bytes = 20'000});
  FakeClient& hog = Connect("h", {.identity = "hog"});
  FakeClient& victim = Connect("v", {.identity = "victim"});
  FakeClient& publisher = Connect("p", {.identity = "publisher"});
  hog.room = victim.room = 0;
  Subscribe(hog, "hog");
  Subscribe(victim, "victim");
  const std::string payload(1000, 'x');
  for (int i = 0; i < 50; ++i) Publish(publisher, "hog", payload, Qos::kAtLeastOnce);
  for (int i = 0; i < 5; ++i) Publish(publisher, "victim", payload, Qos::kAtLeastOnce);
  EXPECT_LE(broker_->message_bytes(), 20'000U);
  MakeRoom(victim);
  EXPECT_EQ(victim.Take().size(), 5U);
}

TEST_F(FairnessTest, CombinationsOfPlusAreRefusedBeforeTheyCostTime) {
  Restart({});
  size_t granted = 0, refused = 0;
  for (int client = 0; client < 16; ++client) {
    FakeClient& hog = Connect("h" + std::to_string(client), {.identity = "hog"});
    for (int i = 0; i < 256; ++i) {
      const unsigned mask = static_cast<unsigned>(client * 256 + i);
      std::string filter;
      for (int level = 0; level < 12; ++level) {
        filter += (level == 0 ? "" : "/") + std::string((mask >> level & 1) != 0 ? "+" : "a");
      }
      ++(Subscribe(hog, filter.c_str()) == ReasonCode::kQuotaExceeded ? refused : granted);
    }
  }
  EXPECT_EQ(granted + refused, 4096U);
  EXPECT_LT(granted, 65U);
  EXPECT_EQ(counters_.subscriptions_over_shapes.value(), refused);
  EXPECT_EQ(counters_.subscriptions_over_count.value(), 0U);
  FakeClient& victim = Connect("v", {.identity = "victim"});
  EXPECT_EQ(Subscribe(victim, "devices/+/state"), ReasonCode::kGrantedQos2);
}

TEST_F(FairnessTest, NoFilterWalksThroughAllRetainedMessagesAtOnce) {
  FakeClient& publisher = Connect("p", {.identity = "publisher"});
  constexpr size_t kMessages = 2 * Broker::kRetainedLooks + 500;
  for (size_t i = 0; i < kMessages; ++i) {
    Retain(publisher, "t/" + std::to_string(10'000 + i), "x");
  }
  FakeClient& subscriber = Connect("s", {.identity = "subscriber"});
  Subscribe(subscriber, "+/none");
  EXPECT_TRUE(broker_->has_unfinished());
  Subscribe(subscriber, "t/+");
  for (int ticks = 0; broker_->has_unfinished(); ++ticks) {
    ASSERT_LT(ticks, 10);
    EXPECT_LE(broker_->NextDeadline(), clock_.Now());
    const size_t before = subscriber.received.size();
    broker_->Tick(clock_.Now());
    EXPECT_LE(subscriber.received.size() - before, Broker::kRetainedLooks);
  }
  const Lines lines = subscriber.Take();
  ASSERT_EQ(lines.size(), kMessages);
  EXPECT_TRUE(std::is_sorted(lines.begin(), lines.end()));
  EXPECT_EQ(broker_->NextDeadline(), std::nullopt);
}

TEST_F(FairnessTest, AnonymousClientsOfAnotherAddressAreAnotherParty) {
  Restart({.max_detached_sessions = 4});
  const auto leave = [&](const std::string& client_id, std::string_view address) {
    FakeClient& client = clients_.emplace_back(broker_.get(), &clock_);
    client.expiry_seconds = 60;
    codec::Connect connect;
    connect.version = codec::Version::kV5;
    connect.client_id = client_id;
    client.id =
        broker_
            ->OnConnect(clock_.Now(), connect, {.identity = "anonymous", .party = address}, &client)
            .connection;
    client.Close(session::WillFate::kNone);
  };
  leave("v", "anonymous at 192.0.2.7");
  for (int i = 0; i < 20; ++i) leave("h" + std::to_string(i), "anonymous at 192.0.2.66");
  EXPECT_TRUE(HasSession("anonymous", "v"));  // By whatever address it comes now.
  EXPECT_EQ(broker_->detached_sessions(), 3U);
}

}  // namespace
}  // namespace sluice::broker
