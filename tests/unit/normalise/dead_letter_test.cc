#include "normalise/dead_letter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "schema/event_view.h"

namespace sluice::normalise {
namespace {

class DeadLetterTest : public testing::Test {
 protected:
  const schema::EventView& Bury(std::string_view payload, size_t max_payload_bytes = 16) {
    message_.payload = AsBytes(payload);
    EXPECT_TRUE(view_
                    .Parse(BuildDeadLetter(message_, {Reason::kInvalidJson, "no \"JSON\""}, "p",
                                           {.gateway = "g", .stream = "dead", .next_offset = 3},
                                           max_payload_bytes, &builder_))
                    .ok());
    return view_;
  }
  std::map<std::string, std::string> Attributes() {
    std::map<std::string, std::string> attributes;
    for (size_t i = 0; i < view_.attribute_count(); ++i) {
      attributes[std::string(view_.attribute(i).key)] = view_.attribute(i).value;
    }
    return attributes;
  }

  Message message_{.topic = "in/x", .identity = "hub", .received = FromUnixNanos(7)};
  schema::EventBuilder builder_;
  schema::EventView view_;
};

TEST_F(DeadLetterTest, SaysWhoSentWhatWhereAndWhyNot) {
  const schema::EventFields fields = Bury("rubbish").fields();
  EXPECT_EQ(fields.type, "sluice.dead_letter.v1");
  EXPECT_EQ(fields.device, "hub");
  EXPECT_EQ(fields.topic, "in/x");
  EXPECT_EQ(fields.profile, "p");
  EXPECT_EQ(fields.offset, 3u);
  EXPECT_EQ(fields.severity, schema::Severity::kWarning);
  EXPECT_THAT(Attributes(), testing::ElementsAre(testing::Pair("payload_bytes", "7"),
                                                 testing::Pair("reason", "invalid_json"),
                                                 testing::Pair("text", "no \"JSON\"")));
}

TEST_F(DeadLetterTest, ThePayloadIsKeptByteForByte) {
  Bury(std::string_view("\0\xff{", 3));
  EXPECT_EQ(AsText(std::get<ByteSpan>(view_.reading(0).value)), std::string_view("\0\xff{", 3));
}

TEST_F(DeadLetterTest, ALongPayloadIsCutAndMarked) {
  Bury(std::string(100, 'x'));
  EXPECT_EQ(std::get<ByteSpan>(view_.reading(0).value).size(), 16u);
  EXPECT_EQ(Attributes()["truncated"], "true");
  EXPECT_EQ(Attributes()["payload_bytes"], "100");
}

TEST_F(DeadLetterTest, AnEmptyPayloadIsADeadLetterToo) {
  Bury("");
  EXPECT_TRUE(std::get<ByteSpan>(view_.reading(0).value).empty());
}

}  // namespace
}  // namespace sluice::normalise
