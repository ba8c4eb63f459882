#include <chrono>
#include <utility>

#include "broker/broker.h"

namespace sluice::broker {
namespace {

// How soon a sink without room is asked again.
constexpr std::chrono::milliseconds kRetry{100};

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

bool Broker::MakeRoomForWill(MonotonicTime now, const codec::Will& will, const PartyRef& party) {
  const size_t about = sizeof(Message) + will.topic.size() + will.payload.size();
  while (will_bytes_ + about > limits_.max_will_bytes) {
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
  while (!due_wills_.empty()) {
    const DueWill& due = due_wills_.front();
    // A will's expiry interval begins when it is published, not with the CONNECT (3.1.3.2.4).
    const codec::Publish publish = due.message->View(due.message->received());
    const Verdict verdict =
        sink_->Accept({publish, due.identity, due.client_id, /*is_will=*/true}, {});
    if (verdict == Verdict::kBusy) {
      wills_retry_at_ = now + kRetry;
      return;
    }
    if (verdict == Verdict::kFull) counters_.wills_lost.Add();
    counters_.wills_published.Add();
    Spread(now, publish, due.message->publisher(), due.party);
    will_bytes_ -= due.message->size();
    due_wills_.pop_front();
  }
}

}  // namespace sluice::broker
