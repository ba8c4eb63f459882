#include "state/store.h"

#include <sys/stat.h>

#include <filesystem>

#include "state_fixture.h"

namespace sluice::state {
namespace {

class StoreTest : public StateFixture {};

TEST_F(StoreTest, WhatWasWrittenComesBack) {
  EXPECT_EQ(Start(), Rows{});
  EXPECT_TRUE(begun_);
  Put("a/b", "1");
  Put(std::string("\xC3\xA4/\x01", 4), std::string("\0\xFF", 2));
  Put("big", std::string(300'000, 'x'));
  Write();
  EXPECT_TRUE(committed());
  EXPECT_FALSE(begun_);
  Stop();
  EXPECT_EQ(Start(), model_);
  EXPECT_FALSE(begun_);
  EXPECT_EQ(Problems(), "");
}

TEST_F(StoreTest, EveryFieldComesBack) {
  Start();
  RetainedRow row;
  row.topic = "t";
  row.holder = "who";
  row.qos = 2;
  row.received = FromUnixNanos(1'790'000'000'123'456'789);
  row.properties = std::string("\x03\x01\x01\x00", 4);
  row.payload = "p";
  Batch batch;
  batch.Add(row);
  row.topic = "u";
  row.received.reset();
  batch.Add(row);
  store_->Write(std::move(batch), [](bool) {});
  store_->RunOnce();
  store_ = std::make_unique<Store>(options_);
  std::map<std::string, RetainedRow> got;
  store_->Restore([&](RetainedRow r) { got[r.topic] = std::move(r); });
  ASSERT_EQ(got.size(), 2U);
  EXPECT_EQ(got["t"].holder, "who");
  EXPECT_EQ(got["t"].qos, 2);
  EXPECT_EQ(got["t"].received, FromUnixNanos(1'790'000'000'123'456'789));
  EXPECT_EQ(got["t"].properties, std::string("\x03\x01\x01\x00", 4));
  EXPECT_EQ(got["t"].payload, "p");
  EXPECT_FALSE(got["u"].received);
}

TEST_F(StoreTest, RemovedStaysRemovedAndTheLastChangeWins) {
  Start();
  Put("a", "1");
  Put("b", "1");
  Write();
  Remove("a");
  Put("b", "2");
  Put("b", "3");
  Remove("never-there");
  Write();
  Stop();
  EXPECT_EQ(Start(), (Rows{{"b", "3"}}));
}

TEST_F(StoreTest, WhatIsCommittedSurvivesSigkill) {
  Start();
  for (int i = 0; i < 20; ++i) {
    Put("t" + std::to_string(i % 7), std::to_string(i));
    if (i % 3 == 0) Remove("t" + std::to_string(i % 5));
    Write();
    ASSERT_TRUE(committed());
    Kill();
    ASSERT_EQ(Start(), model_) << i;
  }
  EXPECT_EQ(Problems(), "");
}

TEST_F(StoreTest, FileIsForItsOwnerOnly) {
  WriteFile(database(), "");
  std::filesystem::permissions(database(), std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  Start();
  Put("a", "1");
  Write();
  for (const std::string& path : {database(), log()}) {
    struct stat info {};
    ASSERT_EQ(::stat(path.c_str(), &info), 0) << path;
    EXPECT_EQ(info.st_mode & 0777, 0600U) << path;
  }
}

TEST_F(StoreTest, LogIsCarriedOverAndStaysSmall) {
  Start();
  constexpr size_t kBatchBytes = 200 << 10;
  for (int i = 0; i < 60; ++i) {
    Put("t", std::string(kBatchBytes, static_cast<char>('a' + i % 26)));
    Write();
    ASSERT_TRUE(committed());
    ASSERT_LE(std::filesystem::file_size(log()), Database::kLogBytes + 2 * kBatchBytes);
  }
  EXPECT_LE(std::filesystem::file_size(database()), 4 * kBatchBytes);
}

TEST_F(StoreTest, FileDoesNotGrowBeyondItsBound) {
  options_.database.max_bytes = 256 << 10;
  Start();
  Put("a", std::string(100 << 10, 'x'));
  Write();
  EXPECT_TRUE(committed());
  Put("b", std::string(400 << 10, 'x'));
  Write();
  EXPECT_FALSE(committed());
  EXPECT_EQ(Problems(), "not_saved");
  EXPECT_EQ(Count("sluice_state_failures_total{reason=\"no_space\"}"), 1U);
}

TEST_F(StoreTest, ClosingWritesTheBatchOnItsWay) {
  Start();
  Put("a", "1");
  Batch batch;
  batch.Add(RetainedRow{.topic = "b", .payload = "2"});
  store_->Write(std::move(batch), [](bool) {});
  EXPECT_TRUE(store_->Close().ok());
  bool begun = true;
  Batch rest;
  rest.Add(RetainedRow{.topic = "c", .payload = "3"});
  EXPECT_TRUE(store_->WriteNow(rest, &begun).ok());
  EXPECT_FALSE(begun);
  Stop();
  EXPECT_EQ(Start(), (Rows{{"b", "2"}, {"c", "3"}}));
}

// With the thread. The executor is only asked after the store's end, so nothing has to be waited
// for.
TEST_F(StoreTest, ThreadWritesWhatIsHandedOver) {
  Start();
  Stop();
  options_.manual = false;
  store_ = std::make_unique<Store>(options_);
  store_->Restore([](const RetainedRow&) {});
  Batch batch;
  batch.Add(RetainedRow{.topic = "a", .payload = "1"});
  store_->Write(std::move(batch), [](bool) {});
  EXPECT_FALSE(store_->idle());
  EXPECT_TRUE(store_->Close().ok());
  executor_.RunAll();
  EXPECT_TRUE(store_->idle());
  Stop();
  EXPECT_EQ(Start(), (Rows{{"a", "1"}}));
}

TEST_F(StoreTest, NothingRunsWhenTheStoreIsGone) {
  Start();
  Batch batch;
  batch.Add(RetainedRow{.topic = "a", .payload = "1"});
  store_->Write(std::move(batch), [](bool) { FAIL() << "the owner is gone"; });
  store_->RunOnce();
  Stop();
  EXPECT_EQ(executor_.RunAll(), 1U);
}

TEST_F(StoreTest, CountsWhatItDoes) {
  Start();
  Put("a", "1");
  Put("b", "1");
  Remove("a");
  Write();
  EXPECT_EQ(Count("sluice_state_commits_total"), 1U);
  EXPECT_EQ(Count("sluice_state_rows_total{what=\"put\"}"), 2U);
  EXPECT_EQ(Count("sluice_state_rows_total{what=\"removed\"}"), 1U);
  EXPECT_GT(Count("sluice_state_file_bytes"), 4096U);
}

}  // namespace
}  // namespace sluice::state
