#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "base/metrics.h"
#include "base/scheduler.h"
#include "base/status.h"
#include "config/config.h"
#include "identity/accounts.h"
#include "identity/doorkeeper.h"
#include "identity/login_failures.h"
#include "identity/password_check.h"
#include "state/store.h"
#include "tls/psk_keys.h"

namespace sluice::app {

// Who may come in: the accounts, what decides by them, and the file that they are stored in. A
// change holds at once, and is written at once: the file follows, and commands are told when it
// has. Loop thread.
class Identities {
 public:
  // Everything outlives it.
  struct Parts {
    Scheduler& scheduler;
    Metrics& metrics;
    identity::HashWorker& hash_worker;
    state::StoreOptions store;  // where they are stored, if they are
  };

  // Reads what is stored.
  Identities(const config::Config& config, const Parts& parts);
  ~Identities();
  Identities(const Identities&) = delete;
  Identities& operator=(const Identities&) = delete;

  identity::Authenticator& authenticator() { return doorkeeper_; }
  // Who has to show again who they are, and for good those that are nobody any more; as
  // Server::Revoke. Empty: nobody is connected.
  void SetRevoke(std::function<void(std::string_view identity, bool for_good)> revoke) {
    revoke_ = std::move(revoke);
  }

  // Whether they are stored, so that there can be any.
  bool kept() const { return store_ != nullptr; }
  identity::Accounts& accounts() { return accounts_; }
  // For the handshakes of listeners, those of the accounts at any time.
  std::shared_ptr<const tls::PskKeys> psk() const { return psk_; }
  // Counts changes since the start; those up to saved() are on the medium.
  uint64_t changes() const { return changes_; }
  uint64_t saved() const { return saved_; }

  // The orderly end, when the scheduler runs no more: writes what waits, and says what could not be
  // written.
  void Close();
  state::IdentityStore* store() { return store_.get(); }  // null: not kept

 private:
  // What one transaction may hold. Stops an import from taking as much memory again as all of them.
  static constexpr size_t kMaxBatchBytes = 64 << 10;

  void OnChange(const identity::AccountChange& change);
  void Open();
  void WriteNext();
  state::RowBatch<state::IdentityRow> Collect();
  void WriteAllAgain();
  void RefreshPsk();

  const Parts parts_;
  const std::shared_ptr<tls::PskKeys> psk_ = std::make_shared<tls::PskKeys>();
  bool has_psk_ = false;  // there was one
  identity::Accounts accounts_;
  identity::LoginFailures failures_;
  identity::PasswordCheck passwords_;
  identity::Doorkeeper doorkeeper_;
  std::function<void(std::string_view, bool)> revoke_;
  std::unique_ptr<state::IdentityStore> store_;  // null: not kept
  std::set<std::string, std::less<>> unsaved_;   // names
  uint64_t changes_ = 0;
  uint64_t saved_ = 0;
  bool closed_ = false;
};

}  // namespace sluice::app
