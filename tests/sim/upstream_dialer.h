#pragma once

#include <memory>
#include <string>

#include "base/scheduler.h"
#include "sim/upstream.h"
#include "transport/stream_context.h"
#include "uplink_mqtt/dialer.h"
#include "uplink_mqtt/options.h"

namespace sluice::sim {

// Makes connections of one process to the servers of an upstream, through the simulated network, or
// fails as a real one does; with what the gateway's files say at that moment.
class UpstreamDialer final : public uplink_mqtt::Dialer {
 public:
  // `upstream` and `process` outlive it.
  UpstreamDialer(Upstream& upstream, uplink_mqtt::MqttOptions options, Scheduler& process);

  void Dial(const forward::UplinkUrl& server, Callback on_done) override;
  void GiveUp() override;

 private:
  void Ring(const std::string& host);
  void Connect(UpstreamServer& server);
  void FinishAfter(Duration delay, uplink_mqtt::DialCause failure, std::string text);
  void Finish();

  Upstream& upstream_;
  const uplink_mqtt::MqttOptions options_;
  Scheduler& process_;
  Random random_;
  Timer timer_;
  Callback on_done_;
  Outcome outcome_;
  std::optional<std::string> password_;  // as the file had it
  std::string host_;
};

}  // namespace sluice::sim
