#pragma once

#include <uv.h>

#include <functional>

#include "base/scheduler.h"

namespace sluice::transport {

class LoopResources;

// A Timer on libuv's; times are rounded up to a millisecond. Internal to transport.
class UvTimer final : public Timer::Impl {
 public:
  UvTimer(uv_loop_t* loop, LoopResources* resources, std::function<void()> callback);

  void Start(Duration after) override;
  void Stop() override;
  bool active() const override;
  void Release() override;

 private:
  void Fire();

  uv_timer_t handle_{};
  LoopResources& resources_;
  const std::function<void()> callback_;
};

}  // namespace sluice::transport
