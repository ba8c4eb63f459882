#pragma once

#include <map>
#include <string>

#include "base/bytes.h"
#include "sim/mqtt.h"
#include "sim/scene.h"
#include "sim/witness.h"

namespace sluice::sim {

// What the gateway says on one connection, heard in the moment in which it is said, before the
// network has it: tells the witness which messages are answered and what is delivered. Lives as
// long as the gateway may write, which may be longer than the client cares.
class Overheard {
 public:
  // Scene and witness outlive it.
  Overheard(Scene& scene, Witness& witness, std::string client, int version)
      : scene_(scene), witness_(witness), client_(std::move(client)), reader_(version) {}

  // The client sends a message under `id`; it keeps its place.
  void Expect(uint16_t id, const SentMessage* message) { expected_[id] = message; }
  void Hear(ByteSpan bytes);

 private:
  void HearAnswer(const mqtt::Packet& packet);
  void HearPublish(const mqtt::Publish& publish);

  Scene& scene_;
  Witness& witness_;
  const std::string client_;
  mqtt::Reader reader_;
  std::map<uint16_t, const SentMessage*> expected_;
  std::map<uint16_t, std::string> aliases_;
};

}  // namespace sluice::sim
