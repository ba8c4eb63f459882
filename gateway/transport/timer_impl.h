#pragma once

#include <uv.h>

#include <functional>

#include "transport/loop.h"

namespace sluice::transport {

struct Timer::Impl {
  uv_timer_t handle{};
  std::function<void()> callback;
  void Close();  // frees this, later
};

}  // namespace sluice::transport
