#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <utility>

#include "base/executor.h"
#include "base/mutex.h"

namespace sluice::test {

// An executor whose tasks run where the test waits, for what comes from other threads and
// processes. Waits for something to happen, never for a time to pass, within a limit that a loaded
// machine keeps.
class WaitingExecutor final : public Executor {
 public:
  static constexpr std::chrono::seconds kLimit{15};

  void Post(std::function<void()> task) override {
    const MutexLock lock(mutex_);
    tasks_.push_back(std::move(task));
    wake_.NotifyOne();
  }
  // Runs tasks until `condition` holds; false when the limit passed.
  bool RunUntil(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + kLimit;
    while (!condition()) {
      std::function<void()> task;
      {
        const MutexLock lock(mutex_);
        while (tasks_.empty()) {
          if (!wake_.WaitUntil(mutex_, deadline)) return false;
        }
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      task();
    }
    return true;
  }

 private:
  Mutex mutex_;
  ConditionVariable wake_;
  std::deque<std::function<void()>> tasks_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::test
