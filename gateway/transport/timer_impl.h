#pragma once

#include <uv.h>

#include <functional>

#include "transport/loop.h"
#include "transport/loop_resources.h"

namespace sluice::transport {

struct Timer::Impl {
  uv_timer_t handle{};
  LoopResources* resources = nullptr;
  std::function<void()> callback;
  void Close();  // frees this, later
};

}  // namespace sluice::transport
