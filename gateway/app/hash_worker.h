#pragma once

#include <functional>
#include <utility>

#include "identity/password_check.h"
#include "transport/loop.h"

namespace sluice::app {

// Hashes on the loop's worker pool, behind the handshakes that have begun.
class PoolHashWorker final : public identity::HashWorker {
 public:
  explicit PoolHashWorker(transport::Loop& loop) : loop_(loop) {}
  void Run(std::function<void()> work, std::function<void()> done) override {
    loop_.QueueWork({.run = std::move(work), .done = std::move(done)});
  }

 private:
  transport::Loop& loop_;
};

}  // namespace sluice::app
