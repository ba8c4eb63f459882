// What may have happened to the file between two starts.

#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>
#include <functional>

#include "state_fixture.h"

namespace sluice::state {
namespace {

class DamageTest : public StateFixture {
 protected:
  // A database of several pages, closed in order.
  void MakeOne(int rows = 60) {
    Start();
    for (int i = 0; i < rows; ++i)
      Put(TopicOf(i), std::string(200, static_cast<char>('a' + i % 26)));
    Write();
    ASSERT_TRUE(committed());
    Stop();
  }
  // One that SIGKILL has left with all of it in the log.
  void MakeOneWithLog() {
    Start();
    for (int i = 0; i < 60; ++i) Put(TopicOf(i), std::string(200, 'x'));
    Write();
    Kill();
    ASSERT_TRUE(Exists(log()));
  }
  static std::string TopicOf(int i) { return "topic/" + std::to_string(1000 + i); }

  // Whatever is lost of it, nothing is invented.
  void ExpectPartOfModel(const Rows& rows) {
    for (const auto& [topic, payload] : rows) {
      ASSERT_TRUE(model_.contains(topic)) << topic;
      ASSERT_EQ(model_.at(topic), payload) << topic;
    }
  }
  // It works as one that was never damaged.
  void ExpectItGoesOn() {
    WriteEverything();
    ASSERT_TRUE(committed());
    Stop();
    ASSERT_EQ(Start(), model_);
  }
  void ExpectSetAside() {
    EXPECT_TRUE(begun_);
    EXPECT_EQ(Problems(), "set_aside");
    EXPECT_TRUE(Exists(database() + ".aside.0"));
  }
};

TEST_F(DamageTest, Missing) {
  MakeOne();
  std::filesystem::remove(database());
  EXPECT_EQ(Start(), Rows{});
  EXPECT_TRUE(begun_);
  EXPECT_EQ(Problems(), "");
  ExpectItGoesOn();
}

TEST_F(DamageTest, Emptied) {
  MakeOne();
  WriteFile(database(), "");
  EXPECT_EQ(Start(), Rows{});
  EXPECT_TRUE(begun_);
  ExpectItGoesOn();
}

TEST_F(DamageTest, EmptiedBesideItsLog) {
  MakeOneWithLog();
  WriteFile(database(), "");
  EXPECT_EQ(Start(), Rows{});
  ExpectSetAside();
  EXPECT_TRUE(Exists(database() + ".aside.0-wal"));
  ExpectItGoesOn();
}

TEST_F(DamageTest, Garbage) {
  MakeOne();
  WriteFile(database(), std::string(10'000, 'g'));
  EXPECT_EQ(Start(), Rows{});
  ExpectSetAside();
  EXPECT_EQ(Count("sluice_state_set_aside_total{reason=\"damaged\"}"), 1U);
  ExpectItGoesOn();
}

TEST_F(DamageTest, BitFlippedAnywhere) {
  MakeOne();
  const std::string sound = ReadFile(database());
  size_t set_aside = 0;
  for (size_t at = 0; at < sound.size(); at += 61) {
    std::string flipped = sound;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
    WriteFile(database(), flipped);
    const Rows rows = Start();
    ExpectPartOfModel(rows);
    if (!begun_) {
      EXPECT_EQ(rows, model_) << "rows were lost in silence with byte " << at;
    } else {
      ++set_aside;
      EXPECT_EQ(Problems(), "set_aside");
    }
    ExpectItGoesOn();
    Stop();
    if (HasFatalFailure()) FAIL() << "byte " << at;
  }
  EXPECT_GT(set_aside, sound.size() / 61 / 2);
}

TEST_F(DamageTest, BitFlippedInOnePageLeavesTheRowsOfTheOthers) {
  MakeOne();
  std::string file = ReadFile(database());
  ASSERT_GE(file.size(), 4U * 4096);
  file[2 * 4096] = '\x7F';  // what kind of page it is
  WriteFile(database(), file);
  const Rows rows = Start();
  ExpectPartOfModel(rows);
  EXPECT_GT(rows.size(), model_.size() / 3);
  EXPECT_LT(rows.size(), model_.size());
  ExpectSetAside();
}

TEST_F(DamageTest, CutAnywhere) {
  MakeOne();
  const std::string sound = ReadFile(database());
  for (size_t size = 0; size < sound.size(); size += 777) {
    WriteFile(database(), sound.substr(0, size));
    const Rows rows = Start();
    ExpectPartOfModel(rows);
    EXPECT_TRUE(begun_) << size;
    ExpectItGoesOn();
    Stop();
    if (HasFatalFailure()) FAIL() << "cut to " << size;
  }
}

TEST_F(DamageTest, DirectoryInItsPlace) {
  MakeOne();
  std::filesystem::remove(database());
  std::filesystem::create_directories(database() + "/inside");
  EXPECT_EQ(Start(), Rows{});
  ExpectSetAside();
  EXPECT_TRUE(std::filesystem::is_directory(database() + ".aside.0/inside"));
  ExpectItGoesOn();
}

TEST_F(DamageTest, FifoInItsPlace) {
  MakeOne();
  std::filesystem::remove(database());
  ASSERT_EQ(::mkfifo(database().c_str(), 0600), 0);
  EXPECT_EQ(Start(), Rows{});
  ExpectSetAside();
  ExpectItGoesOn();
}

TEST_F(DamageTest, SymbolicLinkIntoNowhere) {
  MakeOne();
  std::filesystem::remove(database());
  std::filesystem::create_symlink(directory_.File("no/such/file"), database());
  EXPECT_EQ(Start(), Rows{});
  EXPECT_EQ(Problems(), "not_saved");
}

TEST_F(DamageTest, FifoOrDirectoryInThePlaceOfItsSideFiles) {
  for (const std::string suffix : {"-wal", "-journal", "-shm"}) {
    MakeOne();
    ASSERT_EQ(::mkfifo((database() + suffix).c_str(), 0600), 0);
    EXPECT_EQ(Start(), model_) << suffix;
    Stop();
    std::filesystem::create_directories(database() + suffix + "/inside");
    EXPECT_EQ(Start(), model_) << suffix;
    ExpectItGoesOn();
    Stop();
  }
}

TEST_F(DamageTest, LogDeletedAfterSigkillBringsBackAnOlderState) {
  MakeOne();
  const Rows old = model_;
  Start();
  Put("new", "1");
  Write();
  Kill();
  std::filesystem::remove(log());
  EXPECT_EQ(Start(), old);
  EXPECT_EQ(Problems(), "");
}

TEST_F(DamageTest, LogCutOrFlippedBringsBackACommittedState) {
  Start();
  std::vector<Rows> states{{}};
  for (int i = 0; i < 5; ++i) {
    Put("t" + std::to_string(i), std::string(100, 'x'));
    Write();
    states.push_back(model_);
  }
  Kill();
  const std::string sound = ReadFile(database()), sound_log = ReadFile(log());
  for (size_t at = 0; at < sound_log.size(); at += 1009) {
    for (const bool cut : {false, true}) {
      std::string damaged = cut ? sound_log.substr(0, at) : sound_log;
      if (!cut) damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
      WriteFile(database(), sound);
      WriteFile(log(), damaged);
      const Rows rows = Start();
      EXPECT_NE(std::find(states.begin(), states.end(), rows), states.end()) << at << ' ' << cut;
      ExpectItGoesOn();
      Stop();
    }
  }
}

TEST_F(DamageTest, GarbageForALog) {
  MakeOne();
  WriteFile(log(), std::string(5000, 'w'));
  EXPECT_EQ(Start(), model_);
  ExpectItGoesOn();
}

void Execute(const std::string& path, const char* sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);
}

TEST_F(DamageTest, AnotherProgramsDatabase) {
  Execute(database(), "CREATE TABLE accounts(name TEXT); INSERT INTO accounts VALUES ('x')");
  EXPECT_EQ(Start(), Rows{});
  ExpectSetAside();
  ExpectItGoesOn();
}

TEST_F(DamageTest, TableIsNotThere) {
  MakeOne();
  Execute(database(), "DROP TABLE retained");
  EXPECT_EQ(Start(), Rows{});
  ExpectSetAside();
  ExpectItGoesOn();
}

TEST_F(DamageTest, NewerVersionIsKeptUntouched) {
  MakeOne();
  Execute(database(), "PRAGMA user_version = 99");
  const std::string newer = ReadFile(database());
  EXPECT_EQ(Start(), Rows{});
  EXPECT_TRUE(begun_);
  EXPECT_EQ(Problems(), "set_aside");
  EXPECT_TRUE(ReadFile(database() + ".newer.0") == newer);
  EXPECT_EQ(Count("sluice_state_set_aside_total{reason=\"newer\"}"), 1U);
  ExpectItGoesOn();
}

TEST_F(DamageTest, NewerVersionsAreNeverReplaced) {
  MakeOne();
  Execute(database(), "PRAGMA user_version = 99");
  for (int i = 0; i < kMaxAside; ++i) {
    WriteFile(database() + ".newer." + std::to_string(i), std::to_string(i));
  }
  const std::string newer = ReadFile(database());
  EXPECT_EQ(Start(), Rows{});
  EXPECT_EQ(Problems(), "not_saved set_aside");
  Put("a", "1");
  Write();
  EXPECT_FALSE(committed());
  EXPECT_TRUE(ReadFile(database()) == newer);
  EXPECT_EQ(ReadFile(database() + ".newer.7"), "7");
  // Somebody makes room.
  std::filesystem::remove(database() + ".newer.3");
  Retry();
  EXPECT_TRUE(committed());
  EXPECT_TRUE(begun_);
  EXPECT_TRUE(ReadFile(database() + ".newer.3") == newer);
}

TEST_F(DamageTest, SetAsideClearsWhenFilesAreMovedAway) {
  WriteFile(database(), "garbage");
  Start();
  EXPECT_EQ(Problems(), "set_aside");
  std::filesystem::remove(database() + ".aside.0");
  clock_.Advance(std::chrono::seconds(5));
  store_->RunOnce();
  EXPECT_EQ(Problems(), "");
}

}  // namespace
}  // namespace sluice::state
