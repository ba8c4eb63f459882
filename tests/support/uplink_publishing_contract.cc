// The part of the contract that is about messages: each that is taken is answered once, and those
// that are not taken do no harm.

#include <algorithm>

#include "support/uplink_contract.h"

namespace sluice::test {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAreArray;

TEST_P(UplinkContract, MessagesArriveInOrderAndEachIsAnsweredOnce) {
  StartAndConnect();
  rig_->Listen();
  ASSERT_TRUE(Stream(0, 200)) << recorder_.answered() << " answered; " << recorder_.reason;
  EXPECT_THAT(recorder_.acknowledged, UnorderedElementsAreArray(Numbers(0, 200)));
  std::vector<std::string> expected;
  for (const uint32_t number : Numbers(0, 200)) expected.push_back(std::to_string(number));
  EXPECT_THAT(rig_->Received(200), ElementsAreArray(expected));
}

TEST_P(UplinkContract, AsManyMessagesAsItSaysMayBeInFlight) {
  StartAndConnect();
  const auto most = static_cast<uint32_t>(std::min(recorder_.limits.max_in_flight, kManyMessages));
  rig_->PauseUpstream();
  PublishNumbers(0, most);
  rig_->ResumeUpstream();
  ASSERT_TRUE(Answered(most)) << recorder_.answered() << " answered; " << recorder_.reason;
  EXPECT_THAT(recorder_.acknowledged, UnorderedElementsAreArray(Numbers(0, most)));
  EXPECT_EQ(recorder_.disconnected, 0) << recorder_.reason;
}

TEST_P(UplinkContract, TokensKeepAllTheirBits) {
  StartAndConnect();
  Publish(0xFFFF'FFFF, "x");
  Publish(0, "x");
  Publish(0x8000'0001, "x");
  ASSERT_TRUE(Answered(3));
  EXPECT_THAT(recorder_.acknowledged,
              ::testing::UnorderedElementsAre(0xFFFF'FFFF, 0u, 0x8000'0001));
}

TEST_P(UplinkContract, EmptyPayloadIsAMessage) {
  StartAndConnect();
  rig_->Listen();
  Publish(1, "");
  Publish(2, "x");
  ASSERT_TRUE(Answered(2));
  EXPECT_THAT(rig_->Received(2), ElementsAre("", "x"));
}

TEST_P(UplinkContract, PayloadMayHoldAnyBytes) {
  StartAndConnect();
  rig_->Listen();
  std::string payload;
  for (int byte = 0; byte < 256; ++byte) payload.push_back(static_cast<char>(byte));
  Publish(1, payload);
  ASSERT_TRUE(Answered(1));
  EXPECT_THAT(rig_->Received(1), ElementsAre(payload));
}

TEST_P(UplinkContract, LongestTopicIsTaken) {
  StartAndConnect();
  Publish(1, "x", std::string(rig_->LongestTopic(), 't'));
  ASSERT_TRUE(Answered(1)) << recorder_.reason;
  EXPECT_THAT(recorder_.acknowledged, ElementsAre(1u));
}

TEST_P(UplinkContract, MayPublishFromInsideCallbacks) {
  StartAndConnect();
  recorder_.on_acknowledged = [this] {
    if (recorder_.answered() < 20) {
      rig_->uplink().Publish(
          recorder_.acknowledged.back() + 1,
          {.topic = "t", .key = {}, .payload = {}, .content_type = "", .properties = {}});
    }
  };
  Publish(0, "x");
  ASSERT_TRUE(Answered(20));
  EXPECT_THAT(recorder_.acknowledged, ElementsAreArray(Numbers(0, 20)));
}

TEST_P(UplinkContract, DisconnectFromInsideAnAnswerIsFinal) {
  StartAndConnect();
  recorder_.on_acknowledged = [this] { rig_->uplink().Disconnect(); };
  PublishNumbers(0, 20);
  ASSERT_TRUE(Answered(1));
  EXPECT_EQ(recorder_.answered(), 1u);
  recorder_.on_acknowledged = nullptr;
  Settle();
  EXPECT_EQ(recorder_.answered(), 1u);
  EXPECT_EQ(recorder_.disconnected, 0);
}

// Not sent, not answered, and no harm to the connection that comes.
TEST_P(UplinkContract, PublishBeforeConnectIsIgnored) {
  Start();
  rig_->Listen();
  Publish(1, "lost");
  Settle();
  EXPECT_THAT(rig_->Received(1), ElementsAre("settled"));
  EXPECT_EQ(recorder_.answered(), 0u);
}

TEST_P(UplinkContract, PublishWhileConnectingIsIgnored) {
  Start();
  rig_->Listen();
  rig_->PauseUpstream();
  BeginConnect();
  Publish(1, "lost");
  rig_->ResumeUpstream();
  ASSERT_TRUE(Ended(1));
  EXPECT_EQ(recorder_.connected, 1) << recorder_.reason;
  Publish(2, "x");
  ASSERT_TRUE(Answered(1));
  EXPECT_THAT(recorder_.acknowledged, ElementsAre(2u));
  EXPECT_THAT(rig_->Received(1), ElementsAre("x"));
}

TEST_P(UplinkContract, PublishAfterDisconnectIsIgnored) {
  StartAndConnect();
  rig_->Listen();
  Disconnect();
  Publish(1, "lost");
  Settle();
  EXPECT_THAT(rig_->Received(1), ElementsAre("settled"));
  EXPECT_EQ(recorder_.answered(), 0u);
}

TEST_P(UplinkContract, PublishAfterALossIsIgnored) {
  StartAndConnect();
  rig_->KillUpstream();
  ASSERT_TRUE(Ended(2));
  Publish(1, "lost");
  rig_->RestartUpstream();
  Settle();
  EXPECT_THAT(recorder_.acknowledged, IsEmpty());
  EXPECT_EQ(recorder_.disconnected, 1);
}

TEST_P(UplinkTermsContract, LimitsOfUpstreamAreTold) {
  StartAndConnect({.max_in_flight = 7, .max_message_bytes = 4000});
  EXPECT_EQ(recorder_.limits.max_in_flight, 7u);
  EXPECT_EQ(recorder_.limits.max_message_bytes, 4000u);
}

// [MQTT-3.3.4-9]
TEST_P(UplinkTermsContract, FullWindowOfUpstreamsOwnIsAnswered) {
  StartAndConnect({.max_in_flight = 7});
  rig_->PauseUpstream();
  PublishNumbers(0, 7);
  rig_->ResumeUpstream();
  ASSERT_TRUE(Answered(7));
  EXPECT_THAT(recorder_.acknowledged, UnorderedElementsAreArray(Numbers(0, 7)));
}

TEST_P(UplinkTermsContract, MessageOfTheLargestSizeIsTaken) {
  StartAndConnect({.max_message_bytes = 4000});
  forward::OutgoingMessage message;
  message.topic = "t";
  message.content_type = "text/plain";
  const std::string payload(4000 - message.WireBytes(), 'x');
  message.payload = AsBytes(payload);
  ASSERT_EQ(message.WireBytes(), 4000u);
  rig_->uplink().Publish(1, message);
  ASSERT_TRUE(Answered(1)) << recorder_.reason;
  EXPECT_THAT(recorder_.acknowledged, ElementsAre(1u));
}

// Whoever publishes it hears so, one way or the other.
TEST_P(UplinkTermsContract, MessageBeyondTheLimitIsNotAcknowledged) {
  StartAndConnect({.max_message_bytes = 4000});
  Publish(1, std::string(5000, 'x'));
  ASSERT_TRUE(
      rig_->RunUntil([&] { return recorder_.answered() > 0 || recorder_.disconnected > 0; }));
  EXPECT_THAT(recorder_.acknowledged, IsEmpty());
  for (const auto& [token, refusal] : recorder_.refused) EXPECT_TRUE(refusal.permanent) << token;
}

TEST_P(UplinkTermsContract, RefusalConcernsItsMessageOnly) {
  StartAndConnect({.refused_topic = "forbidden"});
  Publish(1, "x", "allowed");
  Publish(2, "x", "forbidden");
  Publish(3, "x", "allowed");
  ASSERT_TRUE(Answered(3));
  EXPECT_THAT(recorder_.acknowledged, ElementsAre(1u, 3u));
  ASSERT_EQ(recorder_.refused.size(), 1u);
  const auto& [token, refusal] = recorder_.refused.front();
  EXPECT_EQ(token, 2u);
  EXPECT_FALSE(refusal.permanent);  // who may not publish there may be allowed to
  EXPECT_FALSE(refusal.text.empty());
  EXPECT_EQ(recorder_.disconnected, 0);
}

}  // namespace
}  // namespace sluice::test
