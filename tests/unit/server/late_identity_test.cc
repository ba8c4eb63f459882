#include <deque>

#include "server_fixture.h"

// Who a connection is may take a while to find out: on another thread, in a file, by asking
// somebody.
namespace sluice::server {
namespace {

using codec::ReasonCode;
using std::chrono::seconds;

// Answers when and what the test says.
class SlowAuthenticator final : public identity::Authenticator {
 public:
  void Authenticate(const identity::Request& request, identity::Answer answer) override {
    names.emplace_back(request.connect.user_name.value_or("?"));
    asked.push_back(std::move(answer));
  }
  std::vector<std::string> names;
  std::deque<identity::Answer> asked;
};

class LateIdentityTest : public ServerTest {
 protected:
  LateIdentityTest() { authenticator_ = &slow_; }

  TestClient& Knock(std::string_view client_id, Version version = Version::kV5,
                    std::optional<codec::Will> will = {}) {
    codec::Connect connect;
    connect.version = version;
    connect.client_id = client_id;
    connect.user_name = "alice";
    connect.will = will;
    TestClient& client = Open(version);
    client.Send(connect);
    scheduler_.RunReady();
    return client;
  }
  void Give(size_t which, const identity::Decision& decision) {
    slow_.asked[which].Give(decision);
    scheduler_.RunReady();
  }
  uint64_t Refused(const std::string& reason) {
    return Count("sluice_connects_refused_total", "reason=\"" + reason + "\"");
  }
  size_t Connected() { return server_->broker().connected_clients(); }

  SlowAuthenticator slow_;
};

TEST_F(LateIdentityTest, WhatFollowsTheConnectWaitsWithIt) {
  TestClient& client = Knock("c");
  client.Subscribe("local/#");
  scheduler_.RunReady();
  EXPECT_EQ(client.Take(), "");
  EXPECT_EQ(slow_.names, std::vector<std::string>{"alice"});
  Give(0, {.identity = "alice"});
  const std::string answers = client.Take();
  EXPECT_EQ(answers.substr(0, 7), "CONNACK");
  EXPECT_NE(answers.find("SUBACK"), std::string::npos);
  EXPECT_TRUE(server_->broker().IsConnected("alice", "c"));
}

TEST_F(LateIdentityTest, RefusalIsToldInTheWordsOfTheVersion) {
  TestClient& v5 = Knock("a");
  TestClient& v311 = Knock("b", Version::kV311);
  for (const size_t which : {0, 1}) Give(which, {.reason = ReasonCode::kBadUserNameOrPassword});
  EXPECT_EQ(v5.Take(), "CONNACK reason=86");
  EXPECT_EQ(v311.Take(), "CONNACK reason=86");
  EXPECT_TRUE(v5.closed() && v311.closed());
  EXPECT_EQ(Refused("bad_credentials"), 2U);
  EXPECT_EQ(Connected(), 0U);
}

TEST_F(LateIdentityTest, WhoIsNeverKnownIsRefusedInTime) {
  TestClient& client = Knock("c");
  scheduler_.Advance(options_.session.connect_timeout - seconds(1));
  EXPECT_FALSE(client.closed());
  scheduler_.Advance(seconds(2));
  EXPECT_EQ(client.Take(), "CONNACK reason=88");
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(Refused("identity_timeout"), 1U);
  EXPECT_TRUE(slow_.asked[0].abandoned());
  Give(0, {.identity = "alice"});
  EXPECT_EQ(Connected(), 0U);
}

TEST_F(LateIdentityTest, AnswerIsLostOnWhoHasGone) {
  Knock("c");
  server_->Shutdown(seconds(0), [] {});
  scheduler_.RunReady();
  EXPECT_TRUE(slow_.asked[0].abandoned());
  Give(0, {.identity = "alice"});
  EXPECT_EQ(Connected(), 0U);
}

TEST_F(LateIdentityTest, AnswerOutlivesTheServer) {
  Knock("c");
  clients_.clear();
  server_.reset();
  EXPECT_TRUE(slow_.asked[0].abandoned());
  Give(0, {.identity = "alice"});
}

// The client that came last keeps the session, in whatever order it was found out who they are.
TEST_F(LateIdentityTest, LaterConnectIsNotTakenOverByAnEarlierOne) {
  TestClient& earlier = Knock("c");
  TestClient& later = Knock("c");
  Give(1, {.identity = "alice"});
  EXPECT_EQ(later.Take().substr(0, 7), "CONNACK");
  Give(0, {.identity = "alice"});
  EXPECT_EQ(earlier.Take(), "CONNACK reason=89");
  EXPECT_FALSE(later.closed());
  EXPECT_EQ(Refused("busy"), 1U);
}

TEST_F(LateIdentityTest, LaterConnectTakesOver) {
  TestClient& earlier = Knock("c");
  TestClient& later = Knock("c");
  Give(0, {.identity = "alice"});
  earlier.Take();
  Give(1, {.identity = "alice"});
  EXPECT_EQ(earlier.Take().substr(0, 20), "DISCONNECT reason=8E");
  EXPECT_FALSE(later.closed());
  EXPECT_EQ(Connected(), 1U);
}

TEST_F(LateIdentityTest, KeptConnectIsReckonedAsInput) {
  const std::string payload(8000, 'w');
  codec::Will will;
  will.topic = "wills/c";
  will.payload = AsBytes(payload);
  Knock("c", Version::kV5, will);
  EXPECT_GE(Gauge("sluice_input_bytes"), 8000);
  Give(0, {.identity = "alice"});
  EXPECT_EQ(Gauge("sluice_input_bytes"), 0);
}

TEST_F(LateIdentityTest, FirstAnswerCounts) {
  TestClient& client = Knock("c");
  Give(0, {.identity = "alice"});
  Give(0, {.reason = ReasonCode::kNotAuthorized});
  EXPECT_FALSE(client.closed());
}

}  // namespace
}  // namespace sluice::server
