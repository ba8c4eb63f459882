#include <algorithm>
#include <chrono>
#include <utility>

#include "base/probe.h"
#include "broker/broker.h"

namespace sluice::broker {
namespace {

// How soon a sink without room is asked again.
constexpr std::chrono::milliseconds kRetry{100};
// Wills that are offered at a time: those behind more busy ones wait, too.
constexpr size_t kMostTried = 32;

codec::Publish AsPublish(const codec::Will& will) {
  codec::Publish publish;
  publish.qos = will.qos;
  publish.retain = will.retain;  // [MQTT-3.1.2-14] [MQTT-3.1.2-15]
  publish.topic = will.topic;
  publish.payload = will.payload;
  publish.properties = will.properties;
  return publish;
}

}  // namespace

// Of the will that this CONNECT makes void, [MQTT-3.1.3-9]. That of a client who is still connected
// may have to be published first.
size_t Broker::VoidWillBytes(const codec::Connect& connect, std::string_view identity) {
  const ClientRecord* client = clients_.Find(identity, connect.client_id);
  const bool is_void = client != nullptr && !client->connected() && !connect.clean_start;
  return is_void && client->will ? client->will->message->size() : 0;
}

bool Broker::MakeRoomForWill(MonotonicTime now, const codec::Connect& connect,
                             std::string_view identity, const PartyRef& party) {
  const codec::Will& will = *connect.will;
  const size_t about = sizeof(Message) + will.topic.size() + will.payload.size();
  while (will_bytes_ - VoidWillBytes(connect, identity) + about > limits_.max_will_bytes) {
    const size_t before = will_bytes_;
    // A will whose stream is busy stays for a while when its session ends.
    if (!EndSessionForShare(now, Budget::kWills, party, about) || will_bytes_ >= before)
      return false;
  }
  return true;
}

void Broker::SetWill(MonotonicTime now, ClientRecord* client, const codec::Will& will) {
  const std::chrono::seconds delay(will.properties.will_delay_interval.value_or(0));
  client->will = StoredWill{pool_.Make(AsPublish(will), now, client->id), delay};
  will_bytes_ += client->will->message->size();
  client->will_bytes.Set(client->will->message->size());
}

void Broker::DropWill(ClientRecord* client) {
  if (client->will_due) SLUICE_PROBE("broker: a client comes back before its will is due");
  if (client->will) will_bytes_ -= client->will->message->size();
  client->will.reset();
  client->will_bytes.Set(0);
  client->will_due.reset();
  clients_.UpdateDeadline(client);
}

// Publishes the client's will if it is due at some time.
void Broker::PublishWill(MonotonicTime now, ClientRecord* client) {
  if (client->will && client->will_due) {
    due_wills_.push_back(
        {std::move(client->will->message), client->identity, client->client_id, client->party});
    client->will.reset();
    client->will_bytes.Set(0);
  }
  client->will_due.reset();
  clients_.UpdateDeadline(client);
  FlushWills(now);
}

void Broker::FlushWills(MonotonicTime now) {
  wills_retry_at_.reset();
  size_t waiting = 0;  // so many are left at the front
  while (waiting < std::min(due_wills_.size(), kMostTried)) {
    const Verdict verdict = MustWait(waiting) ? Verdict::kBusy : OfferWill(due_wills_[waiting]);
    if (verdict == Verdict::kBusy) {
      SLUICE_PROBE("broker: a will waits for room");
      wills_retry_at_ = now + kRetry;
      ++waiting;
      continue;
    }
    const DueWill due = std::move(due_wills_[waiting]);
    due_wills_.erase(due_wills_.begin() + static_cast<std::ptrdiff_t>(waiting));
    will_bytes_ -= due.message->size();
    if (verdict == Verdict::kFull) counters_.wills_lost.Add();
    counters_.wills_published.Add();
    Spread(now, AsPublished(due), due.message->publisher(), due.party);
  }
}

// Wills of one client keep their order.
bool Broker::MustWait(size_t index) const {
  const DueWill& due = due_wills_[index];
  const auto end = due_wills_.begin() + static_cast<std::ptrdiff_t>(index);
  return std::any_of(due_wills_.begin(), end, [&](const DueWill& earlier) {
    return earlier.client_id == due.client_id && earlier.identity == due.identity;
  });
}

// A will's expiry interval begins when it is published, not with the CONNECT (3.1.3.2.4).
codec::Publish Broker::AsPublished(const DueWill& due) {
  return due.message->View(due.message->received());
}

Verdict Broker::OfferWill(const DueWill& due) {
  return sink_->Accept({AsPublished(due), due.identity, due.client_id, /*is_will=*/true}, {});
}

}  // namespace sluice::broker
