#include "scripted_rig.h"

#include <algorithm>

namespace sluice::test {

void ScriptedRig::StartUpstream(const Terms& terms) {
  terms_ = terms;
  uplink_.emplace();
}

bool ScriptedRig::RunUntil(const std::function<bool()>& condition) {
  while (!condition()) {
    if (!Step()) return false;
  }
  return true;
}

bool ScriptedRig::Step() {
  if (!uplink_ || state_ == State::kPaused) return false;
  switch (uplink_->state()) {
    case ScriptedUplink::State::kDisconnected:
      return false;
    case ScriptedUplink::State::kConnecting:
      state_ == State::kDead ? uplink_->Drop() : uplink_->Accept(Limits());
      return true;
    case ScriptedUplink::State::kConnected:
      if (state_ != State::kDead) return TakeNext();
      uplink_->Drop();
      return true;
  }
  return false;
}

bool ScriptedRig::TakeNext() {
  const auto& messages = uplink_->messages;
  const auto next = std::ranges::find_if(messages, [](const auto& m) { return m.open; });
  if (next == messages.end()) return false;
  Take(static_cast<size_t>(next - messages.begin()));
  return true;
}

void ScriptedRig::Take(size_t i) {
  const ScriptedUplink::Message& message = uplink_->messages[i];
  if (message.payload.size() > Limits().max_message_bytes) {
    return uplink_->Refuse(i, forward::kRefusedAsTooLarge);
  }
  if (!terms_.refused_topic.empty() && message.topic == terms_.refused_topic) {
    return uplink_->Refuse(i, {false, 0x87, "Not authorized"});
  }
  received_.push_back(message.payload);
  uplink_->Acknowledge(i);
}

forward::UplinkLimits ScriptedRig::Limits() const {
  forward::UplinkLimits limits;
  if (terms_.max_in_flight != 0) limits.max_in_flight = terms_.max_in_flight;
  if (terms_.max_message_bytes != 0) limits.max_message_bytes = terms_.max_message_bytes;
  return limits;
}

std::vector<std::string> ScriptedRig::Received(size_t count) {
  const auto end =
      received_.begin() + static_cast<std::ptrdiff_t>(std::min(count, received_.size()));
  std::vector<std::string> taken(received_.begin(), end);
  received_.erase(received_.begin(), end);
  return taken;
}

}  // namespace sluice::test
