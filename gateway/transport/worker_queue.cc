#include "transport/worker_queue.h"

#include <memory>
#include <utility>

#include "base/status.h"

namespace sluice::transport {

struct WorkerQueue::Request {
  uv_work_t handle{};
  WorkerQueue* queue = nullptr;
  Job job;
};

void WorkerQueue::Add(std::function<void()> work, std::function<void()> done) {
  waiting_.push_back({std::move(work), std::move(done)});
  StartWaiting();
}

void WorkerQueue::Abandon() {
  abandoned_ = true;
  waiting_.clear();
}

void WorkerQueue::StartWaiting() {
  while (running_ < max_parallel_ && !waiting_.empty()) {
    auto* request = new Request{.queue = this, .job = std::move(waiting_.front())};
    waiting_.pop_front();
    request->handle.data = request;
    ++running_;
    const int result = uv_queue_work(
        loop_, &request->handle,
        [](uv_work_t* handle) { static_cast<Request*>(handle->data)->job.work(); },
        [](uv_work_t* handle, int) {
          auto* finished = static_cast<Request*>(handle->data);
          finished->queue->Finish(finished);
        });
    SLUICE_CHECK(result == 0);
  }
}

void WorkerQueue::Finish(Request* request) {
  const std::unique_ptr<Request> owned(request);
  --running_;
  StartWaiting();
  if (!abandoned_) owned->job.done();
}

}  // namespace sluice::transport
