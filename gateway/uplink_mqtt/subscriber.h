#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/scheduler.h"
#include "base/status.h"
#include "client/client.h"
#include "transport/byte_stream.h"
#include "transport/loop.h"
#include "uplink_mqtt/network_dialer.h"
#include "uplink_mqtt/options.h"

namespace sluice::uplink_mqtt {

// A blocking subscriber for command-line tools, on our own client and a loop of its own, which runs
// while a call waits. Not for the gateway itself. One thread.
//
// A message of QoS 1 or 2 is acknowledged by the call after the one that handed it out: what its
// receiver has not done with, a broker that keeps the session sends again.
class MqttSubscriber final : private transport::StreamHandler {
 public:
  // Stops a broker that is faster than our output from filling the memory.
  static constexpr size_t kMaxQueuedBytes = 8 << 20;

  enum class Outcome : uint8_t {
    kMessage,
    kNothing,       // not within the time
    kDisconnected,  // and every message from before has been handed out
  };

  // client::CheckOptions(options.session) is OK; Receive Maximum and time limits in there are
  // replaced by ours. Subscribes to `filter` at QoS 1.
  MqttSubscriber(MqttOptions options, std::string filter);
  ~MqttSubscriber() override;

  // Connects and subscribes; waits up to twice the connect timeout. kPermissionDenied when the
  // broker refuses us or a file of ours cannot be read, kUnavailable when the broker is not there.
  // May be called again after kDisconnected.
  Status Connect();
  // The next message's payload.
  Outcome Next(std::chrono::milliseconds timeout, std::string* payload);
  // Acknowledges what was handed out, drops what was not, and says goodbye.
  void Disconnect();

 private:
  struct Message {
    uint16_t packet_id;  // 0 with QoS 0
    std::string payload;
  };

  Status Dial();
  void Subscribe();
  void AcknowledgeHandedOut();
  void Hand(std::string* payload);
  bool RunUntil(Duration limit, const std::function<bool()>& condition);
  void RunOnceWithoutWaiting();
  void Forget();
  bool full() const { return queued_bytes_ >= kMaxQueuedBytes; }

  size_t OnBytes(ByteSpan bytes) override;
  void OnClosed(const Status& reason) override;
  void CarryOut();
  void OnMessage(const codec::Publish& publish);
  void OnSubscribed(ByteSpan reasons);
  void Flush();

  MqttOptions options_;
  const std::string filter_;
  client::SessionState state_;
  transport::Loop loop_;
  std::unique_ptr<NetworkDialer> dialer_;
  std::unique_ptr<transport::ByteStream> stream_;
  std::optional<client::Client> client_;
  client::Output out_;
  Timer timer_;
  std::deque<Message> queue_;
  size_t queued_bytes_ = 0;
  uint16_t handed_out_ = 0;  // the packet that waits to be acknowledged
  bool paused_ = false;
  bool closed_ = false;  // the stream
  bool subscribed_ = false;
  Status refused_;  // why the subscription was
};

}  // namespace sluice::uplink_mqtt
