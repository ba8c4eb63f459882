#include "identity/accounts.h"

#include <fmt/format.h>

#include <utility>

#include "base/identity.h"
#include "identity/password_hash.h"

namespace sluice::identity {

Status CheckAccount(const Account& account) {
  if (!IsValidIdentity(account.name)) {
    return Status::InvalidArgument(
        fmt::format("it is not a name: 1 to {} bytes of UTF-8 without control characters and "
                    "without / + #",
                    kMaxIdentityBytes));
  }
  if (!account.password_hash.empty()) {
    SLUICE_RETURN_IF_ERROR(CheckPasswordHash(account.password_hash));
  }
  const size_t psk = account.psk.size();
  if (psk != 0 && (psk < kMinPskBytes || psk > kMaxPskBytes)) {
    return Status::InvalidArgument(fmt::format(
        "its pre-shared key has {} bytes; {} to {} are allowed", psk, kMinPskBytes, kMaxPskBytes));
  }
  return Status::Ok();
}

const Account* Accounts::Find(std::string_view name) const {
  const auto found = accounts_.find(name);
  return found == accounts_.end() ? nullptr : &found->second;
}

Status Accounts::Put(Account account) {
  SLUICE_RETURN_IF_ERROR(CheckAccount(account));
  const auto found = accounts_.find(account.name);
  const bool is_new = found == accounts_.end();
  if (is_new && accounts_.size() >= max_accounts_) {
    return {StatusCode::kResourceExhausted,
            fmt::format("there are {} identities already; raise limits.identities", max_accounts_)};
  }
  const bool revokes =
      !account.enabled || (!is_new && (found->second.password_hash != account.password_hash ||
                                       found->second.psk != account.psk));
  const std::string name = account.name;
  const auto at = accounts_.insert_or_assign(name, std::move(account)).first;
  Tell({.name = at->first, .account = &at->second, .revokes = revokes});
  return Status::Ok();
}

bool Accounts::Remove(std::string_view name) {
  const auto found = accounts_.find(name);
  if (found == accounts_.end()) return false;
  const std::string removed = found->first;
  accounts_.erase(found);
  Tell({.name = removed, .account = nullptr, .revokes = true});
  return true;
}

void Accounts::ImproveHash(std::string_view name, std::string_view old_hash, std::string hash) {
  const auto found = accounts_.find(name);
  if (found == accounts_.end() || found->second.password_hash != old_hash) return;
  found->second.password_hash = std::move(hash);
  Tell({.name = found->first, .account = &found->second, .revokes = false});
}

Status Accounts::Restore(Account account) {
  SLUICE_RETURN_IF_ERROR(CheckAccount(account));
  const std::string name = account.name;
  accounts_.insert_or_assign(name, std::move(account));
  return Status::Ok();
}

void Accounts::Tell(const AccountChange& change) const {
  if (observer_) observer_(change);
}

}  // namespace sluice::identity
