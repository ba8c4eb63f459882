#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/scheduler.h"
#include "client/client.h"
#include "codec/outgoing_publish.h"
#include "forward/uplink.h"
#include "transport/byte_stream.h"
#include "uplink_mqtt/options.h"

namespace sluice::uplink_mqtt {

// A stream with a client on it, from CONNECT to the end of the stream. Loop thread.
//
// Publishes are encoded into the stream's own output, which gathers what is written until the end
// of the loop's iteration and leaves in one piece.
class Connection final : private transport::StreamHandler {
 public:
  // Told from callbacks of the loop, never from inside a call.
  class Owner {
   public:
    virtual ~Owner() = default;
    // `untold`: why upstream has not taken the status message; empty if it has, or there is none.
    virtual void OnConnected(Connection& connection, const forward::UplinkLimits& limits,
                             const std::string& untold) = 0;
    virtual void OnAcknowledged(Connection& connection, uint32_t token) = 0;
    virtual void OnRefused(Connection& connection, uint32_t token,
                           const forward::Refusal& refusal) = 0;
    // Nothing more will be heard of it but OnGone. Not after Leave.
    // `by_upstream`: or for a rule that it broke; otherwise by us, for its silence.
    virtual void OnEnded(Connection& connection, const forward::UplinkEnd& end,
                         bool by_upstream) = 0;
    // The stream is closed: the connection may be destroyed, and is not touched any more.
    virtual void OnGone(Connection& connection) = 0;
  };

  // Starts. `owner` and `scheduler` outlive it. With a `status` the will says that we are gone;
  // before OnConnected upstream is told that we are there and has answered, so that whatever comes
  // of that is no route's matter.
  Connection(Owner& owner, Scheduler& scheduler, client::Options options,
             std::optional<StatusTopic> status, std::unique_ptr<transport::ByteStream> stream);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool connected() const { return open_; }
  // It ended between CONNACK and the answer to the status message.
  bool ended_at_status() const { return birth_sent_ && !open_; }
  const client::End& end() const { return client_.end(); }
  client::PublishResult Publish(uint32_t token, const forward::OutgoingMessage& message);
  // Says goodbye; only OnGone follows.
  void Leave();

 private:
  size_t OnBytes(ByteSpan bytes) override;
  void OnClosed(const Status& reason) override;
  void OnTimer();

  void CarryOut();
  void DoConnected(const client::ServerTerms& terms);
  bool SendBirth();
  void Open();
  void SayGoodbye();
  void DoAcknowledged(const client::Acknowledged& acknowledged);
  void DoEnded();
  client::PublishResult Encode(uint32_t token, const codec::OutgoingPublish& publish);
  void Send();
  void Flush();
  bool EndedByUpstream() const;
  forward::UplinkEnd HowEnded() const;

  Owner& owner_;
  Scheduler& scheduler_;
  const client::Options options_;
  const std::optional<StatusTopic> status_;
  client::SessionState state_;  // ends with the connection
  client::Client client_;
  client::Output out_;
  std::unique_ptr<transport::ByteStream> stream_;
  Timer timer_;
  MonotonicTime timer_due_{};
  std::vector<codec::UserProperty> properties_;  // of the message under way; kept for its memory
  Status closed_;                                // why the stream did, if that was the end
  std::string unfit_;                            // why we have left though all was well
  std::string untold_;                           // why the status was not taken
  bool birth_sent_ = false;
  bool born_ = false;  // upstream has the birth, or may have it
  bool open_ = false;  // OnConnected was told
  bool gathering_ = false;
  bool told_ = false;  // that it has ended, or nobody is to be told
};

}  // namespace sluice::uplink_mqtt
