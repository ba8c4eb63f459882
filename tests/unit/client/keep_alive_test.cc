#include "client/keep_alive.h"

#include "client_fixture.h"

namespace sluice::client {
namespace {

using std::chrono::seconds;

class ClientKeepAliveTest : public BothVersions {
 protected:
  void Start(uint16_t keep_alive) {
    options.keep_alive_seconds = keep_alive;
    options.ack_timeout = Duration(0);
    Connect();
  }
  void Pong() { Send(codec::Ping{codec::PacketType::kPingresp}); }
};
SLUICE_BOTH_VERSIONS(ClientKeepAliveTest);

// [MQTT-3.1.2-20]
TEST_P(ClientKeepAliveTest, SilenceIsEndedBeforeItIsTooLong) {
  for (const uint16_t interval : {1, 2, 30, 65'535}) {
    Start(interval);
    Wait(seconds(interval) - std::chrono::milliseconds(1));
    EXPECT_EQ(SentHex(), "C0 00");
    Wait(seconds(1));
    Pong();
  }
}

TEST_P(ClientKeepAliveTest, NoneIsKept) {
  Start(0);
  Wait(std::chrono::hours(100));
  EXPECT_EQ(Sent(), "");
  EXPECT_EQ(client->NextDeadline(), std::nullopt);
}

TEST_P(ClientKeepAliveTest, MissingPingrespIsTheEnd) {
  options.ping_timeout = seconds(5);
  Start(30);
  Wait(seconds(30));
  EXPECT_EQ(Told(), "");
  Wait(seconds(5));
  EXPECT_EQ(Told(), "end ping_timeout 80");
  EXPECT_EQ(Describe(client->end()), "the server did not answer PINGREQ in time");
}

TEST_P(ClientKeepAliveTest, MissingPingrespIsTheEndAlsoWhenWeAskMoreOften) {
  options.ping_timeout = seconds(20);
  Start(2);
  Wait(seconds(22));
  EXPECT_EQ(Told(), "end ping_timeout 80");
}

TEST_P(ClientKeepAliveTest, PingrespGoesOn) {
  Start(30);
  for (int i = 0; i < 100; ++i) {
    Wait(seconds(29));
    ASSERT_EQ(Sent(), "PINGREQ");
    Pong();
    EXPECT_EQ(Told(), "");
  }
}

// On a link of which one half is dead publishes vanish, and nothing comes.
TEST_P(ClientKeepAliveTest, ServerThatIsSilentIsAskedThoughWePublish) {
  Start(30);
  for (int i = 0; i < 30; ++i) {
    Publish(codec::Qos::kAtMostOnce);
    Wait(seconds(1));
  }
  EXPECT_NE(Sent().find("PINGREQ"), std::string::npos);
  Wait(seconds(10));
  EXPECT_EQ(Told(), "end ping_timeout 80");
}

// PINGREQ stands behind megabytes on a slow link.
TEST_P(ClientKeepAliveTest, PingrespMayTakeAsLongAsOtherPacketsCome) {
  Start(30);
  Subscribe(1, {"#"});
  Sent();
  Wait(seconds(30));
  for (int i = 0; i < 100; ++i) {
    SendPublish(codec::Qos::kAtMostOnce, 0);
    Wait(seconds(9));
  }
  EXPECT_TRUE(client->connected());
  // We have gone on saying something meanwhile.
  const std::string sent = Sent();
  EXPECT_GE(std::count(sent.begin(), sent.end(), 'G'), 29);
  Wait(seconds(1));
  EXPECT_TRUE(client->ended());
}

TEST_P(ClientKeepAliveTest, BothTalkingNeedNoPing) {
  Start(30);
  Subscribe(1, {"#"});
  Sent();
  for (int i = 0; i < 100; ++i) {
    Publish(codec::Qos::kAtMostOnce);
    SendPublish(codec::Qos::kAtMostOnce, 0);
    Wait(seconds(20));
  }
  EXPECT_EQ(Sent().find("PINGREQ"), std::string::npos);
}

TEST_P(ClientKeepAliveTest, PingrespThatNobodyAskedForIsAProtocolError) {
  Start(30);
  Pong();
  EXPECT_EQ(Told(), "end protocol_error 82");
}

TEST_P(ClientKeepAliveTest, OnlyAsManyPingrespsAsPingreqs) {
  Start(30);
  Wait(seconds(30));
  Pong();
  EXPECT_EQ(Told(), "");
  Pong();
  EXPECT_EQ(Told(), "end protocol_error 82");
}

}  // namespace
}  // namespace sluice::client
