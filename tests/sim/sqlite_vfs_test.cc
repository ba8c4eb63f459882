#include "sim/sqlite_vfs.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "sim/disk.h"
#include "state/store.h"
#include "support/manual_executor.h"

namespace sluice::sim {
namespace {

constexpr char kDirectory[] = "/data";

// The gateway's state on a simulated disk.
class SqliteVfsTest : public testing::Test {
 protected:
  using Rows = std::map<std::string, std::string>;  // payload by topic

  void Begin(std::initializer_list<Trouble> troubles = {}) {
    for (const Trouble trouble : troubles) {
      plan_.troubles.set(static_cast<size_t>(trouble));
      plan_.rates[static_cast<size_t>(trouble)] = 1;
    }
    scene_ = std::make_unique<Scene>(plan_);
    health_ = std::make_unique<Health>(scene_->clock);
    disk_ = std::make_unique<Disk>(*scene_);
    env_ = disk_->Mount();
    ASSERT_TRUE(env_->CreateDirectories(kDirectory).ok());
    ASSERT_TRUE(env_->SyncDirectory("/").ok());
  }
  // What the old process still does comes too late.
  void CutPower() {
    disk_->EndProcess(Witness::End::kPowerCut);
    store_.reset();
    env_ = disk_->Mount();
  }
  Rows Start() {
    state::StoreOptions options;
    options.database.path = state::DatabasePath(kDirectory);
    options.database.vfs = disk_->vfs();
    options.env = env_.get();
    options.clock = &scene_->clock;
    options.executor = &executor_;
    options.metrics = &metrics_;
    options.health = health_.get();
    options.manual = true;
    store_ = std::make_unique<state::Store>(options);
    Rows rows;
    begun_ = store_->Restore(
        [&](const state::RetainedRow& row) { rows.insert_or_assign(row.topic, row.payload); });
    return rows;
  }
  // Whether it is committed.
  bool Put(const std::string& topic, const std::string& payload) {
    state::Batch batch;
    state::RetainedRow row;
    row.topic = topic;
    row.payload = payload;
    row.holder = "device";
    batch.Add(row);
    // It may be told later.
    const auto committed = std::make_shared<bool>(false);
    store_->Write(std::move(batch), [committed](bool /*begun*/) { *committed = true; });
    store_->RunOnce();
    executor_.RunAll();
    return *committed;
  }

  Plan plan_;
  std::unique_ptr<Scene> scene_;
  test::ManualExecutor executor_;
  Metrics metrics_;
  std::unique_ptr<Health> health_;
  std::unique_ptr<Disk> disk_;
  std::unique_ptr<Env> env_;
  std::unique_ptr<state::Store> store_;
  bool begun_ = false;
};

TEST_F(SqliteVfsTest, BringsBackWhatWasWritten) {
  Begin();
  EXPECT_TRUE(Start().empty());
  EXPECT_TRUE(begun_);
  EXPECT_TRUE(Put("a", "1"));
  EXPECT_TRUE(Put("b", "2"));
  store_.reset();
  EXPECT_EQ(Start(), (Rows{{"a", "1"}, {"b", "2"}}));
  EXPECT_FALSE(begun_);
}

TEST_F(SqliteVfsTest, CommittedRowsSurvivePowerCuts) {
  Begin();
  Start();
  Random random(7);
  Rows rows;
  for (int cut = 0; cut < 20; ++cut) {
    for (int row = 0; row < 5; ++row) {
      const std::string topic = std::to_string(random.Below(30));
      const std::string payload(random.Below(2000), static_cast<char>('a' + cut));
      if (Put(topic, payload)) rows[topic] = payload;
    }
    CutPower();
    ASSERT_EQ(Start(), rows) << "cut " << cut;
    ASSERT_FALSE(begun_);
  }
}

TEST_F(SqliteVfsTest, AFullDiskFailsABatchThatIsWrittenLater) {
  Begin({Trouble::kFullDisk});
  Start();
  const std::string much(300 << 10, 'x');
  int written = 0;
  while (written < 500 && Put("a" + std::to_string(written), much)) {
    ++written;
    scene_->scheduler.Advance(std::chrono::seconds(10));
  }
  ASSERT_LT(written, 500);
  EXPECT_EQ(health_->state(), HealthState::kDegraded);
  scene_->BeginCalm();
  disk_->Mend();
  scene_->clock.Advance(std::chrono::minutes(2));
  store_->RunOnce();
  executor_.RunAll();
  EXPECT_EQ(health_->state(), HealthState::kOk);
  store_.reset();
  EXPECT_EQ(Start().size(), static_cast<size_t>(written) + 1);
}

}  // namespace
}  // namespace sluice::sim
