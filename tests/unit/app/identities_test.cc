#include "app/identities.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/inline_hash_worker.h"
#include "support/simulated_clock.h"
#include "support/simulated_scheduler.h"
#include "support/temporary_directory.h"

namespace sluice::app {
namespace {

constexpr char kHash[] =
    "$argon2id$v=19$m=16384,t=2,p=1$V+P2YeCY2X4W9Ddpy0YQbg$n3O87nOGhET/mCbXzfJFHndRMczLD2TuFU+E5tKK"
    "dq4";

class IdentitiesTest : public testing::Test {
 protected:
  IdentitiesTest() {
    config_.gateway.data_dir = directory_.path();
    config_.listeners.resize(1);
    config_.listeners[0].accepts = {config::Accept::kPassword};
  }
  void Start() {
    identities_.reset();  // before the next one opens its file
    state::StoreOptions store;
    store.database = config::ToIdentitiesOptions(config_);
    store.clock = &clock_;
    store.executor = &scheduler_;
    store.metrics = &metrics_;
    store.health = &health_;
    store.manual = true;
    identities_ = std::make_unique<Identities>(
        config_,
        Identities::Parts{
            .scheduler = scheduler_, .metrics = metrics_, .hash_worker = worker_, .store = store});
    identities_->SetRevoke([this](std::string_view identity, bool for_good) {
      revoked_.push_back(std::string(identity) + (for_good ? " for good" : ""));
    });
  }
  void Write() {
    identities_->store()->RunOnce();
    scheduler_.RunReady();
  }
  void Put(const std::string& name, bool enabled = true) {
    ASSERT_TRUE(identities_->accounts()
                    .Put({.name = name, .enabled = enabled, .password_hash = kHash})
                    .ok());
  }
  std::string Names() {
    std::string names;
    for (const auto& [name, account] : identities_->accounts().all()) {
      names += name + (account.enabled ? " " : " (disabled) ");
    }
    return names;
  }

  test::TemporaryDirectory directory_;
  test::SimulatedClock clock_;
  test::SimulatedScheduler scheduler_{&clock_};
  Metrics metrics_;
  Health health_{clock_, &metrics_};
  test::InlineHashWorker worker_{&scheduler_};
  config::Config config_;
  std::vector<std::string> revoked_;
  std::unique_ptr<Identities> identities_;
};

TEST_F(IdentitiesTest, ChangeIsSavedWhenItIsOnTheMedium) {
  Start();
  Write();
  Put("a");
  const uint64_t first = identities_->changes();
  Put("b");
  EXPECT_LT(identities_->saved(), first);
  Write();
  EXPECT_EQ(identities_->saved(), first);
  Write();
  EXPECT_EQ(identities_->saved(), identities_->changes());
  identities_->accounts().Remove("a");
  Put("b", false);
  identities_->Close();  // writes what waits
  Start();
  EXPECT_EQ(Names(), "b (disabled) ");
}

TEST_F(IdentitiesTest, KilledProcessLosesNothingThatWasSaved) {
  Start();
  Put("a");
  Write();
  Write();
  ASSERT_EQ(identities_->saved(), identities_->changes());
  identities_.reset();
  Start();
  EXPECT_EQ(Names(), "a ");
}

TEST_F(IdentitiesTest, WhoIsConnectedIsToldWhatWasTakenAway) {
  Start();
  Put("a");
  EXPECT_TRUE(revoked_.empty());
  Put("a", false);
  identities_->accounts().Remove("a");
  EXPECT_EQ(revoked_, (std::vector<std::string>{"a", "a for good"}));
}

TEST_F(IdentitiesTest, AreNotKeptWhereNobodyNeedsThem) {
  config_.listeners[0].accepts = {config::Accept::kCertificate};
  Start();
  EXPECT_FALSE(identities_->kept());
  EXPECT_FALSE(Env::Posix().Exists(state::IdentitiesPath(directory_.path())));
  config_.state.identities = true;
  Start();
  EXPECT_TRUE(identities_->kept());
}

// Or who was disabled would be let in by a certificate.
TEST_F(IdentitiesTest, AreKeptOnceThereAreAny) {
  Start();
  Put("a", false);
  identities_->Close();
  config_.listeners[0].accepts = {config::Accept::kCertificate};
  Start();
  EXPECT_TRUE(identities_->kept());
  EXPECT_EQ(Names(), "a (disabled) ");
}

}  // namespace
}  // namespace sluice::app
