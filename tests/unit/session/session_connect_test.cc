#include <algorithm>

#include "describe.h"
#include "session_fixture.h"

namespace sluice::session {
namespace {

using codec::ReasonCode;
using codec::Version;

class OnConnectTest : public BothVersions {
 protected:
  // The first packet of a new connection.
  void SendConnect() {
    connect.version = GetParam();
    if (connect.client_id.empty() && !anonymous) connect.client_id = "c";
    Open();
    Asked();
    ByteBuffer bytes;
    codec::Encode(connect, &bytes);
    SendBytes(bytes.view());
  }
  codec::Will& Will() {
    connect.will.emplace();
    connect.will->topic = "will";
    return *connect.will;
  }
  bool anonymous = false;
};
SLUICE_BOTH_VERSIONS(OnConnectTest);

TEST_P(OnConnectTest, ConnectIsHandedToTheOwnerAndNothingElseIsReceived) {
  SendConnect();
  EXPECT_EQ(Asked(), "stop connect; connect c");
  EXPECT_FALSE(session->CanReceive());
  EXPECT_EQ(Sent(), "");
}

TEST_P(OnConnectTest, AcceptedConnectIsAnsweredAndStartsKeepAlive) {
  connect.keep_alive_seconds = 60;
  SendConnect();
  Asked();
  Accept();
  EXPECT_EQ(Sent(), "CONNACK");                    // [MQTT-3.1.4-5] [MQTT-3.2.0-1]
  EXPECT_EQ(Asked(), "start keep-alive 90000ms");  // [MQTT-3.1.2-22]
  EXPECT_TRUE(session->connected() && session->CanReceive());
}

// The answer may take a while: who it is from is looked up elsewhere.
TEST_P(OnConnectTest, ConnectIsKeptUntilItsLateAnswer) {
  Will();
  connect.client_id = "device-7";
  connect.version = GetParam();
  ByteBuffer bytes;
  codec::Encode(connect, &bytes);
  Open();
  out.actions.clear();
  session->Receive(clock.Now(), bytes.view(), &out);
  const codec::Connect& asked = *std::get<ConnectRequested>(out.actions.back()).connect;
  std::fill_n(bytes.data(), bytes.size(), uint8_t{0});
  clock.Advance(std::chrono::seconds(60));
  EXPECT_EQ(asked.client_id, "device-7");
  EXPECT_EQ(asked.will->topic, "will");
  out.actions.clear();  // With the answer the packet goes.
  Accept();
  EXPECT_TRUE(session->connected());
}

TEST_P(OnConnectTest, WhatComesBeforeTheAnswerIsNotTaken) {
  SendConnect();
  EXPECT_EQ(SendBytes(FromHex("C0 00")), 0u);
  EXPECT_EQ(Sent(), "");
  Accept();
  EXPECT_EQ(SendBytes(FromHex("C0 00")), 2u);
  EXPECT_EQ(Sent(), "CONNACK; PINGRESP");
}

TEST_P(OnConnectTest, AnswerAfterTheEndIsWithoutEffect) {
  SendConnect();
  CloseStream();
  Asked();
  Accept();
  session->RefuseConnect(ReasonCode::kNotAuthorized, &out);
  EXPECT_EQ(Sent(), "");
  EXPECT_EQ(Asked(), "");
  EXPECT_TRUE(session->closed());
}

TEST_P(OnConnectTest, OnlyTheFirstAnswerCounts) {
  SendConnect();
  Accept();
  session->RefuseConnect(ReasonCode::kNotAuthorized, &out);
  Accept();
  EXPECT_EQ(Sent(), "CONNACK");
  EXPECT_TRUE(session->connected());
}

TEST_P(OnConnectTest, WithoutKeepAliveNoTimerRuns) {
  SendConnect();
  Asked();
  Accept();
  EXPECT_EQ(Asked(), "");
}

TEST_P(OnConnectTest, RefusedConnectIsToldAndClosed) {
  Will();
  SendConnect();
  Asked();
  session->RefuseConnect(ReasonCode::kNotAuthorized, &out);
  EXPECT_EQ(SentHex(), IsV5() ? "20 03 00 87 00" : "20 02 00 05");  // [MQTT-3.2.2-6]
  Accept();                                                         // Without effect.
  EXPECT_EQ(Asked(), "close refused 87 will=none expiry=0");
}

TEST_P(OnConnectTest, SecondConnectIsAProtocolError) {  // [MQTT-3.1.0-2]
  Connect(GetParam());
  SendConnect();
  Accept();
  Asked();
  Sent();
  Send(connect);
  EXPECT_EQ(Sent(), IsV5() ? "DISCONNECT 82" : "");
  EXPECT_EQ(Asked(), "close rule 82 will=none expiry=0");
}

TEST_P(OnConnectTest, AnotherFirstPacketIsAProtocolError) {  // [MQTT-3.1.0-1]
  Open();
  Asked();
  SendHex("C0 00");
  EXPECT_EQ(Sent(), "");
  EXPECT_EQ(Asked(), "stop connect; close rule 82 will=none expiry=0");
}

TEST_P(OnConnectTest, MalformedConnectIsNotAnswered) {  // [MQTT-3.1.4-1]
  Open();
  Asked();
  SendHex(IsV5() ? "10 0D 00 04 'MQTT' 05 03 00 00 00 00 00"
                 : "10 0C 00 04 'MQTT' 04 03 00 00 00 00");
  EXPECT_EQ(Sent(), "");
  EXPECT_EQ(Asked(), "stop connect; close malformed 81 will=none expiry=0");
  EXPECT_EQ(counters.malformed_packets.value(), 1u);
}

TEST_P(OnConnectTest, AnotherProtocolIsRecognisedByItsFirstByte) {
  Open();
  Asked();
  SendHex("'G'");
  EXPECT_EQ(Asked(), "stop connect; close malformed 81 will=none expiry=0");
}

TEST_P(OnConnectTest, EmptyClientIdNeedsACleanSessionIn311) {  // [MQTT-3.1.3-8]
  anonymous = true;
  connect.clean_start = false;
  SendConnect();
  if (IsV5()) {
    EXPECT_EQ(Asked(), "stop connect; connect ");
    return;
  }
  EXPECT_EQ(SentHex(), "20 02 00 02");
  EXPECT_EQ(Asked(), "stop connect; close rule 85 will=none expiry=0");
}

TEST_P(OnConnectTest, LongClientIdIsRefused) {
  limits.max_client_id_bytes = 3;
  connect.client_id = "four";
  SendConnect();
  EXPECT_EQ(Sent(), "CONNACK 85");
  EXPECT_EQ(counters.client_ids_refused.value(), 1u);
}

TEST_P(OnConnectTest, ConnectBeyondItsLimitIsNotWaitedFor) {
  limits.max_connect_bytes = 100;
  Open();
  Asked();
  SendHex("10 FF 01 00 04 'MQ'");
  EXPECT_EQ(Asked(), "stop connect; close limit 95 will=none expiry=0");
  EXPECT_EQ(counters.oversized_packets.value(), 1u);
}

TEST_P(OnConnectTest, WillAboveMaximumQosIsRefused) {  // [MQTT-3.2.2-12]
  capabilities.maximum_qos = 1;
  Will().qos = codec::Qos::kExactlyOnce;
  SendConnect();
  EXPECT_EQ(Asked(), "stop connect; close refused 9B will=none expiry=0");
}

TEST_P(OnConnectTest, RetainedWillNeedsRetain) {  // [MQTT-3.2.2-13]
  capabilities.retain = false;
  Will().retain = true;
  SendConnect();
  EXPECT_EQ(Asked(), "stop connect; close refused 9A will=none expiry=0");
}

TEST_P(OnConnectTest, WillTopicIsBounded) {
  limits.max_topic_bytes = 3;
  Will();
  SendConnect();
  EXPECT_EQ(Asked(), "stop connect; close refused 90 will=none expiry=0");
  EXPECT_EQ(counters.topics_refused.value(), 1u);
}

TEST_P(OnConnectTest, ShutdownDuringConnectIsARefusal) {
  SendConnect();
  Asked();
  Disconnect(ReasonCode::kServerShuttingDown);
  EXPECT_EQ(Sent(), "CONNACK 88");
  EXPECT_EQ(Asked(), "close server 88 will=none expiry=0");
}

class OnConnectV5Test : public SessionTest {
 protected:
  void Accepted() {
    connect.client_id = "c";
    Open();
    Asked();
    Send(connect);
    Accept();
  }
};

TEST_F(OnConnectV5Test, ConnackTellsTheLimits) {
  limits.receive_maximum = 5;
  limits.max_packet_bytes = 0x20000;
  limits.topic_alias_maximum = 3;
  Accepted();
  // Receive Maximum 21, Topic Alias Maximum 22, Maximum Packet Size 27.
  EXPECT_EQ(SentHex(), "20 0E 00 00 0B 21 00 05 22 00 03 27 00 02 00 00");
}

TEST_F(OnConnectV5Test, ConnackTellsWhatIsMissing) {
  capabilities = {1, false, false, false, false};
  limits.receive_maximum = 5;
  Accepted();
  const std::string hex = SentHex();
  EXPECT_NE(hex.find("24 01 25 00"), std::string::npos) << hex;  // Maximum QoS, Retain Available
  EXPECT_NE(hex.find("28 00 29 00"), std::string::npos) << hex;  // wildcards, identifiers
  EXPECT_NE(hex.find("2A 00"), std::string::npos) << hex;        // shared subscriptions
}

TEST_F(OnConnectV5Test, ResponseInformationIsTold) {
  answer.response_information = "r/c";
  Accepted();
  EXPECT_NE(SentHex().find("1A 00 03 72 2F 63"), std::string::npos);
}

TEST_F(OnConnectV5Test, RefusalSaysWhy) {
  limits.max_client_id_bytes = 1;
  connect.client_id = "long";
  Open();
  Send(connect);
  // "the client identifier is too long"
  EXPECT_EQ(SentHex().substr(0, 27), "20 27 00 85 24 1F 00 21 74 ");
}

TEST_F(OnConnectV5Test, RefusalThatTheClientDoesNotTakeSaysOnlyTheCode) {  // [MQTT-3.2.2-19]
  limits.max_client_id_bytes = 1;
  connect.client_id = "long";
  connect.properties.maximum_packet_size = 40;
  Open();
  Send(connect);
  EXPECT_EQ(SentHex(), "20 03 00 85 00");
}

TEST_F(OnConnectV5Test, WillThatIsNoTextAlthoughItSaysSoIsRefusedWhereThatIsChecked) {
  for (const bool checked : {false, true}) {
    capabilities.check_payload_format = checked;
    connect.will.emplace();
    connect.will->topic = "w";
    connect.will->payload = AsBytes("\xFF");
    connect.will->properties.payload_format_indicator = 1;
    Open();
    Asked();
    Send(connect);
    EXPECT_EQ(Asked(), checked ? "stop connect; close refused 99 will=none expiry=0"
                               : "stop connect; connect ");
    Sent();
  }
}

TEST_F(OnConnectV5Test, AssignedClientIdIsTold) {  // [MQTT-3.2.2-16]
  answer.assigned_client_id = "auto-7";
  Accepted();
  EXPECT_NE(SentHex().find("12 00 06 61 75 74 6F 2D 37"), std::string::npos);
}

TEST_F(OnConnectV5Test, LoweredSessionExpiryIsTold) {
  limits.max_session_expiry_seconds = 10;
  connect.properties.session_expiry_interval = 20;
  Accepted();
  EXPECT_NE(SentHex().find("11 00 00 00 0A"), std::string::npos);
  CloseStream();
  EXPECT_EQ(Asked(), "stop connect; connect c; close stream 80 will=none expiry=10");
}

TEST_F(OnConnectV5Test, LoweredKeepAliveIsToldAndUsed) {  // [MQTT-3.2.2-21]
  limits.max_keep_alive_seconds = 30;
  Accepted();
  EXPECT_NE(SentHex().find("13 00 1E"), std::string::npos);
  EXPECT_EQ(Asked(), "stop connect; connect c; start keep-alive 45000ms");
}

TEST_F(OnConnectV5Test, ExtendedAuthenticationIsRefused) {  // [MQTT-4.12.0-1]
  connect.properties.authentication_method = "SCRAM-SHA-1";
  Accepted();
  EXPECT_EQ(Sent(), "CONNACK 8C");
  EXPECT_EQ(Asked(), "stop connect; close refused 8C will=none expiry=0");
}

TEST_F(OnConnectV5Test, ClientThatTakesNoConnackIsClosed) {  // [MQTT-3.1.2-24]
  connect.properties.maximum_packet_size = 10;
  Accepted();
  EXPECT_EQ(Sent(), "");
  EXPECT_EQ(Asked(), "stop connect; connect c; close limit 95 will=none expiry=0");
}

TEST_F(OnConnectV5Test, ProtocolErrorInConnectIsAnswered) {
  connect.properties.receive_maximum = 0;  // Section 3.1.2.11.3.
  Accepted();
  EXPECT_EQ(Sent(), "CONNACK 82");
  EXPECT_EQ(Asked(), "stop connect; close rule 82 will=none expiry=0");
}

TEST_F(OnConnectV5Test, UnknownVersionIsToldIn311WhenOlder) {  // [MQTT-3.1.2-2]
  Open();
  SendHex("10 0D 00 04 'MQTT' 03 02 00 00 00 01 'c'");
  EXPECT_EQ(SentHex(), "20 02 00 01");
}

TEST_F(OnConnectV5Test, UnknownVersionIsToldIn5WhenNewer) {  // [MQTT-3.1.2-2]
  Open();
  SendHex("10 0E 00 04 'MQTT' 06 02 00 00 00 00 01 'c'");
  EXPECT_EQ(SentHex(), "20 03 00 84 00");
}

TEST_F(OnConnectV5Test, FutureLevelOfABridgeIsToldIn5) {  // [MQTT-3.1.2-2]
  Open();
  SendHex("10 0E 00 04 'MQTT' 86 02 00 00 00 00 01 'c'");
  EXPECT_EQ(SentHex(), "20 03 00 84 00");
}

class OnConnect31Test : public SessionTest {
 protected:
  void Connect31() {
    Open();
    Asked();
    SendHex("10 0F 00 06 'MQIsdp' 03 02 00 00 00 01 'c'");
  }
};

TEST_F(OnConnect31Test, IsTaken) {
  Connect31();
  EXPECT_EQ(Asked(), "stop connect; connect c");
  Accept();
  EXPECT_EQ(SentHex(), "20 02 00 00");
}

TEST_F(OnConnect31Test, IsRefusedInItsOwnWordsWhenSwitchedOff) {
  capabilities.mqtt_31 = false;
  Connect31();
  EXPECT_EQ(SentHex(), "20 02 00 01");
  EXPECT_EQ(Asked(), "stop connect; close refused 84 will=none expiry=0");
}

TEST_F(OnConnect31Test, NeedsAClientId) {
  Open();
  SendHex("10 0E 00 06 'MQIsdp' 03 02 00 00 00 00");
  EXPECT_EQ(SentHex(), "20 02 00 02");
}

TEST_F(OnConnect31Test, BridgeIsTakenAsItsVersion) {
  for (const char* hex :
       {"10 0F 00 06 'MQIsdp' 83 02 00 00 00 01 'c'", "10 0D 00 04 'MQTT' 84 02 00 00 00 01 'c'"}) {
    Open();
    SendHex(hex);
    Accept();
    EXPECT_EQ(SentHex(), "20 02 00 00") << hex;
    state = {};
  }
}

TEST_F(OnConnectV5Test, PersistentSessionOf311IsKeptAsLongAsGranted) {
  limits.max_session_expiry_seconds = 77;
  connect.version = Version::kV311;
  connect.clean_start = false;
  Connect(Version::kV311);
  CloseStream();
  EXPECT_EQ(Asked(), "close stream 80 will=none expiry=77");
}

}  // namespace
}  // namespace sluice::session
