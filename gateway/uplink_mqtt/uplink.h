#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/lifetime.h"
#include "base/scheduler.h"
#include "forward/uplink.h"
#include "uplink_mqtt/connection.h"
#include "uplink_mqtt/dialer.h"
#include "uplink_mqtt/options.h"
#include "uplink_mqtt/server_round.h"

namespace sluice::uplink_mqtt {

// An uplink to an MQTT broker on our own client: no thread, many publishes in one write, many
// acknowledgements from one read, and the reason of every end. Publishes at QoS 1. Of several
// servers it takes the first that takes us, see ServerRound.
//
// An upstream that does not take the status message (refuses it, or CONNECT for the will, or ends
// the connection at it kMaxEndsAtStatus times in a row) gets a connection without: events matter
// more. The next connection tries it once more.
//
// A connection that has ended stays until its stream is closed, so that DISCONNECT leaves; nothing
// more is heard of it.
class MqttUplink final : public forward::Uplink, public Connection::Owner {
 public:
  // client::CheckOptions(options.session) is OK. `scheduler` outlives the uplink.
  MqttUplink(MqttOptions options, Scheduler& scheduler, std::unique_ptr<Dialer> dialer);
  ~MqttUplink() override;

  void SetListener(forward::UplinkListener* listener) override { listener_ = listener; }
  void Connect() override;
  void Publish(uint32_t token, const forward::OutgoingMessage& message) override;
  void Disconnect() override;

  // Of the attempt that failed last.
  const DialFailure& dial_failure() const { return dial_failure_; }

 private:
  static constexpr int kMaxEndsAtStatus = 2;

  void Dial();
  void OnDialed(Dialer::Outcome outcome);
  void OnFailed(forward::UplinkEnd end, bool by_upstream);
  void NoteEndAtStatus(const Connection& connection);
  const forward::UplinkUrl& server() const;
  void Refuse(uint32_t token, client::PublishResult result);
  void DeliverRefusals();
  void Retire();

  void OnConnected(Connection& connection, const forward::UplinkLimits& limits,
                   const std::string& untold) override;
  void OnAcknowledged(Connection& connection, uint32_t token) override;
  void OnRefused(Connection& connection, uint32_t token, const forward::Refusal& refusal) override;
  void OnEnded(Connection& connection, const forward::UplinkEnd& end, bool by_upstream) override;
  void OnGone(Connection& connection) override;

  const MqttOptions options_;
  Scheduler& scheduler_;
  const std::unique_ptr<Dialer> dialer_;
  forward::UplinkListener* listener_ = nullptr;
  ServerRound round_;
  bool all_turned_away_ = true;  // in this attempt
  int ends_at_status_ = 0;       // in a row
  std::string untold_;           // why the present connection is without
  MonotonicTime attempt_began_{};
  DialFailure dial_failure_;
  std::unique_ptr<Connection> current_;
  std::vector<std::unique_ptr<Connection>> retired_;
  // What could not be sent, to be told from the loop.
  std::vector<std::pair<uint32_t, forward::Refusal>> refusals_;
  Lifetime connection_;  // the present one, or the attempt at it
};

}  // namespace sluice::uplink_mqtt
