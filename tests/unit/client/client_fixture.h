#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "client/client.h"
#include "support/simulated_clock.h"
#include "wire/packet.h"

namespace sluice::client {

// One client under test, its server and its owner. Verbs send packets; Sent() and Told() say what
// came of them, as text, and forget it. Whatever the client sends must decode and validate as a
// client's packet, and its invariants are checked after every call.
class ClientTest : public testing::Test {
 protected:
  ClientTest() { options.client_id = "c"; }

  // A connection starts; the options can be changed before.
  void Open();
  // Open and CONNACK; what came of it is forgotten. `connack` may be changed before.
  void Connect();
  bool is_v5() const { return options.version == codec::Version::kV5; }

  // The server.
  template <typename Packet>
  void Send(const Packet& packet) {
    ByteBuffer bytes;
    Encode(packet, options.version, &bytes);
    SendBytes(bytes.view());
  }
  void SendHex(const char* hex);  // "20 02 00 00"
  // Feeds everything, as often as packets are taken; returns how much was.
  size_t SendBytes(ByteSpan bytes);
  void SendAck(codec::PacketType type, uint16_t packet_id,
               codec::ReasonCode reason = codec::ReasonCode::kSuccess);
  void SendPublish(codec::Qos qos, uint16_t packet_id, std::string_view topic = "t");

  // The owner.
  PublishResult Publish(codec::Qos qos, uint32_t token = 0, std::string_view topic = "t",
                        std::string_view payload = "x");
  PublishResult Publish(const codec::OutgoingPublish& message, uint32_t token = 0);
  RequestResult Subscribe(uint32_t token, const std::vector<std::string>& filters,
                          uint32_t subscription_id = 0);
  RequestResult Unsubscribe(uint32_t token, const std::vector<std::string>& filters);
  void Acknowledge(uint16_t packet_id, codec::ReasonCode reason = codec::ReasonCode::kSuccess);
  void Disconnect(codec::ReasonCode reason = codec::ReasonCode::kNormalDisconnection);
  void CloseStream();
  // Time passes, and whatever is due happens when it is.
  void Wait(Duration time);

  // "PUBLISH qos=1 id=1 topic=t payload=x; PUBACK id=7", see wire/describe.h.
  std::string Sent();
  std::string SentHex();
  // "connected; acked 7; acked 8 97; message t=x q1 #3; subscribed 2 00 87; end refused 87".
  std::string Told();

  Options options;
  codec::Connack connack;
  test::SimulatedClock clock;
  SessionState state;
  std::unique_ptr<Client> client;
  Output out;

 private:
  void AfterCall();

  std::vector<uint8_t> input_;
  std::string told_;
};

// Each case for both versions.
class BothVersions : public ClientTest, public testing::WithParamInterface<codec::Version> {
 protected:
  BothVersions() { options.version = GetParam(); }
};

inline std::string VersionSuffix(const testing::TestParamInfo<codec::Version>& info) {
  return info.param == codec::Version::kV5 ? "V5" : "V311";
}

#define SLUICE_BOTH_VERSIONS(fixture)                                                              \
  INSTANTIATE_TEST_SUITE_P(, fixture, testing::Values(codec::Version::kV311, codec::Version::kV5), \
                           VersionSuffix)

}  // namespace sluice::client
