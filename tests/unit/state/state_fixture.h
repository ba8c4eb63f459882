#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "state/set_aside.h"
#include "state/store.h"
#include "support/manual_executor.h"
#include "support/simulated_clock.h"
#include "support/temporary_directory.h"

namespace sluice::state {

// A store without a thread on real files, and verbs for what happens to it.
class StateFixture : public testing::Test {
 protected:
  using Rows = std::map<std::string, std::string>;  // payload by topic

  // Opens the store that lies there and returns what it brings back.
  Rows Start();
  // The orderly end.
  void Stop() { store_.reset(); }
  // The files as SIGKILL would leave them, brought back after the end.
  void Kill();

  void Put(const std::string& topic, const std::string& payload);
  void Remove(const std::string& topic);
  // Hands over what was put and removed, and tries to write it once.
  void Write();
  // Again after a failure, when it is due.
  void Retry();
  bool committed() const { return committed_; }  // the last Write

  Rows ModelOf() const { return model_; }
  void WriteEverything();

  std::string database() const { return DatabasePath(directory_.path()); }
  std::string log() const { return database() + "-wal"; }
  bool Exists(const std::string& path) const { return Env::Posix().Exists(path); }
  std::string ReadFile(const std::string& path) const;
  void WriteFile(const std::string& path, const std::string& content) const;
  uint64_t Count(const std::string& metric) const;
  // "" when all is well.
  std::string Problems() const;

  test::TemporaryDirectory directory_;
  test::SimulatedClock clock_;
  test::ManualExecutor executor_;
  Metrics metrics_;
  Health health_{clock_, &metrics_};
  StoreOptions options_;
  std::unique_ptr<Store> store_;
  bool begun_ = false;  // said by Start or the last Write
  Rows model_;          // what was put

 private:
  Batch batch_;
  bool committed_ = false;
};

}  // namespace sluice::state
