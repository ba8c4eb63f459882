#pragma once

#include <deque>
#include <utility>

#include "base/executor.h"
#include "base/mutex.h"

namespace sluice::test {

// Keeps posted tasks until RunAll, so that a test decides when they run.
class ManualExecutor final : public Executor {
 public:
  void Post(std::function<void()> task) override {
    const MutexLock lock(mutex_);
    tasks_.push_back(std::move(task));
  }

  // Runs until nothing is left, also what the tasks post; returns how many ran.
  size_t RunAll() {
    size_t ran = 0;
    for (;; ++ran) {
      std::function<void()> task;
      {
        const MutexLock lock(mutex_);
        if (tasks_.empty()) return ran;
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      task();
    }
  }

 private:
  Mutex mutex_;
  std::deque<std::function<void()>> tasks_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::test
