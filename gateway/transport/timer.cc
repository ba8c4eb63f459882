#include "transport/timer.h"

#include <utility>

#include "base/status.h"
#include "transport/loop_resources.h"

namespace sluice::transport {
namespace {

// Up, so that a deadline has passed when its timer fires.
uint64_t CeilMilliseconds(Duration duration) {
  if (duration <= Duration::zero()) return 0;
  return static_cast<uint64_t>(std::chrono::ceil<std::chrono::milliseconds>(duration).count());
}

}  // namespace

UvTimer::UvTimer(uv_loop_t* loop, LoopResources* resources, std::function<void()> callback)
    : resources_(*resources), callback_(std::move(callback)) {
  uv_timer_init(loop, &handle_);
  handle_.data = this;
}

void UvTimer::Start(Duration after) {
  const auto fire = [](uv_timer_t* handle) { static_cast<UvTimer*>(handle->data)->Fire(); };
  SLUICE_CHECK(uv_timer_start(&handle_, fire, CeilMilliseconds(after), 0) == 0);
}

void UvTimer::Fire() {
  resources_.progress = true;
  callback_();
}

void UvTimer::Stop() { SLUICE_CHECK(uv_timer_stop(&handle_) == 0); }

bool UvTimer::active() const {
  return uv_is_active(reinterpret_cast<const uv_handle_t*>(&handle_));
}

// The callback may destroy the timer, so it lives until libuv lets go of the handle.
void UvTimer::Release() {
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_),
           [](uv_handle_t* closed) { delete static_cast<UvTimer*>(closed->data); });
}

}  // namespace sluice::transport
