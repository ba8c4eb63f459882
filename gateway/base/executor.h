#pragma once

#include <functional>

namespace sluice {

// A way onto a thread. Post may be called from any thread; the task runs later on the executor's
// own thread, in the order of posting, and never after the executor is gone. transport::Loop is
// one; tests use test::ManualExecutor.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual void Post(std::function<void()> task) = 0;
};

}  // namespace sluice
