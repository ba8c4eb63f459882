#include "schema/dead_letter.h"

#include <gtest/gtest.h>

#include <set>

#include "event_samples.h"
#include "schema/cloudevents.h"

namespace sluice::schema {
namespace {

class DeadLetterTest : public testing::Test {
 protected:
  DeadLetter Read(ByteSpan event) {
    EXPECT_TRUE(view_.Parse(event).ok());
    EXPECT_EQ(view_.type(), kDeadLetterType);
    const auto letter = ReadDeadLetter(view_);
    EXPECT_TRUE(letter.has_value());
    return letter.value_or(DeadLetter());
  }
  DeadLetter KeepMessage(std::string_view payload, const Rejection& why, size_t max_kept = 100) {
    const RejectedMessage message{.topic = "in/x",
                                  .payload = AsBytes(payload),
                                  .device = "hub",
                                  .identity = "hub",
                                  .profile = "p"};
    return Read(BuildDeadLetter(message, why, {"gw", "dead-letters", 3}, max_kept, &builder_));
  }
  DeadLetter KeepEvent(ByteSpan event, size_t max_kept = 1000) {
    const RefusedEvent refused{.route = "cloud",
                               .stream = "telemetry",
                               .offset = 41,
                               .text = "0x99 payload format invalid",
                               .event = event};
    return Read(BuildDeadLetter(refused, {"gw", "dead-letters", 3}, max_kept, &builder_));
  }

  EventBuilder builder_, original_;
  EventView view_;
};

TEST_F(DeadLetterTest, ARejectedMessageIsReadAsItWasWritten) {
  const DeadLetter letter =
      KeepMessage(std::string_view("\0\xff{", 3), {DeadLetterReason::kInvalidJson, "no JSON"});
  EXPECT_EQ(letter.kind, DeadLetter::Kind::kMessage);
  EXPECT_EQ(letter.reason, DeadLetterReason::kInvalidJson);
  EXPECT_EQ(letter.reason_name, "invalid_json");
  EXPECT_EQ(letter.text, "no JSON");
  EXPECT_EQ(AsText(letter.kept), std::string_view("\0\xff{", 3));
  EXPECT_FALSE(letter.IsTruncated());
  EXPECT_EQ(view_.device(), "hub");
  EXPECT_EQ(view_.topic(), "in/x");
  EXPECT_EQ(view_.profile(), "p");
  EXPECT_EQ(view_.offset(), 3u);
}

TEST_F(DeadLetterTest, ACutMessageSaysHowLongItWas) {
  const DeadLetter letter =
      KeepMessage(std::string(100, 'x'), {DeadLetterReason::kPayloadTooLarge, ""}, 16);
  EXPECT_EQ(letter.kept.size(), 16u);
  EXPECT_EQ(letter.original_bytes, 100u);
  EXPECT_TRUE(letter.IsTruncated());
}

TEST_F(DeadLetterTest, ARefusedEventIsReadAsItWasWritten) {
  const ByteSpan event = BuildGreenhouseEvent(original_);
  const DeadLetter letter = KeepEvent(event);
  EXPECT_EQ(letter.kind, DeadLetter::Kind::kEvent);
  EXPECT_EQ(letter.reason, DeadLetterReason::kRefusedByUplink);
  EXPECT_EQ(letter.text, "0x99 payload format invalid");
  EXPECT_EQ(letter.route, "cloud");
  EXPECT_EQ(letter.event_id, "gw/telemetry/41");
  EXPECT_EQ(AsText(letter.kept), AsText(event));
  EXPECT_FALSE(letter.IsTruncated());
  EXPECT_EQ(view_.device(), GreenhouseFields().device);
  EXPECT_EQ(view_.topic(), GreenhouseFields().topic);
}

TEST_F(DeadLetterTest, TheIdOfARefusedEventIsSpelledAsInTheEvent) {
  const RefusedEvent refused{.stream = "one/two", .offset = 41};
  std::string id;
  AppendEventId("a b", "one/two", 41, &id);
  EXPECT_EQ(Read(BuildDeadLetter(refused, {"a b", "dead-letters", 3}, 10, &builder_)).event_id, id);
}

TEST_F(DeadLetterTest, ACutEventSaysHowLongItWas) {
  const ByteSpan event = BuildGreenhouseEvent(original_);
  const DeadLetter letter = KeepEvent(event, 10);
  EXPECT_EQ(letter.original_bytes, event.size());
  EXPECT_TRUE(letter.IsTruncated());
}

TEST_F(DeadLetterTest, OtherEventsAreNone) {
  ASSERT_TRUE(view_.Parse(BuildGreenhouseEvent(original_)).ok());
  EXPECT_FALSE(ReadDeadLetter(view_));
  EventFields fields = GreenhouseFields();
  fields.type = kDeadLetterType;  // with readings that no dead letter has
  ASSERT_TRUE(view_.Parse(BuildGreenhouseEvent(original_, fields)).ok());
  EXPECT_FALSE(ReadDeadLetter(view_));
}

TEST_F(DeadLetterTest, AReasonOfALaterVersionKeepsItsName) {
  builder_.Start();
  builder_.AddReading({.name = "payload", .value = ByteSpan()});
  builder_.AddAttribute("reason", "eaten_by_the_dog");
  EventFields fields = GreenhouseFields();
  fields.type = kDeadLetterType;
  const DeadLetter letter = Read(builder_.Finish(fields));
  EXPECT_EQ(letter.reason, DeadLetterReason::kNone);
  EXPECT_EQ(letter.reason_name, "eaten_by_the_dog");
}

TEST_F(DeadLetterTest, EveryReasonHasANameOfItsOwnAndIsFoundByIt) {
  std::set<std::string_view> names;
  for (size_t i = 1; i < kDeadLetterReasons; ++i) {
    const auto reason = static_cast<DeadLetterReason>(i);
    EXPECT_TRUE(names.insert(DeadLetterReasonName(reason)).second);
    EXPECT_EQ(KeepMessage("x", {reason, ""}).reason, reason);
  }
}

// Stored: what is on disk must mean the same for ever.
TEST_F(DeadLetterTest, NamesDoNotChange) {
  EXPECT_EQ(DeadLetterReasonName(DeadLetterReason::kInvalidText), "invalid_text");
  EXPECT_EQ(DeadLetterReasonName(DeadLetterReason::kForeignDevice), "foreign_device");
  EXPECT_EQ(DeadLetterReasonName(DeadLetterReason::kMissingMember), "missing_member");
  EXPECT_EQ(DeadLetterReasonName(DeadLetterReason::kInvalidPayload), "invalid_payload");
  EXPECT_EQ(DeadLetterReasonName(DeadLetterReason::kRefusedByUplink), "refused_by_uplink");
}

}  // namespace
}  // namespace sluice::schema
