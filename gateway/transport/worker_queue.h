#pragma once

#include <uv.h>

#include <cstddef>
#include <deque>

#include "transport/loop.h"

namespace sluice::transport {

// Work for libuv's worker pool, a bounded number at a time. Loop thread only. Internal to
// transport.
class WorkerQueue {
 public:
  // `max_parallel` > 0.
  WorkerQueue(uv_loop_t* loop, size_t max_parallel) : loop_(loop), max_parallel_(max_parallel) {}

  void Add(Work work);
  // Forgets what has not begun, and the `done` of what has; the loop must run until running() is 0.
  void Abandon();

  size_t max_parallel() const { return max_parallel_; }
  size_t waiting() const { return urgent_.size() + waiting_.size(); }
  size_t running() const { return running_; }

 private:
  struct Request;

  void StartWaiting();
  void Start(Work work);
  void Finish(Request* request);

  uv_loop_t* loop_;
  size_t max_parallel_;
  size_t running_ = 0;
  bool abandoned_ = false;
  std::deque<Work> urgent_, waiting_;
};

}  // namespace sluice::transport
