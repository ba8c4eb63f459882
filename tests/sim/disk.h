#pragma once
#include <memory>
#include <set>
#include "sim/scene.h"
#include "sim/witness.h"
#include "support/memory_env.h"
namespace sluice::sim {
class Disk {
 public:
  explicit Disk(Scene& scene) : scene_(scene), random_(scene.RandomFor("disk")) {
    env_.SetCapacity(1ull << 30);
  }
  std::unique_ptr<Env> Mount();
  void EndProcess(Witness::End how) {
    env_.FailFromNowOn(~0u & ~unsigned(test::MemoryEnv::kRead | test::MemoryEnv::kOpen));
    dead_ = true;
    how_ = how;
  }
  void Revive() {
    if (!dead_) return;
    dead_ = false;
    env_.StopFailing();
    if (how_ == Witness::End::kPowerCut)
      env_.TearUnsynced(random_);
    else
      env_.Kill();
  }
  void DieAfter(uint64_t n) {
    if (n == UINT64_MAX)
      env_.StopFailing();
    else
      env_.FailAt(n, UINT64_MAX);
  }
  bool died() const { return env_.has_failed(); }
  Duration NewLatency() {
    return latency_ = Between(random_, std::chrono::microseconds(20), std::chrono::milliseconds(3));
  }
  Duration latency() const { return latency_; }
  std::string vfs() const { return {}; }
  bool MayRefuse(const Status&) const { return false; }
  void Mend() {}
  bool IsDurable(Token) const { return true; }

 private:
  Scene& scene_;
  Random random_;
  test::MemoryEnv env_;
  Duration latency_{};
  bool dead_ = false;
  Witness::End how_{};
  friend class Forward;
};
}  // namespace sluice::sim
