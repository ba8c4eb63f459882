#include "codec/unsubscribe.h"

#include "codec/packet_reader.h"
#include "codec/packet_writer.h"
#include "codec/topic.h"
#include "codec/trusted_reader.h"

namespace sluice::codec {

void ReadEntry(ByteReader* in, Unsubscription* out) { out->filter = TakeText(in); }

Verdict Decode(const Frame& frame, Version version, Unsubscribe* out) {
  *out = {};
  PacketReader in(frame, version);
  out->packet_id = in.ReadU16();
  if (version == Version::kV5) in.ReadProperties(PacketType::kUnsubscribe, &out->properties);
  const ByteSpan payload = in.ReadRest();
  PacketReader entries(payload);
  size_t count = 0;
  for (; entries.remaining() > 0; ++count) entries.ReadText();  // [MQTT-3.10.3-1]
  in.Absorb(entries);
  if (in.ok()) out->filters = {payload, count};
  return in.Finish();
}

Verdict Validate(const Unsubscribe& packet, Version version, Sender) {
  if (packet.packet_id == 0) return Verdict::ProtocolError("[MQTT-2.2.1-3] packet identifier 0");
  if (packet.filters.empty()) {
    return Verdict::ProtocolError("[MQTT-3.10.3-2] an UNSUBSCRIBE without a filter");
  }
  for (const Unsubscription& entry : packet.filters) {
    if (IsTopicFilter(entry.filter)) continue;
    return Verdict::ProtocolError(
        "[MQTT-4.7.1-1] [MQTT-4.7.1-2] [MQTT-4.7.3-1] a malformed filter");
  }
  if (version == Version::kV311) return {};
  return ValidateProperties(packet.properties, PacketType::kUnsubscribe);
}

void Encode(const Unsubscribe& packet, Version version, ByteBuffer* out) {
  const FrameWriter frame(PacketType::kUnsubscribe, 2, out);  // [MQTT-3.10.1-1]
  out->AppendBe16(packet.packet_id);
  if (version == Version::kV5) EncodeProperties(packet.properties, PacketType::kUnsubscribe, out);
  out->Append(packet.filters.bytes());
}

void UnsubscriptionListBuilder::Add(std::string_view filter) {
  AppendText(filter, &bytes_);
  ++count_;
}

void UnsubscriptionListBuilder::Clear() {
  bytes_.Clear();
  count_ = 0;
}

}  // namespace sluice::codec
