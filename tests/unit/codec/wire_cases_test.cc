// What every wire case says must come true, whole, cut and prolonged.

#include "wire/wire_case.h"

#include <gtest/gtest.h>

#include <set>

#include "packet_text.h"

namespace sluice::codec {
namespace {

using test::Stage;
using test::WireCase;

struct Outcome {
  Stage stage = Stage::kValid;
  Verdict verdict;
  Packet packet;
};

// Takes a packet through the three steps as a receiver does.
Outcome Receive(const WireCase& wire_case, std::string_view bytes) {
  Outcome outcome;
  Frame frame;
  const FramePeek peek = PeekFrame(AsBytes(bytes), kMaxPacketBytes, &frame);
  if (peek.state != FrameState::kOk) return {Stage::kFrame, peek.verdict, {}};
  outcome.verdict = Decode(frame, wire_case.version, &outcome.packet);
  if (!outcome.verdict.ok()) return {Stage::kDecode, outcome.verdict, {}};
  outcome.verdict = Validate(outcome.packet, wire_case.version, wire_case.sender);
  if (!outcome.verdict.ok()) outcome.stage = Stage::kValidate;
  return outcome;
}

class WireCaseTest : public testing::TestWithParam<WireCase> {
 protected:
  const std::string bytes_ = GetParam().bytes();
};

TEST_P(WireCaseTest, IsJudgedAsExpected) {
  const Outcome outcome = Receive(GetParam(), bytes_);
  const test::Expected& expected = GetParam().expected;
  EXPECT_EQ(outcome.stage, expected.stage) << outcome.verdict.why;
  EXPECT_EQ(outcome.verdict.reason, expected.reason) << outcome.verdict.why;
  EXPECT_NE(std::string_view(outcome.verdict.why).find(expected.rule), std::string_view::npos)
      << outcome.verdict.why;
  if (expected.stage == Stage::kValid) {
    EXPECT_EQ(test::Describe(outcome.packet), expected.decoded);
  }
}

TEST_P(WireCaseTest, EncodesToTheSameBytes) {
  if (GetParam().expected.stage != Stage::kValid) return;
  const Outcome outcome = Receive(GetParam(), bytes_);
  const std::string again = Encoded(outcome.packet, GetParam().version);
  EXPECT_EQ(again == bytes_, GetParam().expected.canonical);
  EXPECT_EQ(test::Describe(Receive(GetParam(), again).packet), GetParam().expected.decoded);
}

// A stream that ends early is no error of the peer, unless what came is one already.
TEST_P(WireCaseTest, CutAnywhereNeedsMore) {
  const bool bad_frame = GetParam().expected.stage == Stage::kFrame;
  for (size_t size = 0; size < bytes_.size(); ++size) {
    Frame frame;
    const auto state = PeekFrame(AsBytes(bytes_).first(size), kMaxPacketBytes, &frame).state;
    if (bad_frame && state == FrameState::kError) continue;
    EXPECT_EQ(state, FrameState::kNeedMore) << size;
  }
}

// A packet whose length says that it ends early must be refused or be another good packet; the
// copies in buffers of the exact size let the sanitizer see a read beyond.
TEST_P(WireCaseTest, ShortenedBodyNeverReadsBeyond) {
  Frame frame;
  if (PeekFrame(AsBytes(bytes_), kMaxPacketBytes, &frame).state != FrameState::kOk) return;
  for (size_t size = 0; size < frame.body.size(); ++size) {
    const std::vector<uint8_t> body(frame.body.begin(),
                                    frame.body.begin() + static_cast<int>(size));
    Packet packet;
    const Verdict verdict =
        Decode({frame.type, frame.flags, body, size + 2, false}, GetParam().version, &packet);
    if (verdict.ok()) test::Describe(packet);
  }
}

// Any one byte may be anything.
TEST_P(WireCaseTest, NoByteCanCrash) {
  for (size_t at = 0; at < bytes_.size(); ++at) {
    for (const int value : {0x00, 0x01, 0x7F, 0x80, 0xFF}) {
      std::string bytes = bytes_;
      bytes[at] = static_cast<char>(value);
      const Outcome outcome = Receive(GetParam(), bytes);
      if (outcome.stage == Stage::kValid) Encoded(outcome.packet, GetParam().version);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, WireCaseTest, testing::ValuesIn(test::AllWireCases()),
                         [](const auto& param) { return param.param.name; });

TEST(WireCasesTest, NamesAreUnique) {
  std::set<std::string> names;
  for (const WireCase& wire_case : test::AllWireCases()) {
    EXPECT_TRUE(names.insert(wire_case.name).second) << wire_case.name;
  }
  EXPECT_EQ(test::FindWireCase("PublishQos1V5").version, Version::kV5);
}

TEST(WireCasesTest, EveryPacketHasAValidCaseInItsVersions) {
  std::set<std::pair<PacketType, Version>> seen;
  for (const WireCase& wire_case : test::AllWireCases()) {
    const std::string bytes = wire_case.bytes();
    const Outcome outcome = Receive(wire_case, bytes);
    if (outcome.stage == Stage::kValid) seen.emplace(TypeOf(outcome.packet), wire_case.version);
  }
  EXPECT_EQ(seen.size(), 14u + 15u);
}

}  // namespace
}  // namespace sluice::codec
