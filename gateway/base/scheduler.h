#pragma once

#include <functional>
#include <utility>

#include "base/clock.h"
#include "base/executor.h"

namespace sluice {

// A timer that can be armed again and again; fires once per Start. On its scheduler's thread only;
// destroyed (before its scheduler) it never fires again. May be restarted, stopped or destroyed in
// its own callback. Arming allocates nothing.
class Timer {
 public:
  // What a scheduler makes of it.
  class Impl {
   public:
    virtual void Start(Duration after) = 0;
    virtual void Stop() = 0;
    virtual bool active() const = 0;
    // The timer has gone: does not fire any more and frees itself, if its callback runs later.
    virtual void Release() = 0;

   protected:
    virtual ~Impl() = default;
  };

  Timer() = default;  // empty; only assignment, destruction and active() are allowed
  explicit Timer(Impl* impl) : impl_(impl) {}
  ~Timer() {
    if (impl_ != nullptr) impl_->Release();
  }
  Timer(Timer&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
  Timer& operator=(Timer&& other) noexcept {
    std::swap(impl_, other.impl_);
    return *this;
  }

  void Start(Duration after) { impl_->Start(after); }
  void Stop() { impl_->Stop(); }
  bool active() const { return impl_ != nullptr && impl_->active(); }

 private:
  Impl* impl_ = nullptr;
};

// A thread's time: what is it now, what happens later. The gateway's is transport::Loop; tests use
// test::SimulatedScheduler, in whose world an hour takes no time. On its thread only, but for Post.
class Scheduler : public Executor {
 public:
  // The same throughout one turn; costs no system call.
  virtual MonotonicTime Now() const = 0;

  // A timer that is not armed yet, or armed at once.
  virtual Timer NewTimer(std::function<void()> callback) = 0;
  Timer StartTimer(Duration after, std::function<void()> callback) {
    Timer timer = NewTimer(std::move(callback));
    timer.Start(after);
    return timer;
  }
};

}  // namespace sluice
