#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/gateway.h"
#include "base/clock.h"
#include "base/health.h"
#include "base/metrics.h"
#include "base/random.h"
#include "config/config_file.h"
#include "forward/uplink.h"
#include "normalise/profile.h"
#include "sim/disk.h"
#include "sim/network.h"
#include "sim/process_scheduler.h"
#include "sim/scene.h"
#include "sim/witness.h"
#include "uplink_mqtt/options.h"

namespace sluice::sim {

// The gateway as a process of a machine: it starts, is stopped in order, killed, cut from power
// between any two steps or in the middle of one, stands still for a while, and starts again. What
// the journal's and the state's threads do in a real one is done in turns of their own here, which
// take time as the disk does.
class Process {
 public:
  // Everything outlives the process.
  struct Parts {
    Scene& scene;
    Disk& disk;
    Network& network;
    Witness& witness;
    std::function<std::unique_ptr<forward::Uplink>(
        const std::string& name, const uplink_mqtt::MqttOptions& options, Scheduler& process)>
        new_uplink;
    // The journal is open, and nothing has been taken yet.
    std::function<void()> opened;
  };

  explicit Process(const Parts& parts);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // A start that fails is tried again after a while, as a service manager does.
  void Start();
  // Begins an orderly end, and starts again after it.
  void Restart();
  // At once; starts again after `off`.
  void End(Witness::End how, Duration off);
  // Within the next turn of the journal, between any two of its operations.
  void EndMidway(Witness::End how, Duration off);
  void Pause(Duration duration);

  // An orderly end, for good.
  void Finish();

  // As a request to the gateway, on its loop. Only while it is up and does not stand still.
  void Do(const std::function<void()>& task) { Run(task); }

  bool up() const { return life_ != nullptr; }
  bool paused() const { return paused_; }
  uint64_t starts() const { return starts_; }
  // Somebody has added one since the start, see Plan::late_profile.
  bool LacksProfiles() const { return started_ < LateProfileAge(parts_.scene.plan); }
  // Only while it is up.
  app::Gateway& gateway();
  Health& health();
  Metrics& metrics();

 private:
  struct Life;
  struct Death {
    Witness::End how;
    Duration off;
  };

  void StartIn(Duration after);
  void Begin();
  Result<std::unique_ptr<app::Gateway>> Create();
  void Run(const std::function<void()>& task);
  std::vector<normalise::Profile> Profiles() const;
  void Listen();
  void LookForReplays();
  void LookForWork();
  void JournalTurn();
  void StateTurn();
  void DieIfDue();
  void Die(const Death& death);
  void Stopped();
  void JudgeMemory();
  void JudgeLeaks();

  const Parts parts_;
  Random random_;
  config::LoadedConfig config_;
  std::vector<normalise::Profile> profiles_, late_profiles_;
  config::MemoryPlan plan_;
  std::unique_ptr<Life> life_;
  Timer start_timer_, pause_timer_;
  std::optional<Death> midway_;
  MonotonicTime booted_{};
  WallTime newest_file_{};
  uint64_t starts_ = 0;
  Duration started_{};    // the scene's age then
  size_t born_with_ = 0;  // bytes that were not freed yet when it started
  bool paused_ = false;
  bool finished_ = false;
};

}  // namespace sluice::sim
