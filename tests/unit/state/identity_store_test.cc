// What is special about the file of identities; all else of a store's life is store_test.cc's.

#include <filesystem>
#include <map>

#include "state_fixture.h"

namespace sluice::state {
namespace {

class IdentityStoreTest : public StateFixture {
 protected:
  using Identities = std::map<std::string, std::string>;  // what lets them in, by name

  std::string path() const { return IdentitiesPath(directory_.path()); }

  Identities Open() {
    store_.reset();
    StoreOptions options;
    options.database.path = path();
    options.clock = &clock_;
    options.executor = &executor_;
    options.metrics = &metrics_;
    options.health = &health_;
    options.manual = true;
    store_ = std::make_unique<IdentityStore>(options);
    Identities found;
    begun_ = store_->Restore([&](const IdentityRow& row) {
      found[row.name] = (row.enabled ? "" : "disabled ") + row.password_hash + "/" + row.psk;
    });
    return found;
  }
  void Save(IdentityRow row) {
    RowBatch<IdentityRow> batch;
    batch.Add(std::move(row));
    bool committed = false;
    store_->Write(std::move(batch), [&](bool) { committed = true; });
    store_->RunOnce();
    executor_.RunAll();
    ASSERT_TRUE(committed);
  }
  void Close() { store_.reset(); }

  std::unique_ptr<IdentityStore> store_;
};

TEST_F(IdentityStoreTest, BringsBackWhatWasSaved) {
  EXPECT_EQ(Open(), Identities{});
  Save({.name = "pump", .password_hash = "$hash", .psk = std::string("k\0y", 3)});
  Save({.name = "off", .enabled = false});
  Save({.name = "gone", .password_hash = "x"});
  Save({.removed = true, .name = "gone"});
  Save({.name = "pump", .password_hash = "$new", .psk = std::string("k\0y", 3)});
  EXPECT_EQ(Open(), (Identities{{"off", "disabled /"}, {"pump", std::string("$new/k\0y", 8)}}));
  EXPECT_FALSE(begun_);
  EXPECT_EQ(Count("sluice_identities_commits_total"), 5U);
}

TEST_F(IdentityStoreTest, IsForItsOwnerOnly) {
  Open();
  EXPECT_EQ(std::filesystem::status(path()).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(IdentityStoreTest, DamagedFileIsSetAsideAndSaidAndNobodyIsMadeUp) {
  Open();
  for (int i = 0; i < 50; ++i) {
    Save({.name = "device-" + std::to_string(i), .password_hash = "$hash-of-it"});
  }
  const Identities sound = Open();
  Close();
  std::string content = ReadFile(path());
  size_t damaged = 0;
  for (size_t at = content.find("$hash-of-it"); at != content.npos;
       at = content.find("$hash-of-it", at + 1)) {
    if (++damaged % 10 == 0) content[at + 1] = 'H';
  }
  WriteFile(path(), content);
  const Identities left = Open();
  EXPECT_TRUE(begun_);
  EXPECT_EQ(left.size(), 45U);
  for (const auto& [name, what] : left) EXPECT_EQ(what, sound.at(name));
  EXPECT_TRUE(Exists(path() + ".aside.0"));
  EXPECT_EQ(Count("sluice_identities_set_aside_total{reason=\"damaged\"}"), 1U);
  EXPECT_EQ(Problems(), "set_aside");
  EXPECT_EQ(health_.problems()[0].part, "identities");
}

TEST_F(IdentityStoreTest, FileOfRetainedMessagesIsNotTakenForOne) {
  Start();
  Stop();
  std::filesystem::rename(database(), path());
  EXPECT_EQ(Open(), Identities{});
  EXPECT_TRUE(begun_);
  EXPECT_TRUE(Exists(path() + ".aside.0"));
}

}  // namespace
}  // namespace sluice::state
