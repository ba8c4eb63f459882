#include "decode/json_decoder.h"

#include <gtest/gtest.h>

#include "support/allocations.h"

namespace sluice::decode {
namespace {

using Reason = schema::DeadLetterReason;

class JsonDecoderTest : public testing::Test {
 protected:
  // kNone when it parses.
  Reason Parse(std::string_view payload) {
    Value root;
    return decoder_.Decode(AsBytes(payload), &root, &rejection_) ? Reason::kNone
                                                                 : rejection_.reason;
  }

  Limits limits_;
  JsonDecoder decoder_{limits_};
  schema::Rejection rejection_;
};

TEST_F(JsonDecoderTest, JsonOfEveryKindParses) {
  for (const char* payload : {"{}", "[]", "1", "\"x\"", "null", "true", " {\"a\":[1,{}]}\n"}) {
    EXPECT_EQ(Parse(payload), Reason::kNone) << payload;
  }
}

TEST_F(JsonDecoderTest, WhatIsNoJsonIsRefused) {
  for (const char* payload :
       {"", " ", "{", "{\"a\":}", "{\"a\":1,}", "{'a':1}", "NaN", "{\"a\":NaN}", "{\"a\":Infinity}",
        "{} {}", "{\"a\":01}", "offline", "{\"a\":1}x", "{\"a\":\"\x01\"}"}) {
    EXPECT_EQ(Parse(payload), Reason::kInvalidJson) << payload;
  }
}

TEST_F(JsonDecoderTest, NumbersThatNoDoubleHoldsAreRefused) {
  EXPECT_EQ(Parse("{\"a\":1e999}"), Reason::kInvalidJson);
  EXPECT_EQ(Parse("{\"a\":" + std::string(400, '9') + "}"), Reason::kInvalidJson);
}

TEST_F(JsonDecoderTest, InvalidUtf8IsRefused) {
  EXPECT_EQ(Parse("{\"a\":\"\xff\"}"), Reason::kInvalidJson);
  EXPECT_EQ(Parse("{\"a\":\"\xed\xa0\x80\"}"), Reason::kInvalidJson);  // half of a surrogate pair
  EXPECT_EQ(Parse("{\"a\":\"\\ud800\"}"), Reason::kInvalidJson);
}

TEST_F(JsonDecoderTest, TooDeepIsRefused) {
  const std::string deep(limits_.max_depth + 1, '[');
  EXPECT_EQ(Parse(deep + std::string(deep.size(), ']')), Reason::kTooDeep);
  EXPECT_EQ(Parse(std::string(50'000, '[') + std::string(50'000, ']')), Reason::kTooDeep);
  EXPECT_EQ(Parse(std::string(100'000, '[')), Reason::kInvalidJson);
}

TEST_F(JsonDecoderTest, TooLongIsRefusedBeforeItIsRead) {
  EXPECT_EQ(Parse(std::string(limits_.max_payload_bytes + 1, ' ')), Reason::kPayloadTooLarge);
  EXPECT_EQ(Parse("\"" + std::string(limits_.max_payload_bytes - 2, 'x') + "\""), Reason::kNone);
}

TEST_F(JsonDecoderTest, CutAnywhereItIsNoJson) {
  const std::string payload = R"({"a":[1.5,true,"äx"],"b":{"c":null}})";
  ASSERT_EQ(Parse(payload), Reason::kNone);
  for (size_t size = 0; size < payload.size(); ++size) {
    EXPECT_EQ(Parse(payload.substr(0, size)), Reason::kInvalidJson) << size;
  }
}

TEST_F(JsonDecoderTest, NothingOfTheLastPayloadIsLeft) {
  ASSERT_EQ(Parse("[1,2,3]"), Reason::kNone);
  EXPECT_EQ(Parse("[1,2"), Reason::kInvalidJson);
}

TEST_F(JsonDecoderTest, AllocatesNothingAfterTheLargest) {
  Parse("[\"" + std::string(20'000, 'x') + "\"]");
  constexpr std::string_view kPayload = R"({"a":1,"b":"text"})";
  const test::AllocationCounter counter;
  for (int i = 0; i < 10; ++i) ASSERT_EQ(Parse(kPayload), Reason::kNone);
  EXPECT_EQ(counter.count(), 0u);
}

// However many values a payload of the same size has.
TEST_F(JsonDecoderTest, TheSizeOfThePayloadAloneDecidesWhatIsAllocated) {
  ASSERT_EQ(Parse("\"" + std::string(4094, 'x') + "\""), Reason::kNone);
  std::string dense = "[1";
  while (dense.size() < 4094) dense += ",1";
  dense += "]";
  const test::AllocationCounter counter;
  ASSERT_EQ(Parse(dense), Reason::kNone);
  EXPECT_EQ(counter.count(), 0u);
}

TEST_F(JsonDecoderTest, APayloadAsLargeAsAllowedIsReadAtOnceAfterASmallOne) {
  ASSERT_EQ(Parse("1"), Reason::kNone);
  EXPECT_EQ(Parse("[" + std::string(limits_.max_payload_bytes - 2, ' ') + "]"), Reason::kNone);
}

}  // namespace
}  // namespace sluice::decode
