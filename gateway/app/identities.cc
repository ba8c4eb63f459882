#include "app/identities.h"

#include <utility>

#include "base/log.h"

namespace sluice::app {
namespace {

identity::Account AccountOf(state::IdentityRow row) {
  return {.name = std::move(row.name),
          .enabled = row.enabled,
          .password_hash = std::move(row.password_hash),
          .psk = std::move(row.psk)};
}

state::IdentityRow RowOf(const std::string& name, const identity::Account* account) {
  if (account == nullptr) return {.removed = true, .name = name};
  return {.name = name,
          .enabled = account->enabled,
          .password_hash = account->password_hash,
          .psk = account->psk};
}

// They stay kept once there is a file: who was disabled must not come in again because a listener
// accepts something else now.
bool AreKept(const config::Config& config, const Env& env) {
  return config::KeepsIdentities(config) ||
         env.Exists(state::IdentitiesPath(config.gateway.data_dir));
}

}  // namespace

Identities::Identities(const config::Config& config, const Parts& parts)
    : parts_(parts),
      accounts_(config.limits.identities),
      failures_(parts.metrics),
      passwords_(config::ToPasswordCheckOptions(config.limits), {.scheduler = parts.scheduler,
                                                                 .accounts = accounts_,
                                                                 .worker = parts.hash_worker,
                                                                 .failures = failures_,
                                                                 .metrics = parts.metrics}),
      doorkeeper_({.accounts = accounts_, .passwords = passwords_, .failures = failures_}) {
  if (AreKept(config, *parts_.store.env)) Open();
  RefreshPsk();
  accounts_.SetObserver([this](const identity::AccountChange& change) { OnChange(change); });
}

Identities::~Identities() = default;

void Identities::Open() {
  store_ = std::make_unique<state::IdentityStore>(parts_.store);
  const bool begun = store_->Restore([this](state::IdentityRow row) {
    const std::string name = row.name;
    const Status restored = accounts_.Restore(AccountOf(std::move(row)));
    if (!restored.ok()) {
      LogError("identities: {} is left out: {}", Printable(name), restored.message());
    }
  });
  if (begun) WriteAllAgain();
  // Nothing may change for long, and what is wrong should not stay so until then.
  if (!store_->was_opened() || !unsaved_.empty()) WriteNext();
}

void Identities::OnChange(const identity::AccountChange& change) {
  ++changes_;
  if (has_psk_ || (change.account != nullptr && !change.account->psk.empty())) RefreshPsk();
  if (store_) {
    unsaved_.emplace(change.name);
    WriteNext();
  }
  if (change.revokes && revoke_) revoke_(change.name, change.account == nullptr);
}

void Identities::WriteNext() {
  if (closed_ || !store_->idle()) return;
  auto batch = Collect();
  const bool all = unsaved_.empty();
  store_->Write(std::move(batch), [this, all, until = changes_](bool begun) {
    if (all) saved_ = until;
    if (begun) WriteAllAgain();
    if (!unsaved_.empty()) WriteNext();
  });
}

state::RowBatch<state::IdentityRow> Identities::Collect() {
  state::RowBatch<state::IdentityRow> batch;
  while (!unsaved_.empty() && batch.bytes() < kMaxBatchBytes) {
    const auto first = unsaved_.begin();
    batch.Add(RowOf(*first, accounts_.Find(*first)));
    unsaved_.erase(first);
  }
  return batch;
}

void Identities::WriteAllAgain() {
  for (const auto& [name, account] : accounts_.all()) unsaved_.insert(name);
}

void Identities::RefreshPsk() {
  tls::PskKeys::Keys keys;
  for (const auto& [name, account] : accounts_.all()) {
    if (account.enabled && !account.psk.empty()) keys.emplace(name, account.psk);
  }
  has_psk_ = !keys.empty();
  psk_->Set(std::move(keys));
}

void Identities::Close() {
  if (!store_ || std::exchange(closed_, true)) return;
  Status status = store_->Close();
  while (status.ok() && !unsaved_.empty()) {
    bool begun = false;
    status = store_->WriteNow(Collect(), &begun);
    if (begun) WriteAllAgain();
  }
  if (!status.ok()) LogError("identities: changes are not saved: {}", status.ToString());
}

}  // namespace sluice::app
