#include "describe.h"
#include "session_fixture.h"

namespace sluice::session {
namespace {

using codec::Qos;
using codec::Version;
using std::chrono::milliseconds;
using std::chrono::seconds;

class TimersTest : public BothVersions {
 protected:
  void ConnectWithKeepAlive(uint16_t keep_alive_seconds) {
    connect.keep_alive_seconds = keep_alive_seconds;
    Connect(GetParam());
  }
  void FireKeepAlive(Duration after) { FireTimer(TimerKind::kKeepAlive, after); }
};
SLUICE_BOTH_VERSIONS(TimersTest);

TEST_P(TimersTest, ConnectThatDoesNotComeInTimeEndsTheConnection) {
  Open();
  EXPECT_EQ(Asked(), "start connect 10000ms");
  SendHex("10 20 00 04 'MQTT'");
  FireTimer(TimerKind::kConnect, seconds(10));
  EXPECT_EQ(Asked(), "close timeout 80 will=none expiry=0");
  EXPECT_EQ(Sent(), "");
  EXPECT_EQ(counters.connect_timeouts.value(), 1u);
}

TEST_P(TimersTest, ConnectTimerThatWasStoppedIsIgnored) {
  ConnectWithKeepAlive(0);
  FireTimer(TimerKind::kConnect, seconds(10));
  EXPECT_EQ(Asked(), "");
}

TEST_P(TimersTest, SilenceEndsTheConnection) {  // [MQTT-3.1.2-22]
  ConnectWithKeepAlive(10);
  FireKeepAlive(seconds(15));
  EXPECT_EQ(Sent(), IsV5() ? "DISCONNECT 8D" : "");
  EXPECT_EQ(Asked(), "close timeout 8D will=none expiry=0");
  EXPECT_EQ(counters.keep_alive_timeouts.value(), 1u);
}

TEST_P(TimersTest, PacketsDoNotTouchTheTimerButCountWhenItFires) {
  ConnectWithKeepAlive(10);
  clock.Advance(milliseconds(9'500));
  SendHex("C0 00");
  EXPECT_EQ(Sent(), "PINGRESP");  // [MQTT-3.12.4-1]
  EXPECT_EQ(Asked(), "");
  FireKeepAlive(milliseconds(5'500));
  EXPECT_EQ(Asked(), "start keep-alive 9500ms");
  FireKeepAlive(milliseconds(9'500));
  EXPECT_EQ(Asked(), "close timeout 8D will=none expiry=0");
}

TEST_P(TimersTest, HalfAPacketIsSilence) {  // slow loris
  ConnectWithKeepAlive(10);
  clock.Advance(seconds(14));
  SendHex("30 7F 00");
  FireKeepAlive(seconds(1));
  EXPECT_EQ(Asked(), "close timeout 8D will=none expiry=0");
}

TEST_P(TimersTest, TimerThatFiresEarlyIsStartedForTheRest) {
  ConnectWithKeepAlive(10);
  FireKeepAlive(Duration(14'999'999'999));
  EXPECT_EQ(Asked(), "start keep-alive 1ms");
}

TEST_P(TimersTest, SilenceWhileWeDoNotReadIsNotTheClients) {
  ConnectWithKeepAlive(10);
  session->SetReading(false);
  FireKeepAlive(seconds(15));
  EXPECT_EQ(Asked(), "start keep-alive 15000ms");
  session->SetReading(true);
  FireKeepAlive(seconds(15));  // It may have been heard only just before.
  EXPECT_EQ(Asked(), "start keep-alive 15000ms");
  FireKeepAlive(seconds(15));
  EXPECT_EQ(Asked(), "close timeout 8D will=none expiry=0");
}

TEST_P(TimersTest, SilenceWhileTheOwnerThinksIsNotTheClients) {
  ConnectWithKeepAlive(10);
  Subscribe(1, {"a"});
  Asked();
  FireKeepAlive(seconds(15));
  EXPECT_EQ(Asked(), "start keep-alive 15000ms");
}

TEST_P(TimersTest, RunningTimersAreStoppedBeforeClose) {
  ConnectWithKeepAlive(10);
  CloseStream();
  EXPECT_EQ(Asked(), "stop keep-alive; close stream 80 will=none expiry=0");
  FireKeepAlive(seconds(15));
  EXPECT_EQ(Asked(), "");
}

TEST_P(TimersTest, FloodOfPingsIsSlowedDown) {
  ConnectWithKeepAlive(0);
  for (uint32_t i = 1; i < limits.control_burst; ++i) SendHex("C0 00");
  EXPECT_TRUE(session->CanReceive());
  Sent();
  EXPECT_EQ(SendBytes(FromHex("C0 00 C0 00")), 2u);
  EXPECT_EQ(Sent(), "PINGRESP");
  EXPECT_EQ(Asked(), "start rest 20ms");
  FireTimer(TimerKind::kRest, std::chrono::milliseconds(20));
  EXPECT_EQ(SendBytes(FromHex("C0 00")), 2u);
  EXPECT_EQ(Sent(), "PINGRESP");
}

TEST_P(TimersTest, RestOfALostConnectionIsStopped) {
  ConnectWithKeepAlive(0);
  for (uint32_t i = 0; i < limits.control_burst; ++i) SendHex("C0 00");
  Asked();
  CloseStream();
  EXPECT_EQ(Asked(), "stop rest; close stream 80 will=none expiry=0");
  FireTimer(TimerKind::kRest, seconds(1));
  EXPECT_EQ(Asked(), "");
}

// Nobody is heard while nothing is received.
TEST_P(TimersTest, RestIsNoSilence) {
  limits.control_burst = limits.control_per_second = 1;
  ConnectWithKeepAlive(10);
  SendHex("C0 00");
  Asked();
  FireKeepAlive(seconds(15));
  EXPECT_EQ(Asked(), "start keep-alive 15000ms");
}

TEST_P(TimersTest, PingsAtTheRateAreNotSlowedDown) {
  ConnectWithKeepAlive(0);
  for (uint32_t i = 0; i < 3 * limits.control_burst; ++i) {
    SendHex("C0 00");
    clock.Advance(Duration(seconds(1)) / limits.control_per_second);
  }
  EXPECT_EQ(counters.control_floods.value(), 0u);
}

}  // namespace
}  // namespace sluice::session
