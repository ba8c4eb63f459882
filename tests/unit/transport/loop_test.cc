#include "transport/loop.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include "busy_workers.h"

namespace sluice::transport {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class LoopTest : public testing::Test {
 protected:
  template <typename Predicate>
  void RunUntil(Predicate done) {
    while (!done()) loop_.RunOnce();
  }
  Loop loop_;
};

TEST_F(LoopTest, PostedTasksRunInOrderOnTheLoopThread) {
  std::vector<int> order;
  const auto loop_thread = std::this_thread::get_id();
  std::thread([&] {
    for (int i = 0; i < 100; ++i) {
      loop_.Post([&, i] {
        EXPECT_EQ(std::this_thread::get_id(), loop_thread);
        order.push_back(i);
        if (i == 99) loop_.Stop();
      });
    }
  }).join();
  loop_.Run();
  ASSERT_EQ(order.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<size_t>(i)], i);
}

TEST_F(LoopTest, StopBeforeRunEndsRun) {
  loop_.Stop();
  loop_.Run();
}

TEST_F(LoopTest, TaskLeftAtTheEndIsDroppedWithWhatItOwns) {
  auto owned = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = owned;
  {
    Loop loop;
    loop.Post([owned = std::move(owned)] { FAIL(); });
  }
  EXPECT_TRUE(watch.expired());
}

TEST_F(LoopTest, TimersFireInOrderOfTheirTime) {
  std::vector<int> order;
  const Timer later = loop_.StartTimer(milliseconds(2), [&] { order.push_back(2); });
  const Timer sooner = loop_.StartTimer(milliseconds(1), [&] { order.push_back(1); });
  RunUntil([&] { return order.size() == 2; });
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST_F(LoopTest, StoppedAndDestroyedTimersDoNotFire) {
  Timer stopped = loop_.StartTimer(Duration::zero(), [] { FAIL(); });
  stopped.Stop();
  EXPECT_FALSE(stopped.active());
  {
    const Timer destroyed = loop_.StartTimer(Duration::zero(), [] { FAIL(); });
  }
  bool fired = false;
  const Timer last = loop_.StartTimer(milliseconds(1), [&] { fired = true; });
  RunUntil([&] { return fired; });
}

TEST_F(LoopTest, TimerMayRestartAndDestroyItselfInItsCallback) {
  int fired = 0;
  std::unique_ptr<Timer> timer;
  timer = std::make_unique<Timer>(loop_.NewTimer([&] {
    if (++fired < 3) return timer->Start(Duration::zero());
    timer.reset();
  }));
  timer->Start(Duration::zero());
  RunUntil([&] { return timer == nullptr; });
  EXPECT_EQ(fired, 3);
}

TEST_F(LoopTest, WorkRunsElsewhereAndIsDoneHere) {
  std::thread::id worker;
  bool done = false;
  loop_.QueueWork({.run = [&] { worker = std::this_thread::get_id(); },
                   .done =
                       [&] {
                         EXPECT_NE(worker, std::this_thread::get_id());
                         done = true;
                       }});
  RunUntil([&] { return done; });
}

TEST_F(LoopTest, ParallelWorkLeavesAProcessorToTheLoop) {
  const int allowed = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 2u, 5u)) - 1;
  std::atomic<int> parallel{0}, most{0};
  int done = 0;
  for (int i = 0; i < 50; ++i) {
    loop_.QueueWork({.run =
                         [&] {
                           const int now = ++parallel;
                           for (int seen = most;
                                seen < now && !most.compare_exchange_weak(seen, now);) {
                           }
                           --parallel;
                         },
                     .done = [&] { ++done; }});
  }
  EXPECT_GT(loop_.waiting_work(), 0u);
  RunUntil([&] { return done == 50; });
  EXPECT_LE(most, allowed);
}

class BusyWorkersTest : public LoopTest {
 protected:
  void Queue(std::string name, bool urgent) {
    loop_.QueueWork({.run = [] {},
                     .done = [this] { ++done_; },
                     .wanted =
                         [this, name] {
                           turns_.push_back(name);
                           return !name.starts_with("stale");
                         },
                     .urgent = urgent});
  }

  int done_ = 0;
  std::vector<std::string> turns_;
  BusyWorkers workers_{loop_};
};

TEST_F(BusyWorkersTest, UrgentWorkOvertakes) {
  Queue("first", false);
  Queue("second", false);
  Queue("urgent", true);
  Queue("urgent too", true);
  workers_.LetGo();
  RunUntil([this] { return done_ == 4; });
  EXPECT_EQ(turns_, (std::vector<std::string>{"urgent", "urgent too", "first", "second"}));
}

TEST_F(BusyWorkersTest, WorkThatIsNotWantedAnyMoreIsDropped) {
  Queue("stale", false);
  Queue("stale and urgent", true);
  Queue("wanted", false);
  workers_.LetGo();
  RunUntil([this] { return turns_.size() == 3 && done_ > 0; });
  EXPECT_EQ(done_, 1);
  EXPECT_EQ(turns_.back(), "wanted");
}

TEST_F(LoopTest, DestructionWaitsForWorkAndDropsTheRest) {
  std::latch gate(1);
  std::atomic<int> begun{0}, finished{0};
  std::thread opener;
  {
    Loop loop;
    for (int i = 0; i < 1000; ++i) {
      loop.QueueWork({.run =
                          [&] {
                            ++begun;
                            gate.wait();
                            ++finished;
                          },
                      .done = [] { FAIL(); }});
    }
    opener = std::thread([&] { gate.count_down(); });
  }
  opener.join();
  EXPECT_EQ(begun, finished);
  EXPECT_LT(finished, 1000);
}

TEST_F(LoopTest, SignalIsHeardOnTheLoopThread) {
  bool heard = false;
  loop_.OnSignal(SIGUSR1, [&] { heard = true; });
  raise(SIGUSR1);
  RunUntil([&] { return heard; });
}

TEST_F(LoopTest, NowAgreesWithTheSystemClock) {
  const Duration difference = SystemClock().Now() - loop_.Now();
  EXPECT_LT(std::chrono::abs(difference), seconds(60));
}

}  // namespace
}  // namespace sluice::transport
