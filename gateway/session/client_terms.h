#pragma once

#include <chrono>
#include <cstdint>

#include "codec/connack.h"
#include "codec/connect.h"
#include "codec/protocol.h"
#include "session/action.h"
#include "session/limits.h"

namespace sluice::session {

// What the client said in CONNECT, with our limits applied, and what both sides are bound to until
// the connection ends. Bound once; only its Session Expiry Interval may change, by DISCONNECT.
//
// Invariants, asserted by CheckInvariants(): the client's maxima are not 0; what was granted is not
// above our limits; only an MQTT 5 client's keep-alive is lowered, because only it can be told.
class ClientTerms {
 public:
  ClientTerms(const Limits& limits, const Capabilities& capabilities, Counters& counters)
      : limits_(limits), capabilities_(capabilities), counters_(counters) {}

  // The version to answer in, which is known before the rest of CONNECT is known to be any good.
  void SetVersion(codec::Version version) { version_ = version; }
  // What this server would not put up with in a correct CONNECT.
  codec::Verdict Check(const codec::Connect& connect) const;
  // Copies what is needed after the packet's bytes have gone.
  void Bind(const codec::Connect& connect);
  // Tells the client what was granted, what it may ask of us and what we cannot do.
  void FillConnack(const ConnectAnswer& answer, codec::Connack* connack) const;
  // False if the client may not ask for this any more.
  [[nodiscard]] bool ChangeSessionExpiry(uint32_t wanted_seconds);

  codec::Version version() const { return version_; }
  bool is_v5() const { return version_ == codec::Version::kV5; }
  bool clean_start() const { return clean_start_; }
  bool has_will() const { return has_will_; }
  // QoS 1 and 2 messages that it takes at a time, and the largest packet.
  uint16_t receive_maximum() const { return receive_maximum_; }
  uint16_t topic_alias_maximum() const { return topic_alias_maximum_; }  // 0: it wants none
  uint32_t max_packet_bytes() const { return max_packet_bytes_; }
  uint16_t keep_alive_seconds() const { return keep_alive_seconds_; }  // 0: none
  uint32_t session_expiry_seconds() const { return session_expiry_seconds_; }
  void CheckInvariants() const;

 private:
  codec::Verdict CheckControl(const codec::Connect& connect) const;
  codec::Verdict CheckWill(const codec::Will& will) const;
  void BindSessionExpiry(const codec::Connect& connect);
  void BindKeepAlive(uint16_t wanted_seconds);

  const Limits& limits_;
  const Capabilities& capabilities_;
  Counters& counters_;

  codec::Version version_ = codec::Version::kV5;
  bool clean_start_ = true;
  bool has_will_ = false;
  bool keep_alive_lowered_ = false;
  bool session_expiry_lowered_ = false;
  uint16_t keep_alive_seconds_ = 0;
  uint16_t receive_maximum_ = 65'535;
  uint16_t topic_alias_maximum_ = 0;
  uint32_t max_packet_bytes_ = codec::kMaxPacketBytes;
  uint32_t session_expiry_seconds_ = 0;
};

}  // namespace sluice::session
