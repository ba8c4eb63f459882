#include "transport/loop.h"

#include <uv.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/status.h"
#include "transport/loop_resources.h"
#include "transport/timer.h"
#include "transport/worker_queue.h"

namespace sluice::transport {
namespace {

// One processor is left to the loop; libuv's pool has four threads, and what waits there waits in
// its order instead of ours.
size_t MaxParallelWork() { return std::clamp(std::thread::hardware_concurrency(), 2u, 5u) - 1; }

template <typename Handle>
uv_handle_t* AsHandle(Handle* handle) {
  return reinterpret_cast<uv_handle_t*>(handle);
}

struct Signal {
  uv_signal_t handle{};
  std::function<void()> callback;
};

}  // namespace

struct Loop::Impl {
  Impl();
  void RunPosted();
  void ForgetPosted();
  void EndIteration();

  uv_loop_t loop{};
  uv_async_t wakeup{};
  // Before and after the poll: what timers and what reads have written leaves at once.
  uv_prepare_t prepare{};
  uv_check_t check{};
  std::atomic<bool> stop{false};
  bool once = false;  // in RunOnce
  Mutex mutex;
  std::vector<std::function<void()>> posted SLUICE_GUARDED_BY(mutex);
  std::vector<std::function<void()>> running;  // loop thread; keeps its memory
  std::vector<std::unique_ptr<Signal>> signals;
  LoopResources resources;
  WorkerQueue workers{&loop, MaxParallelWork()};
};

Loop::Impl::Impl() {
  SLUICE_CHECK(uv_loop_init(&loop) == 0);
  loop.data = this;
  SLUICE_CHECK(uv_async_init(&loop, &wakeup, [](uv_async_t* handle) {
                 static_cast<Impl*>(handle->loop->data)->RunPosted();
               }) == 0);
  uv_prepare_init(&loop, &prepare);
  uv_prepare_start(&prepare, [](uv_prepare_t* handle) {
    static_cast<Impl*>(handle->loop->data)->EndIteration();
  });
  uv_check_init(&loop, &check);
  uv_check_start(
      &check, [](uv_check_t* handle) { static_cast<Impl*>(handle->loop->data)->EndIteration(); });
}

void Loop::Impl::RunPosted() {
  {
    const MutexLock lock(mutex);
    std::swap(posted, running);
  }
  for (std::function<void()>& task : running) task();
  running.clear();
  if (stop) uv_stop(&loop);
}

// Tasks may own things that need the loop to go, and that post as they go.
void Loop::Impl::ForgetPosted() {
  std::vector<std::function<void()>> forgotten;
  const MutexLock lock(mutex);
  forgotten.swap(posted);
}

void Loop::Impl::EndIteration() {
  if (!resources.flush_queue.empty()) resources.progress = true;
  const bool more = resources.flush_queue.Run();
  // What is left over must not wait for the network to say something, and neither must RunOnce's
  // caller.
  if (more || (once && resources.progress)) uv_async_send(&wakeup);
}

Loop::Loop() : impl_(std::make_unique<Impl>()) {}

Loop::~Loop() {
  impl_->ForgetPosted();
  impl_->workers.Abandon();
  for (uv_handle_t* handle :
       {AsHandle(&impl_->wakeup), AsHandle(&impl_->prepare), AsHandle(&impl_->check)}) {
    uv_close(handle, nullptr);
  }
  for (const auto& signal : impl_->signals) uv_close(AsHandle(&signal->handle), nullptr);
  uv_run(&impl_->loop, UV_RUN_DEFAULT);
  SLUICE_CHECK(uv_loop_close(&impl_->loop) == 0);  // else a stream or timer outlives its loop
}

void Loop::Run() {
  while (!impl_->stop) uv_run(&impl_->loop, UV_RUN_DEFAULT);
  impl_->stop = false;
}

void Loop::RunOnce() {
  impl_->once = true;
  impl_->resources.progress = false;
  uv_run(&impl_->loop, UV_RUN_ONCE);
  impl_->once = false;
}

void Loop::Stop() {
  impl_->stop = true;
  uv_async_send(&impl_->wakeup);
}

void Loop::Post(std::function<void()> task) {
  {
    const MutexLock lock(impl_->mutex);
    impl_->posted.push_back(std::move(task));
  }
  uv_async_send(&impl_->wakeup);
}

Timer Loop::NewTimer(std::function<void()> callback) {
  return Timer(new UvTimer(&impl_->loop, &impl_->resources, std::move(callback)));
}

void Loop::QueueWork(Work work) { impl_->workers.Add(std::move(work)); }

size_t Loop::max_parallel_work() const { return impl_->workers.max_parallel(); }
size_t Loop::waiting_work() const { return impl_->workers.waiting(); }

void Loop::OnSignal(int signal_number, std::function<void()> callback) {
  auto& signal = impl_->signals.emplace_back(std::make_unique<Signal>());
  signal->callback = std::move(callback);
  uv_signal_init(&impl_->loop, &signal->handle);
  signal->handle.data = signal.get();
  const auto on_signal = [](uv_signal_t* handle, int) {
    static_cast<Signal*>(handle->data)->callback();
  };
  SLUICE_CHECK(uv_signal_start(&signal->handle, on_signal, signal_number) == 0);
}

MonotonicTime Loop::Now() const {
  return MonotonicTime(std::chrono::milliseconds(uv_now(&impl_->loop)));
}

uv_loop_s* Loop::uv() { return &impl_->loop; }
LoopResources& Loop::resources() { return impl_->resources; }

}  // namespace sluice::transport
