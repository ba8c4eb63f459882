#include "sim/letters.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "base/bytes.h"
#include "schema/dead_letter.h"
#include "schema/event_builder.h"
#include "sim/sync_account.h"

namespace sluice::sim {
namespace {

std::string Event(Token token) {
  schema::EventBuilder builder;
  builder.Start();
  const std::string text = TokenText(token);
  builder.AddReading({.name = "token", .value = std::string_view(text)});
  return std::string(AsText(builder.Finish(
      {.type = "climate.reading.v1", .gateway = "gw", .stream = "ring", .device = "dev-1"})));
}

// As the gateway writes it.
std::string LetterOf(Token token, uint64_t place, size_t most = 4096) {
  schema::EventBuilder builder;
  const std::string event = Event(token);
  return std::string(AsText(schema::BuildDeadLetter(
      schema::RefusedEvent{
          .route = "up", .stream = "ring", .offset = 17, .text = "no", .event = AsBytes(event)},
      {.gateway = "gw", .stream = "dead-letters", .offset = place}, most, &builder)));
}

std::string Record(const std::string& payload) {
  std::string record(32, '\0');
  const auto length = static_cast<uint32_t>(payload.size());
  std::memcpy(&record[8], &length, sizeof length);
  record[12] = 1;
  record += payload;
  record.resize((record.size() + 7) / 8 * 8);
  return record;
}

TEST(LettersTest, ALetterSaysWhatItIsAbout) {
  const auto letter = ReadLetter(LetterOf(42, 3));
  ASSERT_TRUE(letter);
  EXPECT_EQ(letter->place, 3u);
  EXPECT_EQ(LetterKey(*letter), "up gw/ring/17");
  EXPECT_EQ(letter->reason, "refused_by_uplink");
  EXPECT_EQ(letter->text, "no");
  EXPECT_EQ(letter->token, 42u);
  EXPECT_FALSE(letter->is_cut);
}

TEST(LettersTest, ALetterMayBeCut) {
  const auto letter = ReadLetter(LetterOf(42, 3, 8));
  ASSERT_TRUE(letter);
  EXPECT_EQ(letter->token, 0u);
  EXPECT_TRUE(letter->is_cut);
}

TEST(LettersTest, WhatIsNoLetterOfAnEvent) {
  EXPECT_FALSE(ReadLetter(""));
  EXPECT_FALSE(ReadLetter(Event(42)));
  EXPECT_FALSE(ReadLetter(std::string(200, 'x')));
  schema::EventBuilder builder;
  const ByteSpan of_message = schema::BuildDeadLetter(
      schema::RejectedMessage{.topic = "ring/x", .device = "dev-1"},
      schema::Rejection{schema::DeadLetterReason::kNoProfile, "none"},
      {.gateway = "gw", .stream = "dead-letters", .offset = 0}, 100, &builder);
  EXPECT_FALSE(ReadLetter(AsText(of_message)));
}

TEST(LettersTest, AreFoundAmongOtherRecords) {
  std::string bytes(64, '\0');  // a header
  bytes += Record(Event(1));
  const size_t first = bytes.size();
  bytes += Record(LetterOf(2, 1)) + Record(std::string(31, '\1'));
  const size_t second = bytes.size();
  bytes += Record(LetterOf(3, 3));
  const std::string torn = Record(LetterOf(4, 4));
  bytes += torn.substr(0, torn.size() / 2);
  std::vector<std::pair<size_t, Token>> found;
  FindLetters(bytes,
              [&](size_t at, const Letter& letter) { found.emplace_back(at, letter.token); });
  EXPECT_EQ(found, (std::vector<std::pair<size_t, Token>>{{first, 2}, {second, 3}}));
}

TEST(LettersTest, TheDisksAccountTellsOfEachOnceItIsSynced) {
  test::MemoryEnv env;
  SyncAccount account(env);
  std::vector<uint64_t> kept;
  account.SetOnLetter([&](const Letter& letter) { kept.push_back(letter.place); });
  const std::string record = Record(LetterOf(2, 5));
  const SyncAccount::FileId file = account.Open("/data/streams/dead-letters/0.seg");
  const SyncAccount::FileId other = account.Open("/data/streams/ring/0.seg");
  account.DirectorySynced("/data/streams/dead-letters");
  account.DirectorySynced("/data/streams/ring");
  account.Written(file, 0, AsBytes(record));
  account.Written(other, 0, AsBytes(record));
  account.Synced(other);
  EXPECT_TRUE(kept.empty());
  account.Synced(file);
  account.Written(file, 0, AsBytes(record));
  account.Synced(file);
  EXPECT_EQ(kept, std::vector<uint64_t>{5});
}

// Of two letters that a power cut has left, a start syncs both, and the next cuts one off with the
// torn place before it: that one was never safe.
TEST(LettersTest, ALetterThatSurvivesByChanceCountsWhenItIsSyncedAndFound) {
  test::MemoryEnv env;
  SyncAccount account(env);
  std::vector<uint64_t> kept;
  account.SetOnLetter([&](const Letter& letter) { kept.push_back(letter.place); });
  const std::string found = LetterOf(2, 5), cut_off = LetterOf(3, 6);
  const std::string path = "/data/streams/dead-letters/0.seg";
  env.SetContent(path, Record(found) + Record(cut_off));
  account.Recount();
  account.Found(5, LetterKey(*ReadLetter(found)));
  EXPECT_TRUE(kept.empty());  // it is not synced
  account.Synced(account.Open(path));
  EXPECT_TRUE(kept.empty());
  account.Found(5, LetterKey(*ReadLetter(found)));
  EXPECT_EQ(kept, std::vector<uint64_t>{5});
}

}  // namespace
}  // namespace sluice::sim
