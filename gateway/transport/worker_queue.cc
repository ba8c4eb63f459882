#include "transport/worker_queue.h"

#include <memory>
#include <utility>

#include "base/status.h"

namespace sluice::transport {

struct WorkerQueue::Request {
  uv_work_t handle{};
  WorkerQueue* queue = nullptr;
  Work work;
};

void WorkerQueue::Add(Work work) {
  (work.urgent ? urgent_ : waiting_).push_back(std::move(work));
  StartWaiting();
}

void WorkerQueue::Abandon() {
  abandoned_ = true;
  urgent_.clear();
  waiting_.clear();
}

void WorkerQueue::StartWaiting() {
  while (running_ < max_parallel_ && waiting() > 0) {
    std::deque<Work>& next = urgent_.empty() ? waiting_ : urgent_;
    Work work = std::move(next.front());
    next.pop_front();
    if (!work.wanted || work.wanted()) Start(std::move(work));
  }
}

void WorkerQueue::Start(Work work) {
  auto* request = new Request{.queue = this, .work = std::move(work)};
  request->handle.data = request;
  ++running_;
  const int result = uv_queue_work(
      loop_, &request->handle,
      [](uv_work_t* handle) { static_cast<Request*>(handle->data)->work.run(); },
      [](uv_work_t* handle, int) {
        auto* finished = static_cast<Request*>(handle->data);
        finished->queue->Finish(finished);
      });
  SLUICE_CHECK(result == 0);
}

void WorkerQueue::Finish(Request* request) {
  const std::unique_ptr<Request> owned(request);
  --running_;
  StartWaiting();
  if (!abandoned_) owned->work.done();
}

}  // namespace sluice::transport
