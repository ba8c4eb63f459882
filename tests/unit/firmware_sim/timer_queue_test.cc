#include "firmware_sim/timer_queue.h"

#include <gtest/gtest.h>

namespace sluice::fleet {
namespace {

MonotonicTime At(int second) { return MonotonicTime(std::chrono::seconds(second)); }

TEST(TimerQueue, FiresInTheOrderOfTime) {
  TimerQueue timers(3);
  timers.Start(0, At(3));
  timers.Start(1, At(1));
  timers.Start(2, At(2));
  EXPECT_EQ(timers.PopDue(At(3)), 1u);
  EXPECT_EQ(timers.PopDue(At(3)), 2u);
  EXPECT_EQ(timers.PopDue(At(3)), 0u);
  EXPECT_FALSE(timers.PopDue(At(3)));
}

TEST(TimerQueue, FiresNothingEarly) {
  TimerQueue timers(1);
  timers.Start(0, At(5));
  EXPECT_FALSE(timers.PopDue(At(4)));
  EXPECT_EQ(timers.NextTime(), At(5));
}

TEST(TimerQueue, StartingAgainReplaces) {
  TimerQueue timers(1);
  timers.Start(0, At(1));
  timers.Start(0, At(5));
  EXPECT_FALSE(timers.PopDue(At(4)));
  EXPECT_EQ(timers.PopDue(At(5)), 0u);
}

TEST(TimerQueue, StoppedTimerStaysSilent) {
  TimerQueue timers(1);
  timers.Start(0, At(1));
  timers.Stop(0);
  EXPECT_FALSE(timers.PopDue(At(9)));
  EXPECT_EQ(timers.NextTime(), MonotonicTime::max());
}

}  // namespace
}  // namespace sluice::fleet
