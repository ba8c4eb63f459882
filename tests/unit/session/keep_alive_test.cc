#include "session/keep_alive.h"

#include "part_fixture.h"

namespace sluice::session {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class KeepAliveTest : public PartTest {
 protected:
  void TearDown() override { keep_alive.CheckInvariants(); }
  void Start(uint16_t keep_alive_seconds) {
    keep_alive.OnPacket(now);
    keep_alive.Start(keep_alive_seconds, &out);
  }
  bool Fire(Duration after, bool receiving = true) {
    now += after;
    const bool silent = keep_alive.OnTimer(now, receiving, &out);
    keep_alive.CheckInvariants();
    return silent;
  }
  KeepAlive keep_alive;
};

TEST_F(KeepAliveTest, ClientHasHalfAsLongAgainAsItPromised) {  // [MQTT-3.1.2-22]
  Start(10);
  EXPECT_EQ(Said(), "start keep-alive 15000ms");
  EXPECT_TRUE(Fire(seconds(15)));
  EXPECT_FALSE(keep_alive.timer_runs());
}

TEST_F(KeepAliveTest, LongestPromiseIsNotCutShort) {
  Start(65'535);
  EXPECT_EQ(Said(), "start keep-alive 98302500ms");
}

TEST_F(KeepAliveTest, ClientWithoutAPromiseIsNotWatched) {
  Start(0);
  EXPECT_EQ(Said(), "");
  EXPECT_FALSE(Fire(seconds(1'000'000)));
}

TEST_F(KeepAliveTest, TimerRunsOnForWhatIsLeftSinceTheLastPacket) {
  Start(10);
  keep_alive.OnPacket(now + seconds(4));
  Said();
  EXPECT_FALSE(Fire(seconds(15)));
  EXPECT_EQ(Said(), "start keep-alive 4000ms");
  EXPECT_TRUE(Fire(seconds(4)));
}

TEST_F(KeepAliveTest, TimerThatFiredWhileItWasStoppedIsIgnored) {
  Start(10);
  keep_alive.Stop(&out);
  EXPECT_EQ(Said(), "start keep-alive 15000ms; stop keep-alive");
  EXPECT_FALSE(Fire(seconds(15)));
  EXPECT_EQ(Said(), "");
}

TEST_F(KeepAliveTest, StoppingTwiceIsSaidOnce) {
  Start(10);
  Said();
  keep_alive.Stop(&out);
  keep_alive.Stop(&out);
  EXPECT_EQ(Said(), "stop keep-alive");
}

TEST_F(KeepAliveTest, ShortPauseInReadingExcusesOnePeriod) {
  Start(10);
  keep_alive.SetReading(false);
  keep_alive.SetReading(true);
  EXPECT_FALSE(Fire(seconds(15)));
  EXPECT_TRUE(Fire(seconds(15)));
}

TEST_F(KeepAliveTest, WhileTheSessionTakesNothingSilenceIsExcused) {
  Start(10);
  EXPECT_FALSE(Fire(seconds(15), false));
  EXPECT_FALSE(Fire(seconds(15), false));
  EXPECT_FALSE(Fire(seconds(15)));
  EXPECT_TRUE(Fire(seconds(15)));
}

}  // namespace
}  // namespace sluice::session
