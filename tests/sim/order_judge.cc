#include "sim/order_judge.h"

namespace sluice::sim {

void OrderJudge::OnSent(const SentMessage& message) {
  lines_[message.client].sent.push_back(&message);
}

void OrderJudge::OnNewSession(const std::string& client) { ++lines_[client].session; }

void OrderJudge::OnAccepted(Token token, Reading& reading) {
  const SentMessage& message = *reading.message;
  Line& line = lines_[message.client];
  size_t at = line.next;
  while (at < line.sent.size() && line.sent[at] != &message) ++at;
  if (at == line.sent.size()) {
    return file_.Broken(3, "{}'s message with {:x} is accepted behind what it sent later",
                        message.client, token);
  }
  line.next = at + 1;
  // Who repeats unasked may have the one refused and the other taken.
  const bool is_same_session = line.session > 0 && reading.session == line.session &&
                               !file_.scene().plan.has(Trouble::kResending);
  if (message.qos == 2 && reading.accepted > 0 && is_same_session) {
    return file_.Broken(2, "{}'s message with {:x} has QoS 2 and is accepted twice", message.client,
                        token);
  }
  reading.session = line.session;
}

}  // namespace sluice::sim
