// Packets that are built here rather than taken from the wire, at the edges of what they can hold.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "packet_text.h"

namespace sluice::codec {
namespace {

constexpr Version kVersions[] = {Version::kV311, Version::kV5};

const std::string kLongText(kMaxFieldBytes, 'x');

// Sets every property that there is; encoding picks those that a packet may have.
class EveryProperty {
 public:
  EveryProperty() {
    repeated_.AddUserProperty("name", "value");
    repeated_.AddSubscriptionId(5);
    repeated_.AddUserProperty("", kLongText);
    p_.payload_format_indicator = 1;
    p_.message_expiry_interval = 2;
    p_.content_type = "content";
    p_.response_topic = "response";
    p_.correlation_data = AsBytes("correlation");
    p_.session_expiry_interval = 3;
    p_.assigned_client_identifier = "assigned";
    p_.server_keep_alive = 4;
    p_.authentication_method = "method";
    p_.authentication_data = AsBytes(kLongText);
    p_.request_problem_information = 0;
    p_.will_delay_interval = 6;
    p_.request_response_information = 1;
    p_.response_information = "information";
    p_.server_reference = "reference";
    p_.reason_string = "reason";
    p_.receive_maximum = 7;
    p_.topic_alias_maximum = 8;
    p_.topic_alias = 9;
    p_.maximum_qos = 1;
    p_.retain_available = 0;
    p_.maximum_packet_size = 10;
    p_.wildcard_subscription_available = 1;
    p_.subscription_identifier_available = 0;
    p_.shared_subscription_available = 1;
    p_.user_properties = repeated_.user_properties();
    p_.subscription_ids = repeated_.subscription_ids();
  }
  const Properties& get() const { return p_; }

  // How many of them `owner` may have, each repeated one counted as often as it is there.
  static size_t CountFor(PacketType owner) {
    size_t count = 0;
    for (const PropertyInfo& info : PropertyTable()) {
      if ((info.owners & MaskOf(owner)) == 0) continue;
      count += info.id == PropertyId::kUserProperty ? 2 : 1;
    }
    return count;
  }

 private:
  RepeatedPropertyBuilder repeated_;
  Properties p_;
};

// "{a=1 b=2}" has two.
size_t PropertiesIn(const std::string& description) {
  const size_t open = description.rfind('{');
  if (open == std::string::npos) return 0;
  return static_cast<size_t>(
      std::count(description.begin() + static_cast<int>(open), description.end(), '='));
}

// A packet of each struct, with all its properties.
std::vector<Packet> FullPackets() {
  static const EveryProperty every;
  static SubscriptionListBuilder subscriptions;
  static UnsubscriptionListBuilder filters;
  subscriptions.Clear();
  filters.Clear();
  subscriptions.Add({"a/+", Qos::kExactlyOnce, true, true, RetainHandling::kDoNotSend});
  subscriptions.Add({kLongText, Qos::kAtLeastOnce});
  filters.Add("a/+");
  filters.Add(kLongText);

  const Properties& p = every.get();
  Connect connect;
  connect.client_id = kLongText;
  connect.will = Will{Qos::kAtLeastOnce, true, "w", AsBytes(kLongText), p};
  connect.user_name = "user";
  connect.password = AsBytes(kLongText);
  connect.properties = p;
  return {connect,
          Connack{false, ReasonCode::kNotAuthorized, p},
          Publish{true, Qos::kAtLeastOnce, true, 9, kLongText, AsBytes(kLongText), p},
          Ack{PacketType::kPuback, 1, ReasonCode::kQuotaExceeded, p},
          Ack{PacketType::kPubrec, 2, ReasonCode::kSuccess, p},
          Ack{PacketType::kPubrel, 3, ReasonCode::kPacketIdentifierNotFound, p},
          Ack{PacketType::kPubcomp, 0xFFFF, ReasonCode::kSuccess, p},
          Subscribe{10, subscriptions.list(), p},
          Suback{11, AsBytes("\x01\x02\x80"), p},
          Unsubscribe{12, filters.list(), p},
          Unsuback{13, AsBytes("\x11\x80"), p},
          Ping{PacketType::kPingreq},
          Ping{PacketType::kPingresp},
          Disconnect{ReasonCode::kServerMoved, p},
          Auth{ReasonCode::kContinueAuthentication, p}};
}

TEST(RoundTripTest, EveryPacketComesBackWithEveryProperty) {
  for (const Packet& packet : FullPackets()) {
    const std::string before = test::Describe(packet);
    const std::string after = RoundTrip(packet, Version::kV5);
    EXPECT_EQ(PropertiesIn(after), EveryProperty::CountFor(TypeOf(packet))) << after.substr(0, 20);
    // Apart from the properties, from which encoding has picked, it is the same.
    EXPECT_EQ(before.substr(0, before.find(" {")), after.substr(0, after.find(" {")));
  }
}

TEST(RoundTripTest, SecondTripChangesNothing) {
  for (const Version version : kVersions) {
    for (Packet& packet : FullPackets()) {
      if (auto* connect = std::get_if<Connect>(&packet)) connect->version = version;
      if (version == Version::kV311 && TypeOf(packet) == PacketType::kAuth) continue;
      const std::string bytes = Encoded(packet, version);
      Packet decoded;
      ASSERT_TRUE(Decode(FrameOf(bytes), version, &decoded).ok());
      EXPECT_EQ(Encoded(decoded, version), bytes);
    }
  }
}

TEST(RoundTripTest, PropertiesAreNotOnA311Wire) {
  for (Packet& packet : FullPackets()) {
    if (auto* connect = std::get_if<Connect>(&packet)) connect->version = Version::kV311;
    if (TypeOf(packet) == PacketType::kAuth) continue;
    EXPECT_EQ(RoundTrip(packet, Version::kV311).find('{'), std::string::npos);
  }
}

TEST(RoundTripTest, RefusalsThat311CannotSayBecomeTheNearest) {
  EXPECT_EQ(RoundTrip(Connack{false, ReasonCode::kServerBusy, {}}, Version::kV311),
            "CONNACK reason=88");
  EXPECT_EQ(RoundTrip(Suback{1, AsBytes("\x01\x97"), {}}, Version::kV311), "SUBACK id=1 01 80");
  EXPECT_EQ(RoundTrip(Ack{PacketType::kPuback, 1, ReasonCode::kQuotaExceeded, {}}, Version::kV311),
            "PUBACK id=1");
}

TEST(RoundTripTest, EverySubscriptionOptionComesBack) {
  SubscriptionListBuilder list;
  list.Add({"a", Qos::kAtLeastOnce, true, false, RetainHandling::kSend});
  list.Add({"b", Qos::kExactlyOnce, false, true, RetainHandling::kSendIfNew});
  list.Add({"c", Qos::kAtMostOnce, false, false, RetainHandling::kDoNotSend});
  EXPECT_EQ(RoundTrip(Subscribe{1, list.list(), {}}, Version::kV5),
            "SUBSCRIBE id=1 filter=a qos=1 no_local filter=b qos=2 retain_as_published "
            "retain_handling=1 filter=c retain_handling=2");
}

TEST(RoundTripTest, SubscriptionOptionsOfVersion5AreNotOnA311Wire) {
  SubscriptionListBuilder list;
  list.Add({"a", Qos::kAtLeastOnce, true, true, RetainHandling::kDoNotSend});
  EXPECT_EQ(RoundTrip(Subscribe{1, list.list(), {}}, Version::kV311),
            "SUBSCRIBE id=1 filter=a qos=1");
}

TEST(RoundTripTest, ShortFormsAreUsedWhereTheyMayBe) {
  EXPECT_EQ(Encoded(Ack{PacketType::kPubrel, 1, ReasonCode::kSuccess, {}}, Version::kV5).size(),
            4u);
  EXPECT_EQ(Encoded(Ack{PacketType::kPuback, 1, ReasonCode::kBanned, {}}, Version::kV5).size(), 5u);
  EXPECT_EQ(Encoded(Disconnect{}, Version::kV5).size(), 2u);
  EXPECT_EQ(Encoded(Disconnect{ReasonCode::kServerBusy, {}}, Version::kV5).size(), 3u);
  EXPECT_EQ(Encoded(Auth{}, Version::kV5).size(), 2u);
}

TEST(RoundTripTest, PayloadOfManySizesComesBack) {
  for (const size_t size : {0, 1, 120, 127, 128, 16'370, 16'384, 2'097'140, 2'097'152}) {
    const std::string payload(size, 'p');
    Publish packet;
    packet.topic = "t";
    packet.payload = AsBytes(payload);
    const std::string bytes = Encoded(packet, Version::kV5);
    Publish decoded;
    ASSERT_TRUE(Decode(FrameOf(bytes), Version::kV5, &decoded).ok());
    EXPECT_EQ(AsText(decoded.payload), payload);
  }
}

}  // namespace
}  // namespace sluice::codec
