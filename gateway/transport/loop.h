#pragma once

#include <functional>
#include <memory>

#include "base/scheduler.h"

struct uv_loop_s;

namespace sluice::transport {

class LoopResources;

// Something that takes milliseconds.
struct Work {
  std::function<void()> run;   // on the worker pool
  std::function<void()> done;  // then, on the loop thread
  // Asked on the loop thread when the work's turn has come; false drops it. Empty: it is wanted.
  std::function<bool()> wanted = {};
  bool urgent = false;
};

// The event loop (libuv). Its thread is the one that calls Run; everything but Post and Stop
// belongs there. Timers, listeners and streams must be gone before it is. Destruction waits for
// work that is on a worker.
class Loop final : public Scheduler {
 public:
  Loop();
  ~Loop() override;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Serves until Stop.
  void Run();
  // Waits for something to happen and serves it: one iteration. For tests: `while (!done)
  // loop.RunOnce();`
  void RunOnce();
  // Makes Run return after the iteration under way. Any thread.
  void Stop();
  // Any thread; in order. Tasks still waiting when the loop is destroyed are dropped.
  void Post(std::function<void()> task) override;

  // Its times are rounded up to a millisecond.
  Timer NewTimer(std::function<void()> callback) override;

  // No more works run at a time than leave a processor to the loop; the rest wait, the urgent ones
  // in front, otherwise in order.
  void QueueWork(Work work);
  size_t max_parallel_work() const;
  size_t waiting_work() const;  // queued and not begun

  // Runs `callback` on the loop thread when the signal arrives, instead of its default action.
  void OnSignal(int signal_number, std::function<void()> callback);

  // The same throughout an iteration.
  MonotonicTime Now() const override;

  // For the classes of this folder.
  uv_loop_s* uv();
  LoopResources& resources();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::transport
