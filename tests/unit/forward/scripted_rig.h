#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scripted_uplink.h"
#include "support/uplink_rig.h"

namespace sluice::test {

// An upstream that takes what a ScriptedUplink publishes, one step after the other.
class ScriptedRig final : public UplinkRig {
 public:
  void StartUpstream(const Terms& terms) override;
  void RestartUpstream() override { state_ = State::kRunning; }
  void KillUpstream() override { state_ = State::kDead; }
  void PauseUpstream() override { state_ = State::kPaused; }
  void ResumeUpstream() override { state_ = State::kRunning; }
  forward::Uplink& uplink() override { return *uplink_; }
  void DestroyUplink() override { uplink_.reset(); }
  bool RunUntil(const std::function<bool()>& condition) override;
  void Listen() override { received_.clear(); }
  std::vector<std::string> Received(size_t count) override;

 private:
  enum class State : uint8_t { kRunning, kPaused, kDead };

  bool Step();
  bool TakeNext();
  void Take(size_t i);
  forward::UplinkLimits Limits() const;

  Terms terms_;
  State state_ = State::kRunning;
  std::optional<ScriptedUplink> uplink_;
  std::vector<std::string> received_;
};

}  // namespace sluice::test
