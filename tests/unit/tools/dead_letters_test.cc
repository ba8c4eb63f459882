#include "tools/dead_letters.h"

#include <vector>

#include "journal/handled_store.h"
#include "schema/event_builder.h"
#include "tools/dead_letter_command.h"
#include "tools/letter_groups.h"
#include "tools/letter_text.h"
#include "unit/tools/stream_fixture.h"

namespace sluice::tools {
namespace {

using schema::DeadLetterReason;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Offsets = std::vector<uint64_t>;

constexpr int64_t kNoon = 1'795'694'400'000'000'000;  // 2026-11-26T12:00:00Z

WallTime Minute(int minute) { return FromUnixNanos(kNoon) + std::chrono::minutes(minute); }

class DeadLettersTest : public StreamFixture {
 protected:
  DeadLettersTest() : StreamFixture("dead-letters") {}
  void SetUp() override { Open(); }

  schema::DeadLetterPlace Place() { return {"gw", "dead-letters", stream().next_offset()}; }
  // A message that was published at that minute; the letter keeps 64 bytes of it.
  void Reject(DeadLetterReason reason, std::string_view device, std::string_view topic, int minute,
              std::string_view payload = "{ no JSON") {
    const schema::RejectedMessage message{.topic = topic,
                                          .payload = AsBytes(payload),
                                          .device = device,
                                          .identity = "hub",
                                          .received = Minute(minute)};
    Append(schema::BuildDeadLetter(message, {reason, "expected a value"}, Place(), 64, &builder_));
    Commit();
  }
  void Refuse(uint64_t offset, size_t max_kept = 4096) {
    schema::EventBuilder events;
    events.Start();
    events.AddReading({.name = "temperature", .value = 21.5, .unit = "Cel"});
    schema::EventFields fields{.type = "climate.reading.v1", .gateway = "gw"};
    fields.stream = "telemetry";
    fields.offset = offset;
    fields.device = "kitchen\xc2\x9b";
    fields.topic = "devices/kitchen/t";
    const ByteSpan event = events.Finish(fields);
    const schema::RefusedEvent refused{.route = "telemetry-cloud",
                                       .stream = "telemetry",
                                       .offset = offset,
                                       .text = "0x95: packet too large",
                                       .event = event,
                                       .refused = Minute(7)};
    Append(schema::BuildDeadLetter(refused, Place(), max_kept, &builder_));
    Commit();
  }
  void Mark(const Offsets& offsets) {
    ASSERT_TRUE(journal::MarkHandled(env_, kDirectory, "dead-letters", offsets).ok());
  }

  Offsets Listed(const LetterFilter& filter = {.handled = false}) {
    Offsets offsets;
    const DeadLetters letters(env_, kDirectory);
    EXPECT_TRUE(letters.marks_status().ok());
    const Status status = letters.Visit(
        filter, [&](const Letter& letter) { offsets.push_back(letter.offset); },
        [this](const journal::Record& gap) { gone_ += gap.end_offset - gap.offset; });
    EXPECT_TRUE(status.ok()) << status.ToString();
    return offsets;
  }
  // What `print` says of the letter.
  template <typename Print>
  std::string Printed(uint64_t offset, Print print) {
    std::string text;
    const Status status = DeadLetters(env_, kDirectory)
                              .Visit(
                                  {},
                                  [&](const Letter& letter) {
                                    if (letter.offset == offset) print(letter, &text);
                                  },
                                  [](const journal::Record&) {});
    EXPECT_TRUE(status.ok());
    return text;
  }
  std::string Shown(uint64_t offset, size_t max_bytes = 4096) {
    return Printed(offset, [&](const Letter& letter, std::string* out) {
      AppendLetter(letter, max_bytes, &original_, out);
    });
  }
  std::string ShownJson(uint64_t offset) {
    return Printed(offset, [&](const Letter& letter, std::string* out) {
      AppendWholeLetterJson(letter, &original_, out);
    });
  }
  int Purge(const Offsets& offsets, const LetterFilter& filter = {}) {
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const int code = DeadLetterPurge(env_, kDirectory, offsets, filter);
    std::fflush(stdout);
    said_ = ::testing::internal::GetCapturedStdout();
    complained_ = ::testing::internal::GetCapturedStderr();
    return code;
  }

  schema::EventBuilder builder_;
  schema::EventView original_;
  uint64_t gone_ = 0;
  std::string said_, complained_;
};

class FilteredLettersTest : public DeadLettersTest {
 protected:
  void SetUp() override {
    Open();
    Reject(DeadLetterReason::kInvalidJson, "hub", "devices/hub/x", 0);
    Reject(DeadLetterReason::kNoProfile, "hub", "devices/hub/y", 1);
    Reject(DeadLetterReason::kInvalidJson, "cellar", "devices/cellar/x", 2);
    Refuse(4711);  // at minute 7
  }
};

TEST_F(FilteredLettersTest, WithoutAFilterAllAreListed) {
  EXPECT_THAT(Listed(), ElementsAre(0, 1, 2, 3));
}

TEST_F(FilteredLettersTest, FiltersSayWhich) {
  EXPECT_THAT(Listed({.reasons = {"invalid_json"}}), ElementsAre(0, 2));
  EXPECT_THAT(Listed({.reasons = {"no_profile", "refused_by_uplink"}}), ElementsAre(1, 3));
  EXPECT_THAT(Listed({.device = "hub"}), ElementsAre(0, 1));
  EXPECT_THAT(Listed({.device = "hu"}), IsEmpty());
  EXPECT_THAT(Listed({.topic = "devices/+/x"}), ElementsAre(0, 2));
  EXPECT_THAT(Listed({.since = Minute(2)}), ElementsAre(2, 3));
  EXPECT_THAT(Listed({.until = Minute(2)}), ElementsAre(0, 1));
  EXPECT_THAT(Listed({.device = "hub", .since = Minute(1), .until = Minute(2)}), ElementsAre(1));
}

TEST_F(FilteredLettersTest, HandledOnesAreListedOnlyIfTheyAreAskedFor) {
  Mark({1, 2});
  EXPECT_THAT(Listed(), ElementsAre(0, 3));
  EXPECT_THAT(Listed({.handled = true}), ElementsAre(0, 1, 2, 3));
}

TEST_F(FilteredLettersTest, GroupsCountThem) {
  Reject(DeadLetterReason::kInvalidJson, "cellar", "devices/cellar/x", 1);  // a clock jumped
  LetterGroups groups;
  ASSERT_TRUE(
      DeadLetters(env_, kDirectory)
          .Visit(
              {}, [&](const Letter& letter) { groups.Add(letter); }, [](const journal::Record&) {})
          .ok());
  std::string text, json;
  for (const auto& group : groups.Sorted()) AppendGroupLine(group, &text);
  AppendGroupJson(groups.Sorted().front(), &json);
  EXPECT_EQ(text,
            "   2 invalid_json cellar devices/cellar/x, 2026-11-26T12:01:00.000Z to "
            "2026-11-26T12:02:00.000Z\n"
            "   1 invalid_json hub devices/hub/x, 2026-11-26T12:00:00.000Z to "
            "2026-11-26T12:00:00.000Z\n"
            "   1 no_profile hub devices/hub/y, 2026-11-26T12:01:00.000Z to "
            "2026-11-26T12:01:00.000Z\n"
            "   1 refused_by_uplink kitchen\\xc2\\x9b devices/kitchen/t, "
            "2026-11-26T12:07:00.000Z to 2026-11-26T12:07:00.000Z\n");
  EXPECT_EQ(json,
            R"({"count":2,"reason":"invalid_json","topic":"devices/cellar/x","device":"cellar",)"
            R"("first_offset":2,"last_offset":4,"first":"2026-11-26T12:01:00.000Z",)"
            R"("last":"2026-11-26T12:02:00.000Z"})"
            "\n");
}

TEST_F(FilteredLettersTest, PurgeMarksByOffset) {
  EXPECT_EQ(Purge({0, 2}), 0);
  EXPECT_EQ(said_, "2 letters marked as handled\n");
  EXPECT_THAT(Listed(), ElementsAre(1, 3));
  EXPECT_EQ(Purge({0, 1}), 0);
  EXPECT_EQ(said_, "1 letter marked as handled, 1 were already\n");
}

TEST_F(FilteredLettersTest, PurgeMarksWhatPassesOrAll) {
  EXPECT_EQ(Purge({}, {.reasons = {"invalid_json"}}), 0);
  EXPECT_THAT(Listed(), ElementsAre(1, 3));
  EXPECT_EQ(Purge({}), 0);
  EXPECT_EQ(said_, "2 letters marked as handled, 2 were already\n");
  EXPECT_THAT(Listed(), IsEmpty());
  Reject(DeadLetterReason::kNoProfile, "hub", "devices/hub/y", 9);
  EXPECT_THAT(Listed(), ElementsAre(4)) << "a letter that came later";
}

TEST_F(FilteredLettersTest, PurgeOfALetterThatIsNotThereMarksNothing) {
  EXPECT_EQ(Purge({0, 4, 9}), 1);
  EXPECT_EQ(complained_, "sluice: there is no dead letter 4\nsluice: there is no dead letter 9\n");
  EXPECT_EQ(said_, "");
  EXPECT_THAT(Listed(), ElementsAre(0, 1, 2, 3));
}

TEST_F(FilteredLettersTest, WhenNobodyKnowsWhatIsHandledAllAreListedAndPurgeRefuses) {
  Mark({0});
  env_.SetContent(Path("handled"), "damaged");
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(DeadLetterLs(env_, kDirectory, {}), 1);
  std::fflush(stdout);
  const std::string listed = ::testing::internal::GetCapturedStdout();
  EXPECT_EQ(std::count(listed.begin(), listed.end(), '\n'), 4);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr("nobody knows which letters are handled"));
  EXPECT_EQ(Purge({}), 1);
  EXPECT_EQ(env_.Content(Path("handled")), "damaged");
}

TEST_F(FilteredLettersTest, LimitEndsTheListAndSaysHowMuchIsLeft) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(DeadLetterLs(env_, kDirectory, {.limit = 3}), 0);
  std::fflush(stdout);
  const std::string listed = ::testing::internal::GetCapturedStdout();
  EXPECT_EQ(std::count(listed.begin(), listed.end(), '\n'), 3);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "sluice: 1 more, see --limit\n");
}

TEST_F(FilteredLettersTest, LineSaysWhatMatters) {
  EXPECT_EQ(Printed(0, AppendLetterLine),
            "0 2026-11-26T12:00:00.000Z invalid_json hub devices/hub/x: expected a value\n");
  Mark({3});
  EXPECT_EQ(Printed(3, AppendLetterLine),
            "3 2026-11-26T12:07:00.000Z refused_by_uplink kitchen\\xc2\\x9b devices/kitchen/t: "
            "0x95: packet too large (handled)\n");
  EXPECT_EQ(Printed(0, AppendLetterJson),
            R"({"offset":0,"time":"2026-11-26T12:00:00.000Z","reason":"invalid_json",)"
            R"("text":"expected a value","kind":"message","device":"hub","identity":"hub",)"
            R"("topic":"devices/hub/x","bytes":9,"kept_bytes":9,"handled":false})"
            "\n");
}

TEST_F(DeadLettersTest, MessageIsShownAsTextWhenItIsText) {
  Reject(DeadLetterReason::kInvalidJson, "hub", "devices/hub/x", 0,
         "{\n  K\xc3\xbc"
         "che\n");
  EXPECT_EQ(Shown(0),
            "letter 0\n"
            "  reason    invalid_json: expected a value\n"
            "  time      2026-11-26T12:00:00.000Z, by the gateway's clock\n"
            "  device    hub\n"
            "  publisher hub\n"
            "  topic     devices/hub/x\n"
            "  payload   11 bytes\n"
            "  | {\n"
            "  |   K\xc3\xbc"
            "che\n");
  EXPECT_THAT(ShownJson(0), HasSubstr("\"payload\":\"{\\n  K\xc3\xbc"
                                      "che\\n\"}"));
}

TEST_F(DeadLettersTest, MessageIsDumpedWhenItIsNone) {
  Reject(DeadLetterReason::kInvalidPayload, "hub", "devices/hub/x", 0, "\x1b[2Jx");
  EXPECT_THAT(Shown(0), HasSubstr("  payload   5 bytes\n  00000000  1b 5b 32 4a 78 "));
  EXPECT_THAT(Shown(0), Not(HasSubstr("\x1b")));
  EXPECT_THAT(ShownJson(0), HasSubstr("\"payload_base64\":\"G1sySng=\"}"));
}

TEST_F(DeadLettersTest, CutMessageIsTextAlthoughACharacterWasCut) {
  Reject(DeadLetterReason::kPayloadTooLarge, "hub", "t", 0,
         std::string(63, 'x') + "\xc3\xbc" + std::string(100, 'y'));
  EXPECT_THAT(Shown(0), HasSubstr("payload   165 bytes, of which 64 are kept\n  | " +
                                  std::string(63, 'x') + "\n"));
  EXPECT_THAT(ShownJson(0), HasSubstr("\"bytes\":165,\"kept_bytes\":64,"));
}

TEST_F(DeadLettersTest, WhatIsShownOfAPayloadIsBounded) {
  Reject(DeadLetterReason::kInvalidJson, "hub", "t", 0, std::string(60, 'x'));
  EXPECT_THAT(Shown(0, 10), HasSubstr("  | xxxxxxxxxx\n  … 50 bytes more, see --bytes\n"));
  EXPECT_THAT(Shown(0, 0), HasSubstr("  | " + std::string(60, 'x') + "\n"));
}

TEST_F(DeadLettersTest, RefusedEventIsShownAsTheEventThatItIs) {
  Refuse(4711);
  EXPECT_THAT(Shown(0), HasSubstr("  route     telemetry-cloud\n"
                                  "  event     gw/telemetry/4711\n"
                                  "  {\"specversion\":\"1.0\",\"id\":\"gw/telemetry/4711\""));
  EXPECT_THAT(Shown(0), Not(HasSubstr("\xc2\x9b")));
  EXPECT_THAT(ShownJson(0), HasSubstr("\"kind\":\"event\""));
  EXPECT_THAT(ShownJson(0), HasSubstr("\"event\":{\"specversion\":\"1.0\","));
}

TEST_F(DeadLettersTest, RefusedEventThatIsCutIsBytes) {
  Refuse(4711, 32);
  EXPECT_THAT(Shown(0), HasSubstr(", of which 32 are kept\n  00000000  "));
  EXPECT_THAT(ShownJson(0), HasSubstr("\"payload_base64\":\""));
}

TEST_F(DeadLettersTest, RecordThatIsNoLetterIsListedShownAndPurged) {
  Append(AsBytes("rubbish"));
  Commit();
  EXPECT_THAT(Listed({.reasons = {"unreadable"}}), ElementsAre(0));
  EXPECT_THAT(Printed(0, AppendLetterLine), HasSubstr(" unreadable - -: no dead letter that"));
  EXPECT_THAT(Shown(0), HasSubstr("  | rubbish\n"));
  EXPECT_THAT(ShownJson(0), HasSubstr("\"payload\":\"rubbish\"}"));
  EXPECT_EQ(Purge({0}), 0);
  EXPECT_THAT(Listed(), IsEmpty());
}

TEST_F(DeadLettersTest, LettersThatAreGoneAreTold) {
  for (int i = 0; i < 3000; ++i) Reject(DeadLetterReason::kNoProfile, "hub", "t", 0);
  const Offsets listed = Listed();
  EXPECT_GT(gone_, 0u);
  EXPECT_EQ(gone_ + listed.size(), 3000u);
}

TEST_F(DeadLettersTest, LetterIsSeenOnlyWhenItIsCommitted) {
  Reject(DeadLetterReason::kNoProfile, "hub", "t", 0);
  const std::string committed = env_.Content(Path("state"));
  Reject(DeadLetterReason::kNoProfile, "hub", "t", 1);
  journal_.reset();
  env_.SetContent(Path("state"), committed);
  EXPECT_THAT(Listed(), ElementsAre(0));
  EXPECT_EQ(Purge({1}), 1);
}

TEST_F(DeadLettersTest, DirectoryWithoutLettersIsToldSo) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(DeadLetterLs(env_, "/nowhere", {}), 1);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr("there is no stream /nowhere/streams/dead-letters"));
}

}  // namespace
}  // namespace sluice::tools
