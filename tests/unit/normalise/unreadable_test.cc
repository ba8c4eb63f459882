// One bad member does not take the message with it.

#include "normalise_fixture.h"

namespace sluice::normalise {
namespace {

using schema::Quality;

class UnreadableTest : public NormaliseTest {
 protected:
  UnreadableTest() { profile_.events[0].readings.push_back(Number("u", "/u")); }

  // The text of the first reading, which has to be unreadable.
  std::string UnreadableIn(std::string_view payload) {
    EXPECT_EQ(Give(payload), Verdict::kEvents) << rejection_.text;
    if (events_.empty()) return "";
    const schema::Reading reading = At(0).reading(0);
    EXPECT_EQ(reading.quality, Quality::kUnreadable);
    EXPECT_EQ(reading.unit, "");
    const auto* text = std::get_if<std::string_view>(&reading.value);
    return text == nullptr ? "" : std::string(*text);
  }
};

TEST_F(UnreadableTest, NotANumberIsMarkedInEverySpelling) {
  rule().unit_in = "Cel";
  for (const std::string word : {"nan", "NaN", "-nan", "NAN", "Infinity", "-inf", "1.#QNAN"}) {
    EXPECT_EQ(UnreadableIn(R"({"t":)" + word + R"(,"u":2})"), word);
    EXPECT_EQ(std::get<double>(At(0).reading(1).value), 2.0);
  }
}

TEST_F(UnreadableTest, ANumberThatNoTypeHoldsIsMarked) {
  EXPECT_EQ(UnreadableIn(R"({"t":89882806660002990267,"u":2})"), "89882806660002990267");
  EXPECT_EQ(UnreadableIn(R"({"t":-9223372036854775809,"u":2})"), "-9223372036854775809");
  EXPECT_EQ(UnreadableIn(R"({"t":1e999,"u":2})"), "1e999");
}

TEST_F(UnreadableTest, WhatNobodyAskedForCostsNothing) {
  ASSERT_EQ(Give(R"({"t":1,"iccid":89882806660002990267})"), Verdict::kEvents);
  EXPECT_EQ(At(0).reading(0).quality, Quality::kGood);
}

TEST_F(UnreadableTest, AListOrAnObjectBesideOthersIsMarked) {
  EXPECT_EQ(UnreadableIn(R"({"t":[1,"x",null],"u":2})"), R"([1,"x",null])");
  EXPECT_EQ(UnreadableIn(R"({"t":{"a":true},"u":2})"), R"({"a":true})");
}

TEST_F(UnreadableTest, ALongListIsCut) {
  std::string list = "[1";
  for (int i = 0; i < 1000; ++i) list += ",1";
  const std::string text = UnreadableIn(R"({"t":)" + list + R"(],"u":2})");
  EXPECT_LE(text.size(), 103u);
  EXPECT_TRUE(text.ends_with("...")) << text;
}

TEST_F(UnreadableTest, AloneAListIsNoEvent) {
  EXPECT_EQ(ReasonFor(R"({"t":[1,2]})"), Reason::kWrongType);
  EXPECT_EQ(rejection_.text, "/t: not of the type that the profile says");
}

TEST_F(UnreadableTest, ARequiredReadingMustBeReadable) {
  rule().required = true;
  EXPECT_EQ(ReasonFor(R"({"t":nan,"u":2})"), Reason::kWrongType);
  EXPECT_EQ(ReasonFor(R"({"t":[],"u":2})"), Reason::kWrongType);
}

TEST_F(UnreadableTest, WhatIsNoNumberAtAllStaysADeadLetter) {
  for (const char* payload : {R"({"t":on,"u":2})", R"({"t":1,"u":2)", R"({"t":01,"u":nan})",
                              R"({"t":nan,"u":2}})", R"({"t":nan "u":2})", R"({'t':1,"u":nan})"}) {
    EXPECT_EQ(ReasonFor(payload), Reason::kInvalidJson) << payload;
  }
}

TEST_F(UnreadableTest, NanCanBeRefused) {
  profile_.encoding.tolerate.nan = false;
  EXPECT_EQ(ReasonFor(R"({"t":nan,"u":2})"), Reason::kInvalidJson);
  EXPECT_EQ(UnreadableIn(R"({"t":1e999,"u":2})"), "1e999");
}

TEST_F(UnreadableTest, TheEndOfACStringAndAByteOrderMarkAreOverlooked) {
  using namespace std::string_view_literals;
  EXPECT_EQ(Give("{\"t\":21.5}\0\0\0"sv), Verdict::kEvents);
  EXPECT_EQ(Give("\xef\xbb\xbf{\"t\":21.5}"), Verdict::kEvents);
  EXPECT_EQ(Give("{\"t\":21.5}\0{}"sv), Verdict::kRejected);
  normaliser_.reset();
  profile_.encoding.tolerate.trailing_nul = false;
  profile_.encoding.tolerate.byte_order_mark = false;
  EXPECT_EQ(Give("{\"t\":21.5}\0\0\0"sv), Verdict::kRejected);
  EXPECT_EQ(Give("\xef\xbb\xbf{\"t\":21.5}"), Verdict::kRejected);
}

TEST_F(UnreadableTest, SingleQuotesAreOverlookedWhenAllowed) {
  constexpr std::string_view kPayload = R"({'t': 1, 'u': 2, 'x': 'it\'s "so"'})";
  EXPECT_EQ(ReasonFor(kPayload), Reason::kInvalidJson);
  normaliser_.reset();
  profile_.encoding.tolerate.single_quotes = true;
  profile_.events[0].readings.push_back(Number("x", "/x"));
  profile_.events[0].readings[2].type = ReadingRule::Type::kText;
  ASSERT_EQ(Give(kPayload), Verdict::kEvents);
  EXPECT_EQ(std::get<std::string_view>(At(0).reading(2).value), "it's \"so\"");
}

TEST_F(UnreadableTest, MendingIsBoundedByThePayloadsLimit) {
  limits_.decode.max_payload_bytes = 40;
  EXPECT_EQ(ReasonFor("{\"t\":1,\"u\":[nan,nan,nan,nan,nan,nan]}"), Reason::kInvalidJson);
}

}  // namespace
}  // namespace sluice::normalise
