#pragma once

#include <list>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/scheduler.h"
#include "sim/mqtt.h"
#include "sim/network.h"
#include "sim/outbox.h"
#include "sim/overheard.h"
#include "sim/scene.h"
#include "sim/witness.h"

namespace sluice::sim {

// One MQTT client as decent firmware has it: dials, comes back with patience, keeps its session and
// its promises, sends what is in its outbox until it is answered. What it wants to say, and when it
// wants to be away, is up to who owns it.
class Client {
 public:
  struct Subscription {
    std::string filter;
    int qos = 0;
  };
  struct Options {
    std::string identity;
    mqtt::Connect connect;
    std::vector<Subscription> subscriptions = {};
    uint16_t window = 20;   // messages in flight, at most
    uint16_t first_id = 1;  // packet identifiers from there on
  };
  enum class Farewell : uint8_t { kDisconnect, kSilence };

  // Everything outlives it.
  Client(Scene& scene, Network& network, Witness& witness, Options options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const std::string& id() const { return options_.connect.client_id; }
  const Options& options() const { return options_; }
  Outbox& outbox() { return outbox_; }
  const Outbox& outbox() const { return outbox_; }

  // From now on it wants to be connected, or not.
  void Come();
  void Leave(Farewell farewell);
  bool wanted() const { return wanted_; }
  // Connects anew while the old connection is still there.
  void Overtake();
  // It has lost its memory: gives up all that it wanted to say, and begins its next session anew.
  void Forget();
  bool is_in() const { return phase_ == Phase::kIn; }
  bool subscribed() const { return is_in() && confirmed_ == options_.subscriptions.size(); }
  // Sends what outbox and window allow.
  void Pump();
  // What is in flight once more, although nobody has asked. (Not of QoS 2 in 5.0: a refusal may be
  // on its way, and the repetition would be taken for another message.)
  void Repeat();
  // Likewise, what has QoS 1, as new messages.
  void RepeatAnew();
  void PauseReading();
  void ResumeReading();

 private:
  enum class Phase : uint8_t { kAway, kWaiting, kConnecting, kIn };
  class Connection;

  void OnBytes(ByteSpan bytes);
  void OnClosed(Connection* connection, const Status& reason);
  void OnPacket(const mqtt::Packet& packet);
  void OnConnack(const mqtt::Packet& packet);
  void OnAnswer(const mqtt::Packet& packet);
  void OnRefused(Outgoing* outgoing, uint8_t reason);
  void OnPublish(const mqtt::Publish& publish);
  void OnSuback(const mqtt::Packet& packet);
  void OnTimer();
  void OnPingTimer();

  void Dial();
  void Retry();
  void Drop(std::string_view why);
  void PutAway(Farewell farewell);
  void GiveUpForged();
  void Resend(bool is_asked);
  void Publish(Outgoing* outgoing, bool dup);
  void Answer(mqtt::Type type, uint16_t id);
  void Flush();
  bool is_v5() const { return options_.connect.version == mqtt::kV5; }

  Scene& scene_;
  Network& network_;
  Witness& witness_;
  const Options options_;
  Random random_;
  Outbox outbox_;
  std::unique_ptr<Connection> connection_;
  std::list<std::unique_ptr<Connection>> old_;  // until their streams say that they are closed
  std::string out_;
  Timer timer_;  // the next dial, or what is awaited
  Timer ping_timer_;
  Timer later_timer_;  // "try later" was the answer
  Phase phase_ = Phase::kAway;
  bool wanted_ = false;
  bool begins_anew_ = false;  // with the next CONNECT
  bool awaits_ping_ = false;
  bool paused_ = false;
  size_t confirmed_ = 0;  // subscriptions
  uint16_t window_ = 0;
  uint32_t packet_maximum_ = 0;  // 0: none
  uint64_t failures_ = 0;
  std::set<uint16_t> received_;  // QoS 2 messages to us that are not released yet
};

}  // namespace sluice::sim
