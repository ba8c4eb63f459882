// Every property of a CONNACK that binds a client, one by one.

#include "client_fixture.h"

namespace sluice::client {
namespace {

using codec::Qos;
using codec::ReasonCode;

class ConnackTest : public ClientTest {
 protected:
  codec::Properties& properties() { return connack.properties; }
  // The CONNACK is an offence.
  void ExpectFault() {
    Open();
    Send(connack);
    EXPECT_EQ(Told(), "end protocol_error 82");
  }
};

// What 3.1.1 has no words for, and what is not said.
TEST_F(ConnackTest, DefaultsAreThoseOfMqtt5) {
  for (const auto version : {codec::Version::kV311, codec::Version::kV5}) {
    options.version = version;
    Connect();
    const ServerTerms& terms = client->terms();
    EXPECT_EQ(terms.keep_alive_seconds(), 60);
    EXPECT_EQ(terms.receive_maximum(), 65'535);
    EXPECT_EQ(terms.maximum_qos(), Qos::kExactlyOnce);
    EXPECT_TRUE(terms.retain_available());
    EXPECT_EQ(terms.max_packet_bytes(), codec::kMaxPacketBytes);
    EXPECT_EQ(terms.topic_alias_maximum(), 0);
    EXPECT_EQ(terms.client_id(), "c");
    EXPECT_EQ(terms.session_expiry_seconds(), 0u);
    EXPECT_TRUE(terms.wildcards_available() && terms.shared_available());
    EXPECT_TRUE(terms.subscription_ids_available());
  }
}

// [MQTT-3.2.2-21]
TEST_F(ConnackTest, ServerKeepAliveIsObeyed) {
  properties().server_keep_alive = 10;
  Connect();
  EXPECT_EQ(client->terms().keep_alive_seconds(), 10);
  Wait(std::chrono::seconds(10));
  EXPECT_EQ(Sent(), "PINGREQ");
}

// A longer one leaves us free, and a dead link is still found when we want to know.
TEST_F(ConnackTest, LongerServerKeepAliveDoesNotKeepUsFromAsking) {
  properties().server_keep_alive = 3600;
  Connect();
  EXPECT_EQ(client->terms().keep_alive_seconds(), 3600);
  Wait(std::chrono::seconds(60));
  EXPECT_EQ(Sent(), "PINGREQ");
}

TEST_F(ConnackTest, ServerKeepAliveWithoutOurOwnIsObeyed) {
  options.keep_alive_seconds = 0;
  properties().server_keep_alive = 10;
  Connect();
  Wait(std::chrono::seconds(10));
  EXPECT_EQ(Sent(), "PINGREQ");
}

// [MQTT-3.3.4-9]
TEST_F(ConnackTest, ReceiveMaximumBoundsWhatIsInFlight) {
  properties().receive_maximum = 2;
  Connect();
  EXPECT_EQ(Publish(Qos::kAtLeastOnce, 1), PublishResult::kSent);
  EXPECT_EQ(Publish(Qos::kExactlyOnce, 2), PublishResult::kSent);
  EXPECT_FALSE(client->CanPublish());
  EXPECT_EQ(Publish(Qos::kAtLeastOnce, 3), PublishResult::kWindowFull);
  EXPECT_EQ(Publish(Qos::kAtMostOnce), PublishResult::kSent);
  SendAck(codec::PacketType::kPuback, 1);
  EXPECT_EQ(Publish(Qos::kAtLeastOnce, 3), PublishResult::kSent);
}

TEST_F(ConnackTest, OurOwnWindowIsNotWidened) {
  options.max_in_flight = 1;
  properties().receive_maximum = 100;
  Connect();
  EXPECT_EQ(Publish(Qos::kAtLeastOnce), PublishResult::kSent);
  EXPECT_EQ(Publish(Qos::kAtLeastOnce), PublishResult::kWindowFull);
}

TEST_F(ConnackTest, ReceiveMaximumOfZeroIsAProtocolError) {
  Open();
  SendHex("20 06 00 00 03 21 00 00");
  EXPECT_EQ(Told(), "end protocol_error 82");
}

// [MQTT-3.2.2-15]
TEST_F(ConnackTest, MaximumPacketSizeIsThatOfTheEncodedPacket) {
  properties().maximum_packet_size = 20;
  Connect();
  // Header 2, topic 3, identifier 2, properties 1: twelve bytes are left.
  EXPECT_EQ(Publish(Qos::kAtLeastOnce, 1, "t", "123456789012"), PublishResult::kSent);
  EXPECT_EQ(out.bytes.size(), 20u);
  EXPECT_EQ(Publish(Qos::kAtLeastOnce, 2, "t", "1234567890123"), PublishResult::kTooLarge);
  EXPECT_EQ(client->in_flight(), 1u);
  EXPECT_EQ(Publish(Qos::kAtMostOnce, 2, "t", "12345678901234"), PublishResult::kSent);
  EXPECT_EQ(Publish(Qos::kAtMostOnce, 2, "t", "123456789012345"), PublishResult::kTooLarge);
  EXPECT_EQ(Subscribe(1, {"a/filter/that/is/long"}), RequestResult::kTooLarge);
  EXPECT_EQ(Unsubscribe(1, {"a/filter/that/is/long"}), RequestResult::kTooLarge);
  EXPECT_EQ(Subscribe(1, {"short"}), RequestResult::kSent);
}

TEST_F(ConnackTest, MaximumPacketSizeOfZeroIsAProtocolError) {
  properties().maximum_packet_size = 0;
  ExpectFault();
}

// Not even DISCONNECT's reason string may break it [MQTT-3.14.2-3].
TEST_F(ConnackTest, MaximumPacketSizeBindsTheLastPacketToo) {
  properties().maximum_packet_size = 5;
  Connect();
  Send(connack);
  EXPECT_EQ(SentHex(), "E0 01 82");
  properties().maximum_packet_size = 2;
  Connect();
  Send(connack);
  EXPECT_EQ(SentHex(), "");
}

// [MQTT-3.2.2-11]
TEST_F(ConnackTest, MaximumQosIsObeyed) {
  properties().maximum_qos = 1;
  Connect();
  EXPECT_EQ(Publish(Qos::kExactlyOnce), PublishResult::kQosTooHigh);
  EXPECT_EQ(Publish(Qos::kAtLeastOnce), PublishResult::kSent);
  properties().maximum_qos = 0;
  Connect();
  EXPECT_EQ(Publish(Qos::kAtLeastOnce), PublishResult::kQosTooHigh);
  EXPECT_EQ(Publish(Qos::kAtMostOnce), PublishResult::kSent);
}

TEST_F(ConnackTest, MaximumQosOfTwoIsAProtocolError) {
  properties().maximum_qos = 2;
  ExpectFault();
}

// [MQTT-3.2.2-14]
TEST_F(ConnackTest, RetainAvailableIsObeyed) {
  properties().retain_available = 0;
  Connect();
  codec::OutgoingPublish message;
  message.topic = "t";
  message.retain = true;
  EXPECT_EQ(Publish(message), PublishResult::kNoRetain);
  message.retain = false;
  EXPECT_EQ(Publish(message), PublishResult::kSent);
}

// [MQTT-3.2.2-17] [MQTT-3.2.2-18]
TEST_F(ConnackTest, WithoutTopicAliasMaximumNoAliasIsSent) {
  Connect();
  for (int i = 0; i < 3; ++i) Publish(Qos::kAtMostOnce, 0, "long/topic");
  EXPECT_EQ(Sent().find("topic_alias"), std::string::npos);
}

TEST_F(ConnackTest, TopicAliasMaximumIsUsedForTopicsThatRepeat) {
  properties().topic_alias_maximum = 1;
  Connect();
  for (int i = 0; i < 3; ++i) Publish(Qos::kAtMostOnce, 0, "long/topic");
  EXPECT_EQ(
      Sent(),
      "PUBLISH topic=long/topic payload=x; PUBLISH topic=long/topic payload=x {topic_alias=1}; "
      "PUBLISH payload=x {topic_alias=1}");
}

// The alias that is announced makes the packet larger: then it is left out.
TEST_F(ConnackTest, TopicAliasThatDoesNotFitIsLeftOut) {
  properties().topic_alias_maximum = 1;
  properties().maximum_packet_size = 16;  // header 2, topic 12, properties 1, payload 1
  Connect();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Publish(Qos::kAtMostOnce, 0, "long/topic"), PublishResult::kSent);
  }
  EXPECT_EQ(Sent(),
            "PUBLISH topic=long/topic payload=x; PUBLISH topic=long/topic payload=x; "
            "PUBLISH topic=long/topic payload=x");
}

// Another connection's server knows none of them.
TEST_F(ConnackTest, TopicAliasesEndWithTheConnection) {
  properties().topic_alias_maximum = 1;
  Connect();
  for (int i = 0; i < 3; ++i) Publish(Qos::kAtMostOnce, 0, "long/topic");
  Connect();
  Publish(Qos::kAtMostOnce, 0, "long/topic");
  EXPECT_EQ(Sent(), "PUBLISH topic=long/topic payload=x");
}

// [MQTT-3.2.2-16]
TEST_F(ConnackTest, AssignedClientIdentifierIsOurs) {
  options.client_id.clear();
  properties().assigned_client_identifier = "auto-7";
  Connect();
  EXPECT_EQ(client->terms().client_id(), "auto-7");
}

TEST_F(ConnackTest, MissingAssignedClientIdentifierIsAProtocolError) {
  options.client_id.clear();
  ExpectFault();
}

TEST_F(ConnackTest, NobodyAssignsInMqtt311) {
  options.client_id.clear();
  options.version = codec::Version::kV311;
  Connect();
  EXPECT_EQ(client->terms().client_id(), "");
}

TEST_F(ConnackTest, SessionExpiryOfTheServerReplacesOurs) {
  options.session_expiry_seconds = 3600;
  Connect();
  EXPECT_EQ(client->terms().session_expiry_seconds(), 3600u);
  properties().session_expiry_interval = 60;
  Connect();
  EXPECT_EQ(client->terms().session_expiry_seconds(), 60u);
}

TEST_F(ConnackTest, WildcardSubscriptionAvailableIsObeyed) {
  properties().wildcard_subscription_available = 0;
  Connect();
  EXPECT_EQ(Subscribe(1, {"a/b", "a/#"}), RequestResult::kNotAvailable);
  EXPECT_EQ(Subscribe(1, {"a/b"}), RequestResult::kSent);
}

TEST_F(ConnackTest, SharedSubscriptionAvailableIsObeyed) {
  properties().shared_subscription_available = 0;
  Connect();
  EXPECT_EQ(Subscribe(1, {"$share/g/a"}), RequestResult::kNotAvailable);
  EXPECT_EQ(Subscribe(1, {"a"}), RequestResult::kSent);
}

TEST_F(ConnackTest, SubscriptionIdentifierAvailableIsObeyed) {
  properties().subscription_identifier_available = 0;
  Connect();
  EXPECT_EQ(Subscribe(1, {"a"}, 7), RequestResult::kNotAvailable);
  EXPECT_EQ(Subscribe(1, {"a"}), RequestResult::kSent);
}

TEST_F(ConnackTest, ReasonStringAndServerReferenceOfARefusalAreTold) {
  connack.reason = ReasonCode::kUseAnotherServer;
  properties().reason_string = "moved\nout";
  properties().server_reference = "other.example:8883";
  Open();
  Send(connack);
  EXPECT_EQ(client->end().reason_string, "moved\nout");
  EXPECT_EQ(client->end().server_reference, "other.example:8883");
  EXPECT_EQ(Describe(client->end()),
            "the server refused the connection: Use another server (0x9C), \"moved\\x0aout\"; it "
            "names another server: other.example:8883");
}

// [MQTT-3.1.2-28]
TEST_F(ConnackTest, ResponseInformationThatNobodyAskedForIsAProtocolError) {
  properties().response_information = "r";
  ExpectFault();
}

// [MQTT-4.12.0-6]
TEST_F(ConnackTest, AuthenticationMethodThatNobodyAskedForIsAProtocolError) {
  properties().authentication_method = "SCRAM";
  ExpectFault();
}

TEST_F(ConnackTest, UserPropertiesAreLetThrough) {
  codec::RepeatedPropertyBuilder user;
  user.AddUserProperty("a", "b");
  properties().user_properties = user.user_properties();
  Connect();
}

}  // namespace
}  // namespace sluice::client
