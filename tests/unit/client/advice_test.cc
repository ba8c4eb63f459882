// What is done about each reason code, and that docs/forward.md says the same.

#include "client/advice.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>

namespace sluice::client {
namespace {

using codec::IsLegal;
using codec::PacketType;
using codec::ReasonCode;
using codec::Sender;

bool Comes(ReasonCode code, PacketType type) { return IsLegal(code, type, Sender::kServer); }

TEST(Advice, EveryCodeOfAServerHasOneRow) {
  std::set<ReasonCode> codes;
  for (const CodeAdvice& row : AdviceTable()) EXPECT_TRUE(codes.insert(row.code).second);
  for (const codec::ReasonCodeInfo& info : codec::ReasonCodeTable()) {
    const bool is_end = IsError(info.code) && (Comes(info.code, PacketType::kConnack) ||
                                               Comes(info.code, PacketType::kPuback) ||
                                               Comes(info.code, PacketType::kDisconnect));
    EXPECT_TRUE(!is_end || codes.contains(info.code)) << info.name;
  }
}

TEST(Advice, EveryPacketThatMayBringACodeHasARemedy) {
  for (const CodeAdvice& row : AdviceTable()) {
    const int code = static_cast<int>(row.code);
    EXPECT_FALSE(row.reason.empty()) << code;
    EXPECT_EQ(row.disconnect != Remedy::kNone, Comes(row.code, PacketType::kDisconnect)) << code;
    if (!IsError(row.code)) continue;
    EXPECT_EQ(row.connack != Remedy::kNone, Comes(row.code, PacketType::kConnack)) << code;
    // Brokers say it, though MQTT has it in no PUBACK.
    if (row.code == ReasonCode::kPacketTooLarge) continue;
    EXPECT_EQ(row.ack != Remedy::kNone, Comes(row.code, PacketType::kPuback)) << code;
  }
}

TEST(Advice, RemediesGoWithTheirPackets) {
  for (const CodeAdvice& row : AdviceTable()) {
    for (const Remedy remedy : {row.connack, row.disconnect}) {
      EXPECT_TRUE(remedy == Remedy::kNone || remedy == Remedy::kReconnect ||
                  remedy == Remedy::kHold);
    }
    EXPECT_NE(row.ack, Remedy::kReconnect);
  }
}

TEST(Advice, UnknownCodeIsTakenForUnspecified) {
  EXPECT_EQ(AdviceOn(static_cast<ReasonCode>(0xFE)).code, ReasonCode::kUnspecifiedError);
  EXPECT_FALSE(IsRefusedForGood(static_cast<ReasonCode>(0xFE)));
}

TEST(Advice, OnlyWhatConcernsOneMessageIsRefusedForGood) {
  EXPECT_TRUE(IsRefusedForGood(ReasonCode::kPayloadFormatInvalid));
  EXPECT_TRUE(IsRefusedForGood(ReasonCode::kPacketTooLarge));
  EXPECT_FALSE(IsRefusedForGood(ReasonCode::kNotAuthorized));
  EXPECT_FALSE(IsRefusedForGood(ReasonCode::kTopicNameInvalid));
  EXPECT_FALSE(IsRefusedForGood(ReasonCode::kQuotaExceeded));
}

std::string Cell(Remedy remedy) {
  return remedy == Remedy::kNone ? "" : std::string(RemedyName(remedy)) + " ";
}

TEST(Advice, PageSaysTheSame) {
  std::ifstream file(SLUICE_SOURCE_DIR "/gateway/docs/forward.md");
  std::set<std::string> said;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("| 0x")) said.insert(line);
  }
  for (const CodeAdvice& row : AdviceTable()) {
    const std::string line =
        fmt::format("| 0x{:02X} {} | {}| {}| {}| `{}` |", static_cast<unsigned>(row.code),
                    ReasonCodeName(row.code, PacketType::kDisconnect), Cell(row.connack),
                    Cell(row.ack), Cell(row.disconnect), row.reason);
    EXPECT_EQ(said.erase(line), 1u) << line;
  }
  for (const std::string& line : said) ADD_FAILURE() << "nobody does: " << line;
}

}  // namespace
}  // namespace sluice::client
