#pragma once

#include "client/end.h"
#include "codec/frame.h"
#include "codec/protocol.h"

namespace sluice::client {

// Decodes and validates what a server sent.
template <typename Packet>
Fault ReadPacket(const codec::Frame& frame, codec::Version version, Packet* packet) {
  if (const codec::Verdict verdict = Decode(frame, version, packet); !verdict.ok()) {
    return Fault::Malformed(verdict);
  }
  const codec::Verdict verdict = Validate(*packet, version, codec::Sender::kServer);
  return verdict.ok() ? Fault{} : Fault::Rule(verdict);
}

}  // namespace sluice::client
