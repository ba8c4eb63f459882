#include "codec/reason_code.h"

#include <gtest/gtest.h>

#include <set>

namespace sluice::codec {
namespace {

using enum ReasonCode;

// How many codes may be in a packet, counted in the specification's tables.
size_t CodesOf(PacketType type, Sender sender) {
  size_t count = 0;
  for (int code = 0; code < 256; ++code)
    count += IsLegal(static_cast<ReasonCode>(code), type, sender);
  return count;
}

TEST(ReasonCodeTest, TableIsInOrderAndWithoutRepetitions) {
  std::set<std::pair<int, std::string_view>> seen;
  int last = 0;
  for (const ReasonCodeInfo& row : ReasonCodeTable()) {
    EXPECT_GE(static_cast<int>(row.code), last);
    last = static_cast<int>(row.code);
    EXPECT_TRUE(seen.emplace(last, row.name).second) << row.name;
    EXPECT_NE(row.from_client | row.from_server, 0) << row.name;
  }
}

TEST(ReasonCodeTest, PacketsHaveAsManyCodesAsTheirTablesSay) {
  EXPECT_EQ(CodesOf(PacketType::kConnack, Sender::kServer), 22u);     // table 3-1
  EXPECT_EQ(CodesOf(PacketType::kPuback, Sender::kServer), 9u);       // table 3-4
  EXPECT_EQ(CodesOf(PacketType::kPubrec, Sender::kServer), 9u);       // table 3-5
  EXPECT_EQ(CodesOf(PacketType::kPubrel, Sender::kClient), 2u);       // table 3-6
  EXPECT_EQ(CodesOf(PacketType::kPubcomp, Sender::kServer), 2u);      // table 3-7
  EXPECT_EQ(CodesOf(PacketType::kSuback, Sender::kServer), 12u);      // table 3-8
  EXPECT_EQ(CodesOf(PacketType::kUnsuback, Sender::kServer), 7u);     // table 3-9
  EXPECT_EQ(CodesOf(PacketType::kDisconnect, Sender::kClient), 14u);  // table 3-10
  // Table 3-10 has 28 of the server; 0x8C is from the table in section 2.4.
  EXPECT_EQ(CodesOf(PacketType::kDisconnect, Sender::kServer), 29u);
  EXPECT_EQ(CodesOf(PacketType::kAuth, Sender::kServer), 2u);
  EXPECT_EQ(CodesOf(PacketType::kAuth, Sender::kClient), 2u);
}

TEST(ReasonCodeTest, SomeCodesAreOfOneSideOnly) {
  EXPECT_TRUE(IsLegal(kDisconnectWithWill, PacketType::kDisconnect, Sender::kClient));
  EXPECT_FALSE(IsLegal(kDisconnectWithWill, PacketType::kDisconnect, Sender::kServer));
  EXPECT_FALSE(IsLegal(kServerShuttingDown, PacketType::kDisconnect, Sender::kClient));
  EXPECT_FALSE(IsLegal(kNoMatchingSubscribers, PacketType::kPuback, Sender::kClient));
  EXPECT_TRUE(IsLegal(kReauthenticate, PacketType::kAuth, Sender::kClient));
  EXPECT_FALSE(IsLegal(kReauthenticate, PacketType::kAuth, Sender::kServer));
}

TEST(ReasonCodeTest, PacketsWithoutReasonHaveNoCodes) {
  for (const auto type : {PacketType::kConnect, PacketType::kPublish, PacketType::kSubscribe,
                          PacketType::kUnsubscribe, PacketType::kPingreq, PacketType::kPingresp}) {
    EXPECT_EQ(CodesOf(type, Sender::kClient) + CodesOf(type, Sender::kServer), 0u);
  }
}

TEST(ReasonCodeTest, ZeroIsNamedAfterItsPacket) {
  EXPECT_EQ(ReasonCodeName(kSuccess), "Success");
  EXPECT_EQ(ReasonCodeName(kSuccess, PacketType::kDisconnect), "Normal disconnection");
  EXPECT_EQ(ReasonCodeName(kSuccess, PacketType::kSuback), "Granted QoS 0");
  EXPECT_EQ(ReasonCodeName(kQuotaExceeded), "Quota exceeded");
  EXPECT_EQ(ReasonCodeName(static_cast<ReasonCode>(0x7F)), "unknown reason code");
}

TEST(ReasonCodeTest, ReturnCodesOf311ComeBack) {
  for (uint8_t code = 0; code <= 5; ++code) {
    ReasonCode reason;
    ASSERT_TRUE(FromReturnCode311(code, &reason));
    EXPECT_EQ(ToReturnCode311(reason), code);
  }
  ReasonCode reason;
  EXPECT_FALSE(FromReturnCode311(6, &reason));
}

TEST(ReasonCodeTest, NoRefusalBecomesSuccessIn311) {
  for (int code = 0x80; code < 256; ++code) {
    const uint8_t return_code = ToReturnCode311(static_cast<ReasonCode>(code));
    EXPECT_GE(return_code, 1);
    EXPECT_LE(return_code, 5);
  }
  EXPECT_EQ(ToReturnCode311(kBanned), 5);
  EXPECT_EQ(ToReturnCode311(kServerBusy), 3);
}

}  // namespace
}  // namespace sluice::codec
