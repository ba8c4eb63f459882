// The path of a message through the codec allocates nothing once the output buffer has its size.

#include <gtest/gtest.h>

#include <string>

#include "packet_text.h"
#include "support/allocations.h"

namespace sluice::codec {
namespace {

// Runs `work` twice and counts the allocations of the second time.
template <typename Work>
uint64_t AllocationsWhenWarm(Work work) {
  work();
  const test::AllocationCounter counter;
  work();
  return counter.count();
}

class HotPathTest : public testing::TestWithParam<Version> {
 protected:
  HotPathTest() {
    repeated_.AddUserProperty("unit", "Cel");
    publish_.topic = "devices/greenhouse-7/climate";
    publish_.payload = AsBytes("{\"temperature\":21.5}");
    publish_.qos = Qos::kAtLeastOnce;
    publish_.packet_id = 7;
    publish_.properties.topic_alias = 3;
    publish_.properties.user_properties = repeated_.user_properties();
  }

  // One message in and its acknowledgement out.
  void ReceiveAndAcknowledge(const std::string& bytes) {
    Publish packet;
    ASSERT_TRUE(Decode(FrameOf(bytes), GetParam(), &packet).ok());
    ASSERT_TRUE(Validate(packet, GetParam(), Sender::kClient).ok());
    EncodeAck(PacketType::kPuback, packet.packet_id, ReasonCode::kQuotaExceeded, GetParam(), &out_);
    out_.Clear();
  }

  RepeatedPropertyBuilder repeated_;
  Publish publish_;
  ByteBuffer out_;
};

TEST_P(HotPathTest, PublishInAndPubackOutAllocateNothing) {
  const std::string bytes = Encoded(publish_, GetParam());
  EXPECT_EQ(AllocationsWhenWarm([&] { ReceiveAndAcknowledge(bytes); }), 0u);
}

TEST_P(HotPathTest, PublishOutAllocatesNothing) {
  EXPECT_EQ(AllocationsWhenWarm([&] {
              Encode(publish_, GetParam(), &out_);
              out_.Clear();
            }),
            0u);
}

TEST_P(HotPathTest, AckInAllocatesNothing) {
  const std::string bytes = Encoded(Ack{PacketType::kPubrec, 7, {}, {}}, GetParam());
  EXPECT_EQ(AllocationsWhenWarm([&] {
              Ack ack;
              ASSERT_TRUE(Decode(FrameOf(bytes), GetParam(), &ack).ok());
              ASSERT_TRUE(Validate(ack, GetParam(), Sender::kClient).ok());
            }),
            0u);
}

INSTANTIATE_TEST_SUITE_P(Versions, HotPathTest, testing::Values(Version::kV311, Version::kV5),
                         [](const auto& version) {
                           return version.param == Version::kV5 ? std::string("V5")
                                                                : std::string("V311");
                         });

}  // namespace
}  // namespace sluice::codec
