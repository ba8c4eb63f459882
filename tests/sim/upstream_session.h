#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/scheduler.h"
#include "sim/conversation.h"
#include "sim/lane.h"
#include "sim/mqtt_broker.h"
#include "sim/upstream_server.h"
#include "transport/byte_stream.h"

namespace sluice::sim {

// A broker's end of one connection, from CONNECT to its end: reads what the gateway's client says
// and holds it to the protocol and to the terms that the broker has named.
class UpstreamSession final : private transport::StreamHandler {
 public:
  UpstreamSession(UpstreamServer& server, std::shared_ptr<Conversation> conversation,
                  std::optional<std::string> password,
                  std::unique_ptr<transport::ByteStream> stream);

  // Says DISCONNECT where the version has it; 0: without.
  void End(uint8_t reason);
  // Without a word.
  void Vanish();
  // One of the things that a broker must never say; from then on it takes and says nothing more.
  void SayNonsense();
  void OnProcessEnded() { conversation_->OnProcessEnded(); }

  // For a DISCONNECT that says nothing of a message; 0: none.
  static uint8_t FarewellCode(Random& random);

 private:
  enum class Stage : uint8_t { kNew, kOpen, kOver };

  size_t OnBytes(ByteSpan bytes) override;
  void OnClosed(const Status& reason) override;

  void OnRequest(const mqtt::Request& request);
  void OnConnect(const mqtt::Request& request);
  void LookAtConnect(const mqtt::Request& request);
  void LookAtWill(const mqtt::Request& request);
  void Refuse(uint8_t reason);
  void GreetWithNonsense();
  void TakeOver();
  void OnPublish(const mqtt::Request& request);
  bool ResolveTopic(const mqtt::Publish& publish, std::string* topic);
  void OnStatus(const mqtt::Publish& publish);
  void Take(Conversation::Message& message, uint16_t id, size_t bytes);
  void Answer(uint32_t token, uint16_t id, uint8_t reason, Conversation::Answer answer);
  Duration Patience();
  void OnKeepAlive();
  void Finish(bool publishes_will);
  void Send();
  void Broken(int invariant, const std::string& what);
  bool is_v5() const { return reader_.version() == mqtt::kV5; }

  UpstreamServer& server_;
  Upstream& upstream_;
  Scene& scene_;
  const std::shared_ptr<Conversation> conversation_;
  const std::optional<std::string> password_;
  std::unique_ptr<transport::ByteStream> stream_;
  mqtt::RequestReader reader_;
  Stage stage_ = Stage::kNew;
  mqtt::Connack terms_;
  Duration keep_alive_{};  // zero: none
  MonotonicTime last_heard_{};
  std::optional<mqtt::Will> will_;
  bool is_deaf_ = false;       // has missed something, and cannot hear the rest
  bool awaits_birth_ = false;  // nothing of a route may come before it is answered
  bool had_birth_ = false;
  std::vector<std::string> aliases_;
  size_t unanswered_ = 0;
  Lane answers_;
  Timer keep_alive_timer_;
  std::string out_;
};

}  // namespace sluice::sim
