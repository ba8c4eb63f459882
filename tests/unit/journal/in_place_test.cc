#include "support/temporary_directory.h"
#include "unit/journal/journal_fixture.h"

namespace sluice::journal {
namespace {

constexpr char kElsewhere[] = "/elsewhere";
constexpr char kStreamDirectory[] = "/data/streams/telemetry";
constexpr Duration kLongestRetry = std::chrono::seconds(6);

// A data directory that is no longer where it was, though its files are still open.
class InPlaceTest : public JournalFixture {
 protected:
  void SetUp() override {
    options_.health = &health_;
    Open();
    Fill(3);
  }
  // Before health_ goes.
  void TearDown() override { Crash(); }
  void RunLong() {
    Run(kLongestRetry);
    Run();
  }
  // Nothing of what is appended now may be told, now or at the end.
  void ExpectNothingAcknowledged() {
    const uint64_t before = acknowledgeable_;
    for (int i = 0; i < 3; ++i) {
      Append(PayloadOf(stream().next_offset()));
      Run();
    }
    RunLong();
    EXPECT_EQ(acknowledgeable_, before);
    EXPECT_EQ(committed_, before);
    EXPECT_EQ(health_.state(), HealthState::kFailing);
    EXPECT_NE(health_.Text().find("nothing is acknowledged"), std::string::npos);
    EXPECT_FALSE(journal_->Close().ok());
    journal_->Poll();
    EXPECT_EQ(acknowledgeable_, before);
  }

  Health health_{clock_, &metrics_};
};

TEST_F(InPlaceTest, NothingIsAcknowledgedIntoADirectoryThatWasMovedAway) {
  env_.MoveTree(kDirectory, kElsewhere);
  ExpectNothingAcknowledged();
}

TEST_F(InPlaceTest, NothingIsAcknowledgedIntoADirectoryThatWasReplacedByACopy) {
  const std::string lock = std::string(kDirectory) + "/LOCK";
  const std::string segment = SegmentPath(0);
  const std::string content = env_.Content(segment);
  env_.MoveTree(kDirectory, kElsewhere);
  ASSERT_TRUE(env_.CreateDirectories(std::string(kStreamDirectory) + "/cursors").ok());
  env_.SetContent(lock, "1");
  env_.SetContent(segment, content);
  ExpectNothingAcknowledged();
  EXPECT_EQ(env_.Content(segment), content) << "what is there now belongs to somebody else";
}

TEST_F(InPlaceTest, NothingIsAcknowledgedOnceTheLockIsGone) {
  ASSERT_TRUE(env_.Remove(std::string(kDirectory) + "/LOCK").ok());
  ExpectNothingAcknowledged();
}

TEST_F(InPlaceTest, TheFirstGatewayGivesWayToASecondThatFoundNoLock) {
  ASSERT_TRUE(env_.Remove(std::string(kDirectory) + "/LOCK").ok());
  Options options = options_;
  options.metrics = nullptr;
  options.health = nullptr;
  auto second = Journal::Open(env_, kDirectory, options, {stream_});
  ASSERT_TRUE(second.ok()) << second.status().ToString();
  ExpectNothingAcknowledged();
}

TEST_F(InPlaceTest, NothingIsAcknowledgedOnceOnlyTheStreamsDirectoryIsGone) {
  env_.MoveTree(kStreamDirectory, kElsewhere);
  ExpectNothingAcknowledged();
}

TEST_F(InPlaceTest, NothingIsAcknowledgedIntoASegmentThatIsGone) {
  ASSERT_TRUE(env_.Remove(SegmentPath(0)).ok());
  const uint64_t before = acknowledgeable_;
  Append("lost?");
  Run();
  EXPECT_EQ(acknowledgeable_, before);
  RunLong();
  EXPECT_EQ(acknowledgeable_, before + 1) << "the next segment is in place";
  Crash();
  Open();
  EXPECT_EQ(ReadAll(3)[0].payload, "lost?");
}

TEST_F(InPlaceTest, WeakerDurabilityClaimsNothingEither) {
  for (const Durability durability : {Durability::kInterval, Durability::kMemory}) {
    Crash();
    env_.Format();
    stream_.durability = durability;
    acknowledgeable_ = committed_ = 0;
    Open();
    Append("here");
    Run(std::chrono::seconds(2));
    ASSERT_EQ(acknowledgeable_, 1u);
    env_.MoveTree(kDirectory, kElsewhere);
    Append("nowhere");
    RunLong();
    EXPECT_EQ(acknowledgeable_, 1u);
  }
}

TEST_F(InPlaceTest, MemoryDurabilityTellsNothingThatCouldNotBeWritten) {
  Crash();
  env_.Format();
  stream_.durability = Durability::kMemory;
  acknowledgeable_ = committed_ = 0;
  Open();
  env_.FailFromNowOn(test::MemoryEnv::kWrite | test::MemoryEnv::kCreate);
  Append("unwritten");
  RunLong();
  EXPECT_EQ(acknowledgeable_, 0u);
  env_.StopFailing();
  RunLong();
  EXPECT_EQ(acknowledgeable_, 1u);
}

TEST_F(InPlaceTest, DroppedEventsAreNotToldEither) {
  stream_.on_full = OnFull::kDropNewest;
  CloseAndOpen();
  env_.SetCapacity(0);
  Run(std::chrono::seconds(1));
  env_.MoveTree(kDirectory, kElsewhere);
  const uint64_t before = acknowledgeable_;
  EXPECT_EQ(Append("dropped").verdict, AppendVerdict::kDropped);
  RunLong();
  EXPECT_EQ(acknowledgeable_, before);
}

TEST_F(InPlaceTest, GoesOnWhenItIsMovedBack) {
  env_.MoveTree(kDirectory, kElsewhere);
  Append(PayloadOf(3));
  RunLong();
  ASSERT_EQ(acknowledgeable_, 3u);
  env_.MoveTree(kElsewhere, kDirectory);
  RunLong();
  EXPECT_EQ(acknowledgeable_, 4u);
  EXPECT_EQ(health_.state(), HealthState::kOk) << health_.Text();
  Crash();
  Open();
  EXPECT_EQ(ExpectWhole(0, 4), 0u);
}

TEST_F(InPlaceTest, IdleGatewayNoticesWithinFiveSeconds) {
  RunLong();
  ASSERT_EQ(health_.state(), HealthState::kOk);
  env_.MoveTree(kDirectory, kElsewhere);
  Run(std::chrono::seconds(5));
  EXPECT_EQ(health_.state(), HealthState::kFailing);
  env_.MoveTree(kElsewhere, kDirectory);
  Run(std::chrono::seconds(5));
  EXPECT_EQ(health_.state(), HealthState::kOk);
}

TEST_F(InPlaceTest, NothingIsReadDeletedOrRepairedInADirectoryThatIsNotOurs) {
  const std::string segment = SegmentPath(0);
  env_.MoveTree(kDirectory, kElsewhere);
  ASSERT_TRUE(env_.CreateDirectories(std::string(kStreamDirectory) + "/cursors").ok());
  ASSERT_TRUE(env_.CreateDirectories(std::string(kStreamDirectory) + "/quarantine").ok());
  env_.SetContent(segment, std::string(4096, 'x'));
  EXPECT_TRUE(ReadAll(0).empty());
  EXPECT_FALSE(read_status_.ok());
  stream().cursor("cloud")->Advance({.acknowledged = 3});
  RunLong();
  EXPECT_EQ(env_.Content(segment), std::string(4096, 'x'));
  EXPECT_FALSE(env_.Exists(CursorPath()));
  EXPECT_EQ(stream().status().quarantined, 0u);
}

// The same by the kernel's own words.
TEST(PosixIsAt, TellsWhetherThePathStillNamesTheFile) {
  const test::TemporaryDirectory directory;
  Env& env = Env::Posix();
  const std::string path = directory.path() + "/here/file";
  ASSERT_TRUE(env.CreateDirectories(directory.path() + "/here").ok());
  auto file = env.OpenWritable(path);
  ASSERT_TRUE(file.ok());
  EXPECT_TRUE(*(*file)->IsAt(path));
  ASSERT_TRUE(env.Rename(directory.path() + "/here", directory.path() + "/there").ok());
  EXPECT_FALSE(*(*file)->IsAt(path));
  EXPECT_TRUE(*(*file)->IsAt(directory.path() + "/there/file"));
  ASSERT_TRUE(env.CreateDirectories(directory.path() + "/here").ok());
  ASSERT_TRUE(env.OpenWritable(path).ok());
  EXPECT_FALSE(*(*file)->IsAt(path)) << "a copy is another file";
  ASSERT_TRUE(env.Remove(directory.path() + "/there/file").ok());
  EXPECT_FALSE(*(*file)->IsAt(directory.path() + "/there/file"));
}

}  // namespace
}  // namespace sluice::journal
