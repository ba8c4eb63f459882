#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "wire/describe.h"
#include "wire/packet.h"

// Verbs for the tests of this folder.
namespace sluice::codec {

// One packet, encoded.
template <typename P>
std::string Encoded(const P& packet, Version version) {
  ByteBuffer out;
  Encode(packet, version, &out);
  return std::string(AsText(out.view()));
}

// The frame at the front of `bytes`, which must be whole.
inline Frame FrameOf(std::string_view bytes) {
  Frame frame;
  EXPECT_EQ(PeekFrame(AsBytes(bytes), kMaxPacketBytes, &frame).state, FrameState::kOk);
  EXPECT_EQ(frame.size, bytes.size());
  return frame;
}

// Encodes, decodes and describes what comes out.
inline std::string RoundTrip(const Packet& packet, Version version) {
  const std::string bytes = Encoded(packet, version);
  Packet decoded;
  const Verdict verdict = Decode(FrameOf(bytes), version, &decoded);
  return verdict.ok() ? test::Describe(decoded) : verdict.why;
}

}  // namespace sluice::codec
