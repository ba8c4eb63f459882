#include <uv.h>

#include <utility>

#include "base/status.h"
#include "transport/loop.h"
#include "transport/timer_impl.h"

namespace sluice::transport {
namespace {

// Up, so that a deadline has passed when its timer fires.
uint64_t CeilMilliseconds(Duration duration) {
  if (duration <= Duration::zero()) return 0;
  return static_cast<uint64_t>(std::chrono::ceil<std::chrono::milliseconds>(duration).count());
}

}  // namespace

// The callback may destroy the timer, so it lives until libuv lets go of the handle.
void Timer::Impl::Close() {
  uv_close(reinterpret_cast<uv_handle_t*>(&handle),
           [](uv_handle_t* closed) { delete static_cast<Impl*>(closed->data); });
}

Timer::~Timer() {
  if (impl_ != nullptr) impl_->Close();
}

Timer::Timer(Timer&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}

Timer& Timer::operator=(Timer&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}

void Timer::Start(Duration after) {
  const auto fire = [](uv_timer_t* handle) {
    auto* timer = static_cast<Impl*>(handle->data);
    timer->resources->progress = true;
    timer->callback();
  };
  SLUICE_CHECK(uv_timer_start(&impl_->handle, fire, CeilMilliseconds(after), 0) == 0);
}

void Timer::Stop() { SLUICE_CHECK(uv_timer_stop(&impl_->handle) == 0); }

bool Timer::active() const {
  return impl_ != nullptr && uv_is_active(reinterpret_cast<const uv_handle_t*>(&impl_->handle));
}

}  // namespace sluice::transport
