#include "broker/broker.h"

namespace sluice::broker {

using codec::Qos;
using codec::ReasonCode;

PublishOutcome Broker::OnPublish(MonotonicTime now, ConnectionId connection,
                                 const codec::Publish& publish) {
  const ClientRecord* const client = clients_.Find(connection);
  if (client == nullptr) return {PublishVerdict::kPending};
  if (!MayPublish(client->identity, client->client_id, publish.topic)) {
    return Deny(*client, publish);
  }
  const SessionId publisher = client->id;
  const PartyRef party = client->party;
  AckHandle ack;
  if (publish.qos != Qos::kAtMostOnce) {
    ack = {connection, publisher.serial, publish.packet_id, publish.qos};
  }
  const Verdict verdict = sink_->Accept({publish, client->identity, client->client_id}, ack);
  if (verdict == Verdict::kBusy) return {PublishVerdict::kRetry};
  if (verdict == Verdict::kFull) return RefuseFull(*client, publish);
  counters_.published.Add();
  const size_t subscribers = Spread(now, publish, publisher, party);
  if (verdict == Verdict::kAccepted && publish.qos != Qos::kAtMostOnce) {
    return {PublishVerdict::kPending};
  }
  const bool nobody = verdict == Verdict::kIgnored && subscribers == 0;
  return {PublishVerdict::kAcknowledge,
          nobody ? ReasonCode::kNoMatchingSubscribers : ReasonCode::kSuccess};
}

size_t Broker::PublishLocal(MonotonicTime now, const codec::Publish& publish) {
  return Spread(now, publish, {}, own_);
}

size_t Broker::PublishPassing(MonotonicTime now, const codec::Publish& publish) {
  if (publish.retain) {
    retained_.Store(pool_.Make(publish, now, {}), now, own_, /*stored=*/false);
  }
  return fan_out_.Send(now, publish, {});
}

// [MQTT-3.3.5-2] of 3.1.1 leaves two ways: an acknowledgement, which would be a lie, or the end of
// the connection.
PublishOutcome Broker::Deny(const ClientRecord& client, const codec::Publish& publish) {
  counters_.publish_denied.Add();
  const bool can_be_told = publish.qos == Qos::kAtMostOnce || client.version == codec::Version::kV5;
  return {can_be_told ? PublishVerdict::kAcknowledge : PublishVerdict::kDisconnect,
          ReasonCode::kNotAuthorized};
}

// 3.1.1 cannot be told; its socket is not read until there is room.
PublishOutcome Broker::RefuseFull(const ClientRecord& client, const codec::Publish& publish) {
  if (publish.qos != Qos::kAtMostOnce && client.version == codec::Version::kV311) {
    return {PublishVerdict::kRetry};
  }
  counters_.sink_refused.Add();
  return {PublishVerdict::kAcknowledge, ReasonCode::kQuotaExceeded};
}

size_t Broker::Spread(MonotonicTime now, const codec::Publish& publish, SessionId publisher,
                      const PartyRef& party) {
  // [MQTT-3.3.1-5], and without RETAIN what is kept stays [MQTT-3.3.1-8].
  if (publish.retain) {
    const PartyRef gave_way = retained_.Store(pool_.Make(publish, now, publisher), now, party);
    if (gave_way) share_log_.GaveWay(now, Budget::kRetained, gave_way->name(), party->name());
  }
  return fan_out_.Send(now, publish, publisher);
}

}  // namespace sluice::broker
