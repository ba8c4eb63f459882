#include "sim/listening_judge.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/counter_judge.h"

namespace sluice::sim {
namespace {

constexpr std::string_view kEvents = "events/", kLocal = "local/";

}  // namespace

void ListeningJudge::OnSent(const SentMessage& message, bool again) {
  ++now_;
  if (message.kind != SentMessage::Kind::kPlain || message.tokens.empty()) return;
  if (message.retain) topics_[message.topic].sent[message.tokens.front()] = now_;
  const Token token = message.tokens.front();
  if (token >= sent_.size()) sent_.resize(2 * size_t{token} + 1);
  if (!again) sent_[token] = now_;
}

void ListeningJudge::OnAnswered(const SentMessage& message) {
  ++now_;
  if (message.kind != SentMessage::Kind::kPlain || message.tokens.empty()) return;
  const Token token = message.tokens.front();
  // By when it was sent, so that it certainly came after the subscription.
  due_.push_back({sent_[token], token, false});
  if (!message.retain) return;
  Topic& topic = topics_[message.topic];
  topic.retained.emplace_back(now_, topic.sent[token]);
}

void ListeningJudge::OnAccepted(const StreamBook& book, Token token) {
  ++now_;
  if (book.takes_letters() || book.drops() || book.evicts()) return;
  due_.push_back({now_, token, true});
}

void ListeningJudge::OnNewSession(const std::string& client) {
  Subscriber& subscriber = subscribers_[client];
  subscriber.events_since = subscriber.local_since = 0;
  subscriber.session_since = ++now_;
}

void ListeningJudge::OnListening(const std::string& client, const std::string& filter, int qos) {
  ++now_;
  Subscriber& subscriber = subscribers_[client];
  if (qos == 0) return;
  Moment& since = filter.starts_with(kEvents) ? subscriber.events_since : subscriber.local_since;
  if (since == 0) since = now_;
}

void ListeningJudge::OnDelivered(const std::string& client, std::string_view topic,
                                 std::string_view payload, int qos, bool retained) {
  ++now_;
  Subscriber& subscriber = subscribers_[client];
  FindTokens(payload, [&](Token token) {
    if (token >= subscriber.has.size()) subscriber.has.resize(2 * size_t{token} + 1);
    subscriber.has[token] = true;
    const Reading* const reading = file_.Find(token);
    if (reading == nullptr || !topic.starts_with(kLocal)) return;
    const SentMessage& message = *reading->message;
    if (qos > message.qos) {
      file_.Broken(0, "{} is sent {:x} with QoS {}, which was published with {}", client, token,
                   qos, message.qos);
    }
    if (retained) LookAtRetained(subscriber, client, message);
  });
}

// Of the same life of the gateway: how much the next one knows is another matter, see
// docs/state.md.
void ListeningJudge::LookAtRetained(const Subscriber& subscriber, const std::string& client,
                                    const SentMessage& message) {
  const auto topic = topics_.find(message.topic);
  if (!message.retain || topic == topics_.end()) {
    return file_.Broken(0, "{} is sent a message on {} as retained, which none is", client,
                        message.topic);
  }
  // Who repeats old messages, as after a lost connection, has them retained once more for a moment.
  const Plan& plan = file_.scene().plan;
  for (const Trouble trouble :
       {Trouble::kResending, Trouble::kTakeovers, Trouble::kReconnecting, Trouble::kSleeping,
        Trouble::kCuts, Trouble::kHalfOpen, Trouble::kKill, Trouble::kPowerCut, Trouble::kMidway,
        Trouble::kStop, Trouble::kPause, Trouble::kRude}) {
    if (plan.has(trouble)) return;
  }
  const auto& retained = topic->second.retained;
  const auto later = std::lower_bound(
      retained.begin(), retained.end(), subscriber.session_since,
      [](const auto& acknowledged, Moment moment) { return acknowledged.first < moment; });
  if (later == retained.begin()) return;
  const auto sent = topic->second.sent.find(message.tokens.front());
  if (sent == topic->second.sent.end() || sent->second >= std::prev(later)->second) return;
  file_.Broken(0, "{} is sent an old retained message on {}: {:x}", client, message.topic,
               message.tokens.front());
}

void ListeningJudge::OnEnded() {
  ++now_;
  due_.clear();
  for (auto& [name, subscriber] : subscribers_) {
    subscriber.events_since = subscriber.local_since = subscriber.session_since = 0;
  }
  for (auto& [name, topic] : topics_) topic.retained.clear();
}

std::string ListeningJudge::StillWaiting(std::string_view metrics) const {
  // What was dropped at a bound, or could not be read.
  if (SumOf(metrics, "sluice_broker_queue_dropped_total") > 0) return {};
  const bool all_events =
      !file_.may_be_damaged() && SumOf(metrics, "sluice_local_events_skipped_total") == 0;
  for (const auto& [name, subscriber] : subscribers_) {
    for (const Due& due : due_) {
      if (due.is_event && !all_events) continue;
      const Moment since = due.is_event ? subscriber.events_since : subscriber.local_since;
      if (since == 0 || due.moment < since) continue;
      if (due.token < subscriber.has.size() && subscriber.has[due.token]) continue;
      return fmt::format("{} has not got {:x}, {}", name, due.token,
                         due.is_event ? "an event" : "a local message");
    }
  }
  return {};
}

}  // namespace sluice::sim
