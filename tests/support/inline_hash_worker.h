#pragma once

#include <functional>
#include <utility>

#include "base/executor.h"
#include "identity/password_check.h"

namespace sluice::test {

// Hashes on the executor's own thread, one task later.
class InlineHashWorker final : public identity::HashWorker {
 public:
  explicit InlineHashWorker(Executor* executor) : executor_(executor) {}
  void Run(std::function<void()> work, std::function<void()> done) override {
    executor_->Post([work = std::move(work), done = std::move(done)] {
      work();
      done();
    });
  }

 private:
  Executor* executor_;
};

}  // namespace sluice::test
