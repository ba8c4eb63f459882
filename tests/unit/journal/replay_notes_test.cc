#include "journal/replay_notes.h"

#include "unit/journal/journal_fixture.h"

namespace sluice::journal {
namespace {

using Note = ReplayNotes::Note;
using What = ReplayNotes::What;

ReplayNotes Some() {
  ReplayNotes notes;
  notes.Set({.offset = 9, .what = What::kBegun, .why = {}});
  notes.Set({.offset = 2, .what = What::kFailed, .why = "invalid_json"});
  notes.Set({.offset = 5, .what = What::kUndecided, .why = {}});
  notes.targets = {{"telemetry", 77, 1234}, {"alarms", 78, 0}};
  return notes;
}

Status DecodeStatus(ByteSpan file) {
  uint64_t stream_id = 0;
  return ReplayNotes::Decode(file, &stream_id).status();
}

TEST(ReplayNotesTest, WhatWasWrittenIsRead) {
  uint64_t stream_id = 0;
  const auto again = ReplayNotes::Decode(Some().Encode(7), &stream_id);
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_EQ(*again, Some());
  EXPECT_EQ(stream_id, 7U);
}

TEST(ReplayNotesTest, LastWordOfALetterCounts) {
  ReplayNotes notes = Some();
  notes.Set({.offset = 2, .what = What::kBegun, .why = {}});
  ASSERT_NE(notes.Find(2), nullptr);
  EXPECT_EQ(notes.Find(2)->what, What::kBegun);
  notes.Erase(9);
  EXPECT_EQ(notes.Find(9), nullptr);
  notes.DropBelow(5);
  EXPECT_EQ(notes.notes.size(), 1U);
  EXPECT_FALSE(notes.HasBegun());
}

TEST(ReplayNotesTest, OldestFailuresAreForgottenFirstAndNothingElse) {
  ReplayNotes notes;
  notes.Set({.offset = 0, .what = What::kBegun, .why = {}});
  for (uint64_t i = 1; i <= ReplayNotes::kMaxNotes; ++i) {
    notes.notes.push_back({.offset = i, .what = What::kFailed, .why = "no_profile"});
  }
  notes.Trim();
  EXPECT_EQ(notes.notes.size(), ReplayNotes::kMaxNotes);
  EXPECT_NE(notes.Find(0), nullptr);
  EXPECT_EQ(notes.Find(1), nullptr);
  EXPECT_NE(notes.Find(2), nullptr);
}

TEST(ReplayNotesTest, DamageIsNeverTakenForNotes) {
  const std::vector<uint8_t> whole = Some().Encode(7);
  for (size_t at = 0; at < whole.size(); ++at) {
    EXPECT_FALSE(DecodeStatus(ByteSpan(whole).first(at)).ok()) << at;
    std::vector<uint8_t> bent = whole;
    bent[at] ^= 0x40;
    EXPECT_FALSE(DecodeStatus(bent).ok()) << at;
  }
}

class ReplayNotesFileTest : public JournalFixture {
 protected:
  Status Save() { return SaveReplayNotes(env_, kDirectory, "telemetry", stream().id(), Some()); }
  Result<ReplayNotes> Load() { return LoadReplayNotes(env_, kDirectory, "telemetry"); }
  std::string Path() const { return std::string(kDirectory) + "/streams/telemetry/replays"; }
};

TEST_F(ReplayNotesFileTest, AreThereAfterAPowerCutOrAreTheOldOnes) {
  Open();
  Fill(1);
  ASSERT_TRUE(Load().ok());
  EXPECT_EQ(*Load(), ReplayNotes());
  ASSERT_TRUE(Save().ok());
  Crash();
  ASSERT_TRUE(Load().ok());
  EXPECT_EQ(*Load(), Some());
}

TEST_F(ReplayNotesFileTest, OfAnotherStreamAreNone) {
  Open();
  Fill(1);
  ASSERT_TRUE(SaveReplayNotes(env_, kDirectory, "telemetry", stream().id() + 1, Some()).ok());
  ASSERT_TRUE(Load().ok());
  EXPECT_EQ(*Load(), ReplayNotes());
}

TEST_F(ReplayNotesFileTest, DamageIsSaidWithWhatToDo) {
  Open();
  Fill(1);
  ASSERT_TRUE(Save().ok());
  env_.SetContent(Path(), "none");
  EXPECT_NE(Load().status().message().find("Move it away"), std::string::npos);
}

}  // namespace
}  // namespace sluice::journal
