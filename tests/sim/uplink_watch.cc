#include "sim/uplink_watch.h"

#include <fmt/format.h>

#include <utility>

#include "sim/conversation.h"
#include "sim/entries.h"
#include "sim/memory_account.h"
#include "sim/upstream.h"

namespace sluice::sim {

UplinkWatch::UplinkWatch(Upstream& upstream,
                         const std::function<std::unique_ptr<forward::Uplink>()>& make)
    : upstream_(upstream), uplink_(make()) {
  uplink_->SetListener(this);
}

UplinkWatch::~UplinkWatch() {
  uplink_->SetListener(nullptr);
  const InWorld in_world;
  upstream_.OnProcessEnded();
}

void UplinkWatch::Leave() {
  const InWorld in_world;
  connected_ = false;
  unanswered_.clear();
}

void UplinkWatch::Connect() {
  Leave();
  {
    const InWorld in_world;
    upstream_.OnAttempt();
  }
  uplink_->Connect();
}

void UplinkWatch::Disconnect() {
  Leave();
  uplink_->Disconnect();
}

void UplinkWatch::Publish(uint32_t token, const forward::OutgoingMessage& message) {
  Note(message, token);
  uplink_->Publish(token, message);
}

void UplinkWatch::Note(const forward::OutgoingMessage& message, uint32_t token) {
  const InWorld in_world;
  Conversation* const conversation = upstream_.conversation();
  if (conversation == nullptr || !connected_) return;
  Scene& scene = upstream_.scene();
  Arrival arrival = Decode(message);
  if (!arrival.wrong.empty()) scene.verdict.Broken(4, "upstream: " + arrival.wrong);
  if (arrival.entries.empty()) return;
  const std::string route(message.topic);
  upstream_.witness().OnPublished(route, upstream_.attempts(), unanswered_[route]++,
                                  arrival.entries);
  conversation->OnPublished(
      {token, route, FingerprintOf(message, conversation->version()), std::move(arrival.entries)});
}

void UplinkWatch::OnConnected(const forward::UplinkLimits& limits) {
  {
    const InWorld in_world;
    connected_ = true;
    upstream_.OnConnected();
  }
  if (listener_ != nullptr) listener_->OnConnected(limits);
}

void UplinkWatch::OnDisconnected(const forward::UplinkEnd& end) {
  Leave();
  upstream_.OnDisconnected(end);
  if (listener_ != nullptr) listener_->OnDisconnected(end);
}

void UplinkWatch::OnGivenUp(const forward::UplinkEnd& end) {
  Leave();
  upstream_.OnDisconnected(end);
  if (listener_ != nullptr) listener_->OnGivenUp(end);
}

void UplinkWatch::OnServerFailed(const forward::UplinkEnd& end) {
  if (listener_ != nullptr) listener_->OnServerFailed(end);
}

void UplinkWatch::OnStatusTold(const std::string& untold) {
  upstream_.OnStatusTold(untold);
  if (listener_ != nullptr) listener_->OnStatusTold(untold);
}

void UplinkWatch::OnAcknowledged(uint32_t token) {
  LookAtAnswer(token, nullptr);
  if (listener_ != nullptr) listener_->OnAcknowledged(token);
}

void UplinkWatch::OnRefused(uint32_t token, const forward::Refusal& refusal) {
  LookAtAnswer(token, &refusal);
  if (listener_ != nullptr) listener_->OnRefused(token, refusal);
}

// `refusal` null: acknowledged.
void UplinkWatch::LookAtAnswer(uint32_t token, const forward::Refusal* refusal) {
  const InWorld in_world;
  using Answer = Conversation::Answer;
  Conversation* const conversation = upstream_.conversation();
  const auto message = conversation == nullptr ? std::nullopt : conversation->Take(token);
  Verdict& verdict = upstream_.scene().verdict;
  if (!message) {
    return verdict.Broken(2, fmt::format("{}: the uplink tells of a message that was not published",
                                         upstream_.name()));
  }
  --unanswered_[message->route];
  Answer told = Answer::kTaken;
  if (refusal != nullptr) told = refusal->permanent ? Answer::kRefused : Answer::kBusy;
  // What never leaves the client refuses itself.
  const bool by_itself = refusal != nullptr && !message->arrived;
  if (told == message->answer || by_itself) return;
  verdict.Broken(2,
                 fmt::format("{}: the uplink tells an answer to {} {} that upstream did not give",
                             upstream_.name(), message->route, message->entries.front().first));
}

}  // namespace sluice::sim
