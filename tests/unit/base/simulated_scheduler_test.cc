#include "support/simulated_scheduler.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

namespace sluice::test {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class SimulatedSchedulerTest : public testing::Test {
 protected:
  std::function<void()> Say(const char* word) {
    return [this, word] { said_ += word; };
  }

  SimulatedClock clock_;
  SimulatedScheduler scheduler_{&clock_};
  std::string said_;
};

TEST_F(SimulatedSchedulerTest, TimersFireInTheOrderOfTheirDeadlines) {
  const Timer late = scheduler_.StartTimer(hours(2), Say("c"));
  const Timer early = scheduler_.StartTimer(hours(1), Say("a"));
  const Timer equal = scheduler_.StartTimer(hours(1), Say("b"));
  scheduler_.Advance(hours(1));
  EXPECT_EQ(said_, "ab");
  scheduler_.Advance(hours(1));
  EXPECT_EQ(said_, "abc");
}

TEST_F(SimulatedSchedulerTest, EachFiresAtItsTime) {
  const MonotonicTime began = scheduler_.Now();
  MonotonicTime fired{};
  Timer again = scheduler_.NewTimer([&] { fired = scheduler_.Now(); });
  const Timer first = scheduler_.StartTimer(seconds(3), [&] { again.Start(seconds(4)); });
  scheduler_.Advance(hours(1));
  EXPECT_EQ(fired, began + seconds(7));
  EXPECT_EQ(scheduler_.Now(), began + hours(1));
}

TEST_F(SimulatedSchedulerTest, PostedTasksRunBeforeTimeGoesOn) {
  const Timer timer = scheduler_.StartTimer(seconds(1), Say("timer"));
  scheduler_.Post([this] {
    said_ += "1";
    scheduler_.Post(Say("3"));
  });
  scheduler_.Post(Say("2"));
  scheduler_.Advance(seconds(1));
  EXPECT_EQ(said_, "123timer");
}

TEST_F(SimulatedSchedulerTest, StoppedAndDestroyedTimersNeverFire) {
  Timer stopped = scheduler_.StartTimer(seconds(1), Say("no"));
  auto destroyed = std::make_unique<Timer>(scheduler_.StartTimer(seconds(2), Say("no")));
  stopped.Stop();
  destroyed.reset();
  scheduler_.Advance(hours(1));
  EXPECT_EQ(said_, "");
}

TEST_F(SimulatedSchedulerTest, TimerMayBeDestroyedInItsOwnCallback) {
  std::unique_ptr<Timer> timer;
  timer = std::make_unique<Timer>(scheduler_.StartTimer(seconds(1), [&] {
    timer.reset();
    said_ += "gone";
  }));
  scheduler_.Advance(seconds(1));
  EXPECT_EQ(said_, "gone");
}

TEST_F(SimulatedSchedulerTest, WorkWithoutEndIsNoticed) {
  std::function<void()> again = [&] { scheduler_.Post(again); };
  again();
  EXPECT_FALSE(scheduler_.RunReady(100));
  again = [] {};
  EXPECT_TRUE(scheduler_.RunReady());
}

}  // namespace
}  // namespace sluice::test
