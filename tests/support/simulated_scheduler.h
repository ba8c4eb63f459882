#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "base/scheduler.h"
#include "base/status.h"
#include "support/simulated_clock.h"

namespace sluice::test {

// A Scheduler whose time is a SimulatedClock's: an hour of timers takes no time, and the same calls
// give the same history. Timers fire in the order of their deadlines, equal ones in the order in
// which they were armed; what is posted runs before the next timer. Timers are gone before it is.
// One thread.
class SimulatedScheduler final : public Scheduler {
 public:
  // Outlives the scheduler. Who advances the clock alone makes timers late, as a busy machine does.
  explicit SimulatedScheduler(SimulatedClock* clock) : clock_(*clock) {}
  ~SimulatedScheduler() override { SLUICE_CHECK(timers_ == 0); }
  SimulatedScheduler(const SimulatedScheduler&) = delete;
  SimulatedScheduler& operator=(const SimulatedScheduler&) = delete;

  MonotonicTime Now() const override { return clock_.Now(); }
  void Post(std::function<void()> task) override { posted_.push_back(std::move(task)); }
  Timer NewTimer(std::function<void()> callback) override {
    ++timers_;
    return Timer(new SimulatedTimer(this, std::move(callback)));
  }

  // Runs one task, or a timer that is due; false if there is neither. Time stands still.
  bool RunOne() {
    if (!posted_.empty()) {
      const std::function<void()> task = std::move(posted_.front());
      posted_.pop_front();
      task();
      return true;
    }
    if (armed_.empty() || armed_.begin()->first.first > Now()) return false;
    armed_.begin()->second->Fire();
    return true;
  }
  // Until there is nothing left to do now; false if that takes more than `most` steps.
  bool RunReady(size_t most = 1'000'000) {
    for (; most > 0; --most) {
      if (!RunOne()) return true;
    }
    return false;
  }
  // When the next timer is due.
  std::optional<MonotonicTime> NextDeadline() const {
    if (armed_.empty()) return {};
    return armed_.begin()->first.first;
  }
  // Lets time pass, and everything happen that falls into it, each at its time.
  void Advance(Duration by) {
    const MonotonicTime end = Now() + by;
    for (RunReady(); NextDeadline() && *NextDeadline() <= end; RunReady()) {
      clock_.Advance(*NextDeadline() - Now());
    }
    clock_.Advance(end - Now());
  }

 private:
  class SimulatedTimer;
  using Deadline = std::pair<MonotonicTime, uint64_t>;  // and the order of arming
  using Armed = std::map<Deadline, SimulatedTimer*>;

  class SimulatedTimer final : public Timer::Impl {
   public:
    SimulatedTimer(SimulatedScheduler* scheduler, std::function<void()> callback)
        : scheduler_(*scheduler), callback_(std::move(callback)) {}
    ~SimulatedTimer() override {
      Stop();
      --scheduler_.timers_;
    }
    void Start(Duration after) override {
      Stop();
      const Deadline deadline(scheduler_.Now() + std::max(after, Duration(0)),
                              ++scheduler_.starts_);
      place_ = scheduler_.armed_.emplace(deadline, this).first;
    }
    void Stop() override {
      if (place_) scheduler_.armed_.erase(*std::exchange(place_, std::nullopt));
    }
    bool active() const override { return place_.has_value(); }
    void Release() override {
      Stop();
      if (firing_) {
        released_ = true;
      } else {
        delete this;
      }
    }
    void Fire() {
      Stop();
      firing_ = true;
      callback_();
      firing_ = false;
      if (released_) delete this;
    }

   private:
    SimulatedScheduler& scheduler_;
    const std::function<void()> callback_;
    std::optional<Armed::iterator> place_;
    bool firing_ = false;
    bool released_ = false;
  };

  SimulatedClock& clock_;
  std::deque<std::function<void()>> posted_;
  Armed armed_;
  uint64_t starts_ = 0;
  size_t timers_ = 0;
};

}  // namespace sluice::test
