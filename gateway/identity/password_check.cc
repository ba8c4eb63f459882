#include "identity/password_check.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/identity.h"

namespace sluice::identity {

using codec::ReasonCode;

// Shared with the worker; the loop does not look into it meanwhile.
struct PasswordCheck::Job {
  Login login;
  std::string hash;
  std::optional<Result<PasswordVerdict>> result = {};
};

PasswordCheck::PasswordCheck(const PasswordCheckOptions& options, const Parts& parts)
    : options_(options),
      parts_(parts),
      pace_(options.failures_at_once),
      seconds_(parts.metrics.AddHistogram("sluice_password_check_seconds",
                                          "From a CONNECT with a password to its answer.")),
      waiting_gauge_(parts.metrics.AddGauge("sluice_password_checks_waiting",
                                            "Clients whose password waits to be checked.")) {}

PasswordCheck::~PasswordCheck() = default;

void PasswordCheck::Check(std::string_view name, std::string_view password, std::string_view source,
                          Answer answer) {
  const MonotonicTime now = parts_.scheduler.Now();
  if (!pace_.Allows(source, now)) {
    parts_.failures.Count(LoginFailure::kSlowed);
    return answer.Give({.reason = ReasonCode::kConnectionRateExceeded,
                        .identity = std::string(name),
                        .why = "its address sent too many wrong passwords and has to wait"});
  }
  if (!HasRoomFor(source)) {
    parts_.failures.Count(LoginFailure::kBusy);
    return answer.Give({.reason = ReasonCode::kServerBusy,
                        .identity = std::string(name),
                        .why = "too many passwords wait to be checked"});
  }
  // What is too long is nobody's: it takes its turn like any other wrong one.
  if (name.size() > kMaxIdentityBytes) name = {};
  if (password.size() > kMaxPasswordBytes) name = {}, password = {};
  waiting_.push_back(Login{.name = std::string(name),
                           .password = std::string(password),
                           .source = std::string(source),
                           .since = now,
                           .answer = std::move(answer)});
  StartNext();
}

bool PasswordCheck::HasRoomFor(std::string_view source) {
  if (waiting_.size() >= options_.max_waiting / 2) {
    std::erase_if(waiting_, [](const Login& login) { return login.answer.abandoned(); });
  }
  if (waiting_.size() >= options_.max_waiting) return false;
  const auto from_there = static_cast<size_t>(
      std::count_if(waiting_.begin(), waiting_.end(),
                    [source](const Login& login) { return login.source == source; }));
  return from_there < std::max<size_t>(options_.max_waiting / 2, 1);
}

void PasswordCheck::StartNext() {
  while (!waiting_.empty() && waiting_.front().answer.abandoned()) waiting_.pop_front();
  if (!running_ && !waiting_.empty()) {
    Login login = std::move(waiting_.front());
    waiting_.pop_front();
    const Account* const account = parts_.accounts.Find(login.name);
    auto job = std::make_shared<Job>(
        Job{.login = std::move(login), .hash = account == nullptr ? "" : account->password_hash});
    running_ = true;
    parts_.worker.Run([job] { job->result = VerifyPassword(job->hash, job->login.password); },
                      [this, watch = lifetime_.watch(), job] {
                        if (!watch.over()) OnHashed(job->login, job->hash, *job->result);
                      });
  }
  waiting_gauge_.Set(static_cast<int64_t>(waiting_.size()));
}

void PasswordCheck::OnHashed(const Login& login, const std::string& hash,
                             const Result<PasswordVerdict>& result) {
  running_ = false;
  const Decision decision = Judge(login, hash, result);
  seconds_.Observe(parts_.scheduler.Now() - login.since);
  StartNext();
  login.answer.Give(decision);
}

Decision PasswordCheck::Judge(const Login& login, const std::string& hash,
                              const Result<PasswordVerdict>& result) {
  if (!result.ok()) {
    parts_.failures.Count(LoginFailure::kNoMemory);
    return {.reason = ReasonCode::kServerBusy,
            .identity = login.name,
            .why = "there was no memory to hash its password"};
  }
  const Account* const account = parts_.accounts.Find(login.name);
  if ((account == nullptr ? "" : account->password_hash) != hash) {
    parts_.failures.Count(LoginFailure::kChanged);
    return {.reason = ReasonCode::kServerBusy,
            .identity = login.name,
            .why = "the identity was changed meanwhile"};
  }
  if (account == nullptr) return Wrong(login, LoginFailure::kUnknown, "nobody has this name");
  if (!result->right) {
    return Wrong(login, LoginFailure::kWrongPassword,
                 hash.empty() ? "it has no password" : "wrong password");
  }
  if (!account->enabled) return Wrong(login, LoginFailure::kDisabled, "it is disabled");
  if (!result->better.empty()) parts_.accounts.ImproveHash(login.name, hash, result->better);
  return {.identity = login.name};
}

Decision PasswordCheck::Wrong(const Login& login, LoginFailure failure, std::string_view why) {
  parts_.failures.Count(failure);
  pace_.Failed(login.source, parts_.scheduler.Now());
  return {.reason = ReasonCode::kBadUserNameOrPassword, .identity = login.name, .why = why};
}

}  // namespace sluice::identity
