// Who is connected, as lists and log lines tell it.

#include <gmock/gmock.h>

#include "server_fixture.h"

namespace sluice::server {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class ClientsTest : public ServerTest {
 protected:
  // The ids of a page.
  std::vector<std::string> Page(uint64_t after, size_t limit) {
    std::vector<std::string> ids;
    next_ = server_->VisitClients(
        after, limit, [&](const ClientInfo& client) { ids.emplace_back(client.client_id); });
    return ids;
  }
  std::vector<std::string> All(size_t limit) {
    std::vector<std::string> ids = Page(0, limit);
    while (next_) {
      for (std::string& id : Page(*next_, limit)) ids.push_back(std::move(id));
    }
    return ids;
  }
  // The only one.
  ClientInfo Only() {
    ClientInfo found;
    EXPECT_EQ(server_->VisitClients(0, 2, [&](const ClientInfo& client) { found = client; }),
              std::nullopt);
    return found;
  }

  std::optional<uint64_t> next_;
};

TEST_F(ClientsTest, AreShownInTheOrderOfTheirComing) {
  for (const char* id : {"c", "a", "b"}) Connect(id);
  EXPECT_THAT(Page(0, 10), ElementsAre("c", "a", "b"));
  EXPECT_FALSE(next_);
}

TEST_F(ClientsTest, PagesOfEverySizeHaveEachOnce) {
  std::vector<std::string> ids;
  for (int i = 0; i < 7; ++i) {
    ids.push_back("c" + std::to_string(i));
    Connect(ids.back());
  }
  for (size_t limit = 1; limit <= 8; ++limit) EXPECT_EQ(All(limit), ids) << limit;
}

TEST_F(ClientsTest, ThoseWhoHaveNotSaidWhoTheyAreAreNone) {
  Connect("c");
  Open();
  Settle();
  EXPECT_THAT(All(10), ElementsAre("c"));
}

TEST_F(ClientsTest, NewcomersDoNotMakeAPageLong) {
  Connect("first");
  for (int i = 0; i < 9; ++i) Open();
  Connect("last");
  EXPECT_THAT(Page(0, 1), ElementsAre("first"));
  EXPECT_TRUE(Page(*next_, 1).empty());
  ASSERT_TRUE(next_);
  EXPECT_THAT(All(1), ElementsAre("first", "last"));
}

TEST_F(ClientsTest, WhatIsKnownOfOneIsTold) {
  TestClient& client = Connect("c", {.version = Version::kV311});
  client.Subscribe("free/+", Qos::kAtLeastOnce);
  Settle();
  const ClientInfo before = Only();
  EXPECT_EQ(before.identity, "tester");
  EXPECT_EQ(before.protocol, "3.1.1");
  EXPECT_EQ(before.tls, "");
  EXPECT_EQ(before.subscriptions, 1u);
  EXPECT_EQ(before.in_flight, 0u);
  server_->Publish("free/a", AsBytes("at QoS 0, so in nobody's window"));
  EXPECT_EQ(Only().in_flight, 0u);
}

TEST_F(ClientsTest, MessagesOnTheirWayAreCounted) {
  options_.session.max_outbound_in_flight = 2;
  TestClient& subscriber = Connect("subscriber");
  subscriber.Subscribe("free/#", Qos::kAtLeastOnce);
  Settle();
  TestClient& publisher = Connect("publisher");
  for (uint16_t i = 1; i <= 5; ++i) publisher.Publish("free/a", "x", Qos::kAtLeastOnce, i);
  Settle();
  ClientInfo found;
  server_->VisitClients(0, 1, [&](const ClientInfo& client) { found = client; });
  EXPECT_EQ(found.client_id, "subscriber");
  EXPECT_EQ(found.in_flight, 2u);
  EXPECT_EQ(found.queued, 3u);
  EXPECT_GT(found.queued_bytes, 0u);
}

class ClientLogTest : public ServerTest {
 protected:
  ClientLogTest() { options_.client_log_level = LogLevel::kInfo; }
  void TearDown() override {
    SetLogLevel(LogLevel::kOff);
    ServerTest::TearDown();
  }
  // What is logged while `what` happens.
  template <typename What>
  static std::string LogOf(const What& what, LogLevel least = LogLevel::kInfo) {
    SetLogLevel(least);
    testing::internal::CaptureStderr();
    what();
    SetLogLevel(LogLevel::kOff);
    return testing::internal::GetCapturedStderr();
  }
};

TEST_F(ClientLogTest, ComingSubscribingAndGoingAreLines) {
  Start();
  TestClient* client = nullptr;
  EXPECT_THAT(LogOf([&] { client = &Connect("p\xC3\xBCmp"); }),
              AllOf(HasSubstr("p\\xc3\\xbcmp of tester ("),
                    HasSubstr(") connected: MQTT 5.0, plaintext"), HasSubstr("a new session")));
  EXPECT_THAT(LogOf([&] {
                client->Subscribe("free/a", Qos::kAtLeastOnce);
                Settle();
              }),
              HasSubstr("subscribes to free/a ("));
  EXPECT_THAT(LogOf([&] {
                client->Vanish();
                Settle();
              }),
              HasSubstr(" disconnected after 0 s: "));
}

TEST_F(ClientLogTest, LevelIsItsOwn) {
  options_.client_log_level = LogLevel::kDebug;
  Start();
  EXPECT_EQ(LogOf([&] { Connect("a"); }), "");
  EXPECT_THAT(LogOf([&] { Connect("b"); }, LogLevel::kDebug), HasSubstr("b of tester"));
}

TEST_F(ClientLogTest, OffIsNone) {
  options_.client_log_level = LogLevel::kOff;
  Start();
  EXPECT_EQ(LogOf([&] { Connect("a"); }, LogLevel::kDebug), "");
}

}  // namespace
}  // namespace sluice::server
