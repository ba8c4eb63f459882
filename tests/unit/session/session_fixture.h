#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "session/session.h"
#include "support/simulated_clock.h"
#include "wire/packet.h"

namespace sluice::session {

// One session under test, its client and its owner. Verbs send packets and answer requests; Sent()
// and Asked() say what came of them, as text, and forget it. Whatever the session sends must decode
// and validate as a server's packet, and its invariants are checked after every call.
class SessionTest : public testing::Test {
 protected:
  // A connection starts; the limits can be changed before.
  void Open();
  // Open, CONNECT and AcceptConnect; what came of it is forgotten. `connect` may be changed before.
  void Connect(codec::Version version);
  void Resume(codec::Version version);  // the same with session present

  // The client.
  template <typename Packet>
  void Send(const Packet& packet) {
    ByteBuffer bytes;
    Encode(packet, version_, &bytes);
    SendBytes(bytes.view());
  }
  void SendHex(std::string_view hex);  // "10 0C 'MQTT'"
  // Feeds everything, as often as packets are taken; returns how much was.
  size_t SendBytes(ByteSpan bytes);
  void Publish(codec::Qos qos, uint16_t packet_id, std::string_view topic = "t", bool dup = false);
  void SendAck(codec::PacketType type, uint16_t packet_id,
               codec::ReasonCode reason = codec::ReasonCode::kSuccess);
  void Subscribe(uint16_t packet_id, std::vector<std::string> filters);
  void Unsubscribe(uint16_t packet_id, std::vector<std::string> filters);

  // The owner.
  void Accept(bool session_present = false);
  void Acknowledge(uint16_t packet_id, codec::ReasonCode reason = codec::ReasonCode::kSuccess);
  DeliverResult Deliver(codec::Qos qos, std::string_view topic = "t",
                        std::string_view payload = "x");
  void FireTimer(TimerKind kind, Duration after);
  void Disconnect(codec::ReasonCode reason);
  void CloseStream();

  // "CONNACK; PUBACK 7 97": packets with identifier and, unless 0, reason.
  std::string Sent();
  // The packets themselves, as hexadecimal digits.
  std::string SentHex();
  // "publish t=x q1 #7; close kServer 8B will=kDue expiry=0".
  std::string Asked();

  codec::Connect connect;
  Limits limits;
  Capabilities capabilities;
  ConnectAnswer answer;
  Metrics metrics;
  Counters counters{metrics};
  test::SimulatedClock clock;
  SessionState state;
  std::unique_ptr<Session> session;
  Output out;

 private:
  void AfterCall();

  codec::Version version_ = codec::Version::kV5;
  std::vector<uint8_t> input_;
  std::vector<std::string> asked_;
};

// Each case for both versions.
class BothVersions : public SessionTest, public testing::WithParamInterface<codec::Version> {
 protected:
  bool IsV5() const { return GetParam() == codec::Version::kV5; }
};

inline std::string VersionSuffix(const testing::TestParamInfo<codec::Version>& info) {
  return info.param == codec::Version::kV5 ? "V5" : "V311";
}

#define SLUICE_BOTH_VERSIONS(fixture)                                                              \
  INSTANTIATE_TEST_SUITE_P(, fixture, testing::Values(codec::Version::kV311, codec::Version::kV5), \
                           VersionSuffix)

}  // namespace sluice::session
