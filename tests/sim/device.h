#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/scheduler.h"
#include "sim/client.h"
#include "sim/readings.h"
#include "sim/scene.h"
#include "sim/whims.h"

namespace sluice::sim {

// Something with sensors, or a hub that speaks for several of them, and its bad days.
class Device {
 public:
  // "dev-1", or "hub-1" that speaks for hub-1-a and so on. Everything outlives it.
  Device(Scene& scene, Network& network, Witness& witness, Messages& messages, std::string name,
         bool is_hub);

  void Start();
  // It says a few more things, and nothing strange any more.
  void BeginCalm();
  // Why it has not come to rest; empty: it has.
  std::string unsettled() const;

 private:
  static constexpr int kAnyQos = -1;

  int DrawQos();
  Client::Options DrawOptions();
  mqtt::Will DrawWill();
  void AddWhims();
  void Report();
  void Arm();
  void SendReadings(Client* client, std::string_view product = kClimateProduct);
  void SendMalformed();
  void SendForged();
  void SendPlain();
  void Flood();
  void GoAway();
  void Restart();
  void SendTwin();
  void EndTwin();
  SentMessage* NewMessage(SentMessage::Kind kind, std::string topic);
  void Say(Client* client, SentMessage* message, std::string payload);
  const std::string& StreamName();
  std::string TopicOf(const std::string& stream, std::string_view product = kClimateProduct) const;
  std::string NextDevice();

  Scene& scene_;
  Messages& messages_;
  Random random_;
  const std::string name_;
  const bool is_hub_;
  const int qos_;  // of its messages
  Client client_;
  std::unique_ptr<Client> twin_;  // under the same client id
  Whims whims_;
  Timer report_timer_;
  Timer return_timer_;  // while it is away
  Timer read_timer_;    // while it reads nothing
  Timer twin_timer_;    // while it has a twin
  uint64_t turns_ = 0;  // of a hub's devices
  int last_words_ = 3;  // in the calm
};

}  // namespace sluice::sim
