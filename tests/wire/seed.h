#pragma once

#include <string>

#include "base/bytes.h"
#include "wire/wire_case.h"

namespace sluice::test {

// The input of fuzz_codec: a byte that says the version (bit 0: MQTT 5) and the sender (bit 1:
// server), then a stream of packets.
struct Seed {
  codec::Version version;
  codec::Sender sender;
  ByteSpan stream;
};

inline bool ParseSeed(ByteSpan input, Seed* out) {
  if (input.empty()) return false;
  out->version = (input[0] & 1) != 0 ? codec::Version::kV5 : codec::Version::kV311;
  out->sender = (input[0] & 2) != 0 ? codec::Sender::kServer : codec::Sender::kClient;
  out->stream = input.subspan(1);
  return true;
}

inline std::string ToSeed(const WireCase& wire_case) {
  int head = wire_case.version == codec::Version::kV5 ? 1 : 0;
  if (wire_case.sender == codec::Sender::kServer) head |= 2;
  return static_cast<char>(head) + wire_case.bytes();
}

}  // namespace sluice::test
