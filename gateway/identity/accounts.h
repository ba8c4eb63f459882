#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/status.h"

namespace sluice::identity {

// Somebody who may come in, and by what they are known. The name is the identity, and what a client
// says as its user name.
struct Account {
  std::string name = {};           // IsValidIdentity
  bool enabled = true;             // false: not let in, whatever they show, a certificate included
  std::string password_hash = {};  // see password_hash.h; empty: no password lets them in
  std::string psk = {};            // bytes of the pre-shared key; empty: none
  bool operator==(const Account&) const = default;
};

inline constexpr size_t kMinPskBytes = 16, kMaxPskBytes = 64;

// One change of the accounts.
struct AccountChange {
  std::string_view name;
  const Account* account;  // what it is now; null: it was removed
  // What lets a client in has been taken away or replaced: who is connected under this name has to
  // show it again.
  bool revokes;
};

// All accounts, in memory: who decides about a CONNECT waits for no disk. Where they are stored is
// the observer's matter. Loop thread only.
class Accounts {
 public:
  using Observer = std::function<void(const AccountChange&)>;

  // Stops whoever may add them from filling the memory.
  explicit Accounts(size_t max_accounts) : max_accounts_(max_accounts) {}

  // Told after every change but those of Restore. Not owned: set to null before it ends.
  void SetObserver(Observer observer) { observer_ = std::move(observer); }

  // Null: there is none.
  const Account* Find(std::string_view name) const;
  // Adds it or replaces the one of that name. kInvalidArgument: with words for people, what is
  // wrong with it. kResourceExhausted: there are as many as there may be.
  Status Put(Account account);
  // False: there was none.
  bool Remove(std::string_view name);
  // A better hash of the same password, if that is still `old_hash`.
  void ImproveHash(std::string_view name, std::string_view old_hash, std::string hash);
  // What is stored, at the start. More of them than there may be are kept: nobody is locked out by
  // a bound that was lowered.
  Status Restore(Account account);

  // By name.
  const std::map<std::string, Account, std::less<>>& all() const { return accounts_; }

 private:
  void Tell(const AccountChange& change) const;

  const size_t max_accounts_;
  std::map<std::string, Account, std::less<>> accounts_;
  Observer observer_;
};

// What can be said against it; the message goes on from its name.
Status CheckAccount(const Account& account);

}  // namespace sluice::identity
