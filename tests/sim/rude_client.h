#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/scheduler.h"
#include "sim/network.h"
#include "sim/scene.h"
#include "sim/whims.h"
#include "transport/byte_stream.h"

namespace sluice::sim {

// Somebody who connects and then does what no client may: a scanner, a broken library, an attacker.
// It has a name of its own, and nothing that it does may hurt anybody else. Its messages carry no
// readings.
class RudeClient final : private transport::StreamHandler {
 public:
  // Both outlive it.
  RudeClient(Scene& scene, Network& network, std::string name);
  ~RudeClient() override;

  void Start();
  void BeginCalm();

 private:
  void Act();
  void Open();
  void End();
  void Connect(int version);
  void ConnectWrongly();
  void SpeakWrongly();
  void PublishTooMuch();
  void AskTooMuch();
  void Garble();
  size_t OnBytes(ByteSpan bytes) override;
  void OnClosed(const Status& reason) override;

  Scene& scene_;
  Network& network_;
  const std::string name_;
  Random random_;
  Whims whims_;
  Timer end_timer_;
  std::string out_;
  int version_ = 0;
  std::unique_ptr<transport::ByteStream> stream_;
};

}  // namespace sluice::sim
