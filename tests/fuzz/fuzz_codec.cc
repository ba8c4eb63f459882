// Decodes a stream of packets in either version. Whatever is valid must survive being encoded and
// decoded again; the format of the input is in wire/seed.h.

#include <string>

#include "base/status.h"
#include "wire/describe.h"
#include "wire/packet.h"
#include "wire/seed.h"

namespace sluice {
namespace {

using namespace codec;

// Encodes a valid packet and takes it in again: the same must come out, and encoding that again
// gives the same bytes.
void CheckRoundTrip(const Packet& packet, Version version, Sender sender) {
  ByteBuffer once;
  Encode(packet, version, &once);
  Frame frame;
  SLUICE_CHECK(PeekFrame(once.view(), kMaxPacketBytes, &frame).state == FrameState::kOk);
  SLUICE_CHECK(frame.size == once.size());
  Packet again;
  SLUICE_CHECK(Decode(frame, version, &again).ok());
  SLUICE_CHECK(Validate(again, version, sender).ok());
  SLUICE_CHECK(test::Describe(packet) == test::Describe(again));
  ByteBuffer twice;
  Encode(again, version, &twice);
  SLUICE_CHECK(AsText(once.view()) == AsText(twice.view()));
}

// Takes one packet off the stream; false at its end or its first error.
bool TakePacket(test::Seed* seed) {
  Frame frame;
  const FramePeek peek = PeekFrame(seed->stream, kMaxPacketBytes, &frame);
  SLUICE_CHECK(peek.state != FrameState::kNeedMore || peek.bytes_needed > seed->stream.size());
  SLUICE_CHECK((peek.state == FrameState::kError) == !peek.verdict.ok());
  if (peek.state != FrameState::kOk) return false;
  SLUICE_CHECK(frame.size <= seed->stream.size());
  seed->stream = seed->stream.subspan(frame.size);

  Packet packet;
  if (!Decode(frame, seed->version, &packet).ok()) return false;
  test::Describe(packet);  // Reads every field and every lazy list.
  if (Validate(packet, seed->version, seed->sender).ok()) {
    CheckRoundTrip(packet, seed->version, seed->sender);
  }
  return true;
}

}  // namespace
}  // namespace sluice

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::test::Seed seed;
  if (!sluice::test::ParseSeed({data, size}, &seed)) return 0;
  while (sluice::TakePacket(&seed)) {
  }
  return 0;
}
