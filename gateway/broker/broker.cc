#include "broker/broker.h"

#include <algorithm>

#include "base/probe.h"
#include "base/status.h"

namespace sluice::broker {

Broker::Broker(const Limits& limits, const AccessControl* access, EventSink* sink,
               Counters* counters, Random* random)
    : limits_(limits),
      access_(access),
      sink_(sink),
      counters_(*counters),
      random_(*random),
      share_log_(counters),
      own_(shares_.Of("$gateway", 1)),
      subscriptions_(limits.max_subscription_bytes),
      groups_(&subscriptions_),
      shapes_(limits.max_shapes_per_identity, limits.max_shapes),
      retained_(limits, &shares_, counters),
      fan_out_(limits_, &subscriptions_, &groups_, &clients_, &pool_, &shares_, &share_log_,
               counters) {}

Broker::~Broker() = default;

PartyRef Broker::PartyOf(std::string_view identity, std::string_view party) {
  return shares_.Of(party.empty() ? identity : party, access_->ShareOf(identity));
}

void Broker::OnWritable(MonotonicTime now, ConnectionId connection) {
  ClientRecord* const client = clients_.Find(connection);
  if (client == nullptr) return;
  fan_out_.Drain(now, client);
  if (client->queue.empty()) SendRetained(now, client);
}

void Broker::Acknowledge(const AckHandle& ack, codec::ReasonCode reason) {
  if (ClientRecord* const client = clients_.Find(ack.connection)) {
    client->handle->Acknowledge(ack.packet_id, reason);
    return;
  }
  // A packet identifier of QoS 1 says nothing on another connection; the client repeats the message
  // there. One of QoS 2 belongs to the session, wherever that has got to.
  if (ack.qos != codec::Qos::kExactlyOnce) return;
  ClientRecord* const client = clients_.Find(SessionId{ack.connection.slot, ack.session_serial});
  if (client == nullptr) return;
  if (client->connected()) {
    client->handle->Acknowledge(ack.packet_id, reason);
  } else {
    SLUICE_PROBE("broker: QoS 2 is acknowledged while its client is away");
    client->state.AcknowledgeInbound(ack.packet_id, reason);
  }
}

std::optional<MonotonicTime> Broker::NextDeadline() const {
  if (has_unfinished()) return MonotonicTime{};
  const std::optional<MonotonicTime> next = clients_.NextDeadline();
  if (!next || !wills_retry_at_) return next ? next : wills_retry_at_;
  return std::min(*next, *wills_retry_at_);
}

void Broker::Tick(MonotonicTime now) {
  ContinueRetained(now);
  if (wills_retry_at_ && *wills_retry_at_ <= now) FlushWills(now);
  while (ClientRecord* const client = clients_.FirstDue(now)) {
    if (client->expires && *client->expires <= now) {
      EndSession(now, client);
    } else {
      PublishWill(now, client);
    }
  }
}

void Broker::CheckInvariants() const {
  shares_.CheckInvariants();
  clients_.CheckInvariants();
  subscriptions_.CheckInvariants();
  groups_.CheckInvariants();
  shapes_.CheckInvariants();
  retained_.CheckInvariants();
  size_t filters = 0, wills = 0;
  clients_.ForEach([&](const ClientRecord& client) {
    client.queue.CheckInvariants();
    SLUICE_CHECK(client.queued.amount() == client.queue.bytes());
    SLUICE_CHECK(client.will_bytes.amount() == (client.will ? client.will->message->size() : 0));
    filters += client.filters.size();
    wills += client.will_bytes.amount();
  });
  for (const DueWill& will : due_wills_) wills += will.message->size();
  SLUICE_CHECK(filters == subscriptions() && wills == will_bytes_);
}

}  // namespace sluice::broker
