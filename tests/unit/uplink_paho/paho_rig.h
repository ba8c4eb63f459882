#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/mosquitto_broker.h"
#include "support/uplink_rig.h"
#include "support/waiting_executor.h"
#include "uplink_paho/subscriber.h"
#include "uplink_paho/uplink.h"

namespace sluice::test {

// PahoUplinks and a real Mosquitto.
class PahoRig final : public UplinkRig {
 public:
  explicit PahoRig(codec::Version version);

  void StartUpstream(const Terms& terms) override;
  void RestartUpstream() override { broker_->Start(); }
  void KillUpstream() override { broker_->Kill(); }
  void PauseUpstream() override { broker_->Pause(); }
  void ResumeUpstream() override { broker_->Resume(); }
  forward::Uplink& uplink() override { return *uplink_; }
  void DestroyUplink() override { uplink_.reset(); }
  bool RunUntil(const std::function<bool()>& condition) override {
    return executor_.RunUntil(condition);
  }
  void Listen() override;
  std::vector<std::string> Received(size_t count) override;

 private:
  TemporaryDirectory directory_;
  uplink_paho::PahoOptions options_;
  WaitingExecutor executor_;
  std::unique_ptr<MosquittoBroker> broker_;
  std::optional<uplink_paho::PahoUplink> uplink_;
  std::optional<uplink_paho::PahoSubscriber> subscriber_;
};

}  // namespace sluice::test
