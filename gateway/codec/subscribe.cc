#include "codec/subscribe.h"

#include "codec/packet_reader.h"
#include "codec/packet_writer.h"
#include "codec/topic.h"
#include "codec/trusted_reader.h"

namespace sluice::codec {
namespace {

// Subscription options (3.8.3.1).
constexpr uint8_t kQosMask = 0x03;
constexpr uint8_t kNoLocalFlag = 0x04;
constexpr uint8_t kRetainAsPublishedFlag = 0x08;
constexpr uint8_t kRetainHandlingShift = 4;
constexpr uint8_t kReservedMask = 0xC0;

void CheckOptions(uint8_t options, Version version, PacketReader* in) {
  if (version == Version::kV5) {
    if ((options & kReservedMask) != 0) in->Fail("[MQTT-3.8.3-5] a reserved subscription option");
  } else if (options > 2) {
    in->Fail("3.1.1 [MQTT-3-8.3-4] the requested QoS is not 0, 1 or 2");
  }
}

Verdict ValidateSubscription(const Subscription& subscription) {
  if (!IsTopicFilter(subscription.filter)) {
    return Verdict::ProtocolError(
        "[MQTT-4.7.1-1] [MQTT-4.7.1-2] [MQTT-4.7.3-1] [MQTT-4.8.2-1] [MQTT-4.8.2-2] a malformed "
        "topic filter");
  }
  if (static_cast<uint8_t>(subscription.maximum_qos) == 3) {
    return Verdict::ProtocolError("(3.8.3.1) maximum QoS 3");
  }
  if (static_cast<uint8_t>(subscription.retain_handling) == 3) {
    return Verdict::ProtocolError("(3.8.3.1) retain handling 3");
  }
  if (subscription.no_local && IsShared(subscription.filter)) {
    return Verdict::ProtocolError("[MQTT-3.8.3-4] no local on a shared subscription");
  }
  return {};
}

}  // namespace

void ReadEntry(ByteReader* in, Subscription* out) {
  out->filter = TakeText(in);
  const uint8_t options = TakeU8(in);
  out->maximum_qos = static_cast<Qos>(options & kQosMask);
  out->no_local = (options & kNoLocalFlag) != 0;
  out->retain_as_published = (options & kRetainAsPublishedFlag) != 0;
  out->retain_handling = static_cast<RetainHandling>(options >> kRetainHandlingShift & 3);
}

Verdict Decode(const Frame& frame, Version version, Subscribe* out) {
  *out = {};
  PacketReader in(frame, version);
  out->packet_id = in.ReadU16();
  if (version == Version::kV5) in.ReadProperties(PacketType::kSubscribe, &out->properties);
  const ByteSpan payload = in.ReadRest();
  PacketReader entries(payload);
  size_t count = 0;
  for (; entries.remaining() > 0; ++count) {
    entries.ReadText();  // [MQTT-3.8.3-1]
    CheckOptions(entries.ReadU8(), version, &entries);
  }
  in.Absorb(entries);
  if (in.ok()) out->subscriptions = {payload, count};
  return in.Finish();
}

Verdict Validate(const Subscribe& packet, Version version, Sender) {
  if (packet.packet_id == 0) return Verdict::ProtocolError("[MQTT-2.2.1-3] packet identifier 0");
  if (packet.subscriptions.empty()) {
    return Verdict::ProtocolError("[MQTT-3.8.3-2] a SUBSCRIBE without a filter");
  }
  for (const Subscription& subscription : packet.subscriptions) {
    if (const Verdict verdict = ValidateSubscription(subscription); !verdict.ok()) return verdict;
  }
  if (version == Version::kV311) return {};
  return ValidateProperties(packet.properties, PacketType::kSubscribe);
}

void Encode(const Subscribe& packet, Version version, ByteBuffer* out) {
  const FrameWriter frame(PacketType::kSubscribe, 2, out);  // [MQTT-3.8.1-1]
  out->AppendBe16(packet.packet_id);
  if (version == Version::kV5) {
    EncodeProperties(packet.properties, PacketType::kSubscribe, out);
    out->Append(packet.subscriptions.bytes());
    return;
  }
  for (const Subscription& subscription : packet.subscriptions) {
    AppendText(subscription.filter, out);
    out->AppendU8(static_cast<uint8_t>(subscription.maximum_qos));
  }
}

void SubscriptionListBuilder::Add(const Subscription& subscription) {
  unsigned options = static_cast<unsigned>(subscription.maximum_qos) |
                     static_cast<unsigned>(subscription.retain_handling) << kRetainHandlingShift;
  if (subscription.no_local) options |= kNoLocalFlag;
  if (subscription.retain_as_published) options |= kRetainAsPublishedFlag;
  AppendText(subscription.filter, &bytes_);
  bytes_.AppendU8(static_cast<uint8_t>(options));
  ++count_;
}

void SubscriptionListBuilder::Clear() {
  bytes_.Clear();
  count_ = 0;
}

}  // namespace sluice::codec
