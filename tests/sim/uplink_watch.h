#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "forward/uplink.h"
#include "sim/scene.h"
#include "sim/witness.h"

namespace sluice::sim {

class Upstream;

// Between an uplink of one process and those who publish on it. Tells the witness what the gateway
// publishes, in the moment when it does, and holds the uplink to what upstream has said.
class UplinkWatch final : public forward::Uplink, private forward::UplinkListener {
 public:
  // `make` makes the uplink, as the gateway's code.
  UplinkWatch(Upstream& upstream, const std::function<std::unique_ptr<forward::Uplink>()>& make);
  ~UplinkWatch() override;

  void SetListener(forward::UplinkListener* listener) override { listener_ = listener; }
  void Connect() override;
  void Publish(uint32_t token, const forward::OutgoingMessage& message) override;
  void Disconnect() override;

 private:
  void OnConnected(const forward::UplinkLimits& limits) override;
  void OnDisconnected(const forward::UplinkEnd& end) override;
  void OnGivenUp(const forward::UplinkEnd& end) override;
  void OnServerFailed(const forward::UplinkEnd& end) override;
  void OnStatusTold(const std::string& untold) override;
  void OnAcknowledged(uint32_t token) override;
  void OnRefused(uint32_t token, const forward::Refusal& refusal) override;

  void Leave();
  void Note(const forward::OutgoingMessage& message, uint32_t token);
  void LookAtAnswer(uint32_t token, const forward::Refusal* refusal);

  Upstream& upstream_;
  const std::unique_ptr<forward::Uplink> uplink_;
  forward::UplinkListener* listener_ = nullptr;
  bool connected_ = false;
  std::map<std::string, size_t> unanswered_;  // messages of each route, as the gateway has heard
};

}  // namespace sluice::sim
