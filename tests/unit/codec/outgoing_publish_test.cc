// OutgoingPublish writes what Encode of publish.h writes, and says its size beforehand.

#include "codec/outgoing_publish.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "codec/publish.h"
#include "support/allocations.h"

namespace sluice::codec {
namespace {

std::string Text(const ByteBuffer& bytes) { return std::string(AsText(bytes.view())); }

class OutgoingPublishTest : public testing::TestWithParam<Version> {
 protected:
  bool is_v5() const { return GetParam() == Version::kV5; }
  std::string Made() {
    ByteBuffer out;
    Encode(packet_, GetParam(), &out);
    EXPECT_EQ(EncodedSize(packet_, GetParam()), out.size());
    return Text(out);
  }
  // By the other encoder, from the same parts.
  std::string Expected() const {
    Publish publish;
    publish.dup = packet_.dup;
    publish.qos = packet_.qos;
    publish.retain = packet_.retain;
    publish.packet_id = packet_.packet_id;
    publish.topic = packet_.topic;
    publish.payload = packet_.payload;
    Properties& p = publish.properties;
    if (packet_.payload_is_text) p.payload_format_indicator = 1;
    p.message_expiry_interval = packet_.message_expiry_interval;
    if (!packet_.content_type.empty()) p.content_type = packet_.content_type;
    if (!packet_.response_topic.empty()) p.response_topic = packet_.response_topic;
    if (!packet_.correlation_data.empty()) p.correlation_data = packet_.correlation_data;
    if (packet_.topic_alias != 0) p.topic_alias = packet_.topic_alias;
    RepeatedPropertyBuilder user;
    for (const UserProperty& u : packet_.user_properties) user.AddUserProperty(u.name, u.value);
    p.user_properties = user.user_properties();
    ByteBuffer out;
    Encode(publish, GetParam(), &out);
    return Text(out);
  }

  OutgoingPublish packet_;
};

INSTANTIATE_TEST_SUITE_P(, OutgoingPublishTest, testing::Values(Version::kV311, Version::kV5),
                         [](const auto& version) {
                           return version.param == Version::kV5 ? "V5" : "V311";
                         });

TEST_P(OutgoingPublishTest, SmallestPacket) {
  packet_.topic = "t";
  EXPECT_EQ(Made(), is_v5() ? std::string("\x30\x04\x00\x01t\x00", 6)
                            : std::string("\x30\x03\x00\x01t", 5));
}

TEST_P(OutgoingPublishTest, EveryFieldIsWhereTheOtherEncoderPutsIt) {
  const UserProperty user[] = {{"id", "gw/telemetry/1"}, {"type", ""}};
  packet_ = {.dup = true,
             .qos = Qos::kExactlyOnce,
             .retain = true,
             .packet_id = 0x1234,
             .topic = "sites/a/b",
             .payload = AsBytes("payload"),
             .payload_is_text = true,
             .message_expiry_interval = 60,
             .content_type = "application/json",
             .response_topic = "answers",
             .correlation_data = AsBytes("c1"),
             .topic_alias = 7,
             .user_properties = user};
  EXPECT_EQ(Made(), Expected());
}

// Where a length takes another byte.
TEST_P(OutgoingPublishTest, SizesAroundEachBoundary) {
  packet_.topic = "t";
  packet_.qos = Qos::kAtLeastOnce;
  packet_.packet_id = 1;
  const std::string value(200, 'v');
  for (const size_t size : {0, 110, 120, 121, 122, 123, 127, 128, 16'370, 16'383, 16'384, 70'000}) {
    const std::string payload(size, 'x');
    packet_.payload = AsBytes(payload);
    packet_.user_properties = {};
    ASSERT_EQ(Made(), Expected()) << size;
    const UserProperty user[] = {{"v", std::string_view(value).substr(0, size % 200)}};
    packet_.user_properties = user;
    ASSERT_EQ(Made(), Expected()) << size;
  }
}

TEST_P(OutgoingPublishTest, FieldBeyondItsLengthIsNotEncodable) {
  std::string field(kMaxFieldBytes, 'f');
  packet_.topic = field;
  EXPECT_TRUE(IsEncodable(packet_, GetParam()));
  field.push_back('f');
  packet_.topic = field;
  EXPECT_FALSE(IsEncodable(packet_, GetParam()));
  packet_.topic = "t";
  const UserProperty user[] = {{"n", field}};
  packet_.user_properties = user;
  EXPECT_EQ(IsEncodable(packet_, GetParam()), !is_v5());
  packet_.user_properties = {};
  packet_.content_type = field;
  EXPECT_EQ(IsEncodable(packet_, GetParam()), !is_v5());
}

TEST_P(OutgoingPublishTest, PacketBeyondItsLengthIsNotEncodable) {
  packet_.topic = "t";
  // Never read: only its size matters.
  packet_.payload = {AsBytes("x").data(), kMaxVarint - (is_v5() ? 4u : 3u)};
  EXPECT_TRUE(IsEncodable(packet_, GetParam()));
  packet_.payload = {AsBytes("x").data(), packet_.payload.size() + 1};
  EXPECT_FALSE(IsEncodable(packet_, GetParam()));
}

TEST_P(OutgoingPublishTest, AllocatesNothingWhenWarm) {
  const UserProperty user[] = {{"id", "gw/telemetry/1"}};
  packet_.topic = "t";
  packet_.user_properties = user;
  ByteBuffer out;
  Encode(packet_, GetParam(), &out);
  out.Clear();
  const test::AllocationCounter counter;
  Encode(packet_, GetParam(), &out);
  EXPECT_EQ(counter.count(), 0u);
}

}  // namespace
}  // namespace sluice::codec
