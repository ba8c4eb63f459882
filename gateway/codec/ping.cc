#include "codec/ping.h"

#include "codec/packet_reader.h"
#include "codec/packet_writer.h"

namespace sluice::codec {

Verdict Decode(const Frame& frame, Version version, Ping* out) {
  out->type = frame.type;
  return PacketReader(frame, version).Finish();
}

Verdict Validate(const Ping& packet, Version version, Sender sender) {
  if (MaySend(sender, packet.type, version)) return {};
  return Verdict::ProtocolError("(2.1.2) PINGREQ from a server or PINGRESP from a client");
}

void Encode(const Ping& packet, Version, ByteBuffer* out) { FrameWriter(packet.type, 0, out); }

}  // namespace sluice::codec
