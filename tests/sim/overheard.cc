#include "sim/overheard.h"

namespace sluice::sim {

void Overheard::Hear(ByteSpan bytes) {
  reader_.Add(AsText(bytes));
  while (const auto packet = reader_.Next()) {
    if (packet->type == mqtt::Type::kPuback || packet->type == mqtt::Type::kPubrec) {
      HearAnswer(*packet);
    } else if (packet->type == mqtt::Type::kPublish) {
      HearPublish(packet->publish);
    } else if (packet->type == mqtt::Type::kConnack && packet->reason == 0 &&
               !packet->session_present) {
      witness_.OnNewSession(client_);
    }
  }
  if (!reader_.fault().empty()) {
    scene_.verdict.Broken(0, "the gateway says to " + client_ + " " + reader_.fault());
  }
}

void Overheard::HearAnswer(const mqtt::Packet& packet) {
  const auto expected = expected_.find(packet.id);
  // Whoever is rude may be answered to what he never sent.
  if (expected == expected_.end()) return;
  const SentMessage& message = *expected->second;
  expected_.erase(expected);
  const bool is_right = (packet.type == mqtt::Type::kPuback) == (message.qos == 1);
  if (!is_right) {
    scene_.verdict.Broken(0, "the gateway answers a message of " + client_ + " with the wrong " +
                                 std::string(mqtt::TypeName(packet.type)));
  }
  witness_.OnAnswered(message, packet.reason);
}

void Overheard::HearPublish(const mqtt::Publish& publish) {
  std::string_view topic = publish.topic;
  if (publish.alias > 0) {
    std::string& known = aliases_[publish.alias];
    if (!topic.empty()) known = topic;
    topic = known;
  }
  witness_.OnWritten(client_, publish.payload, publish.qos, publish.id);
  witness_.OnDelivered(client_, topic, publish.payload, publish.qos, publish.retain);
}

}  // namespace sluice::sim
