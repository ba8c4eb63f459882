#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/lifetime.h"
#include "base/metrics.h"
#include "base/scheduler.h"
#include "identity/accounts.h"
#include "identity/authenticator.h"
#include "identity/login_failures.h"
#include "identity/login_pace.h"
#include "identity/password_hash.h"

namespace sluice::identity {

// Runs `work` on another thread and then `done` on the loop's. One that ends before it has come to
// the work drops both.
class HashWorker {
 public:
  virtual ~HashWorker() = default;
  virtual void Run(std::function<void()> work, std::function<void()> done) = 0;
};

struct PasswordCheckOptions {
  // Those who wait for their turn. More are told to come again (kServerBusy), from one address when
  // it has half of the places. Stops logins from piling up in memory.
  size_t max_waiting = 128;
  uint32_t failures_at_once = 10;  // see LoginPace
};

// Checks passwords one at a time, because each takes 16 MiB, in the order of their coming, on
// another thread, because each takes 40 ms. Whoever has gone meanwhile is passed over.
//
// Who is not known takes as long as who is, and hears the same: kBadUserNameOrPassword.
//
// Gauge sluice_password_checks_waiting, histogram sluice_password_check_seconds (from the CONNECT
// to the answer). Loop thread only.
class PasswordCheck {
 public:
  // Everything outlives it.
  struct Parts {
    Scheduler& scheduler;
    Accounts& accounts;
    HashWorker& worker;
    LoginFailures& failures;
    Metrics& metrics;
  };
  PasswordCheck(const PasswordCheckOptions& options, const Parts& parts);
  ~PasswordCheck();
  PasswordCheck(const PasswordCheck&) = delete;
  PasswordCheck& operator=(const PasswordCheck&) = delete;

  // `name` and `password` are copied, `source` is the address without its port.
  void Check(std::string_view name, std::string_view password, std::string_view source,
             Answer answer);

  size_t waiting() const { return waiting_.size(); }

  // What one of those who wait takes at most, about.
  static constexpr size_t kBytesPerWaiting = kMaxPasswordBytes + 512;

 private:
  struct Login {
    std::string name, password, source;
    MonotonicTime since;
    Answer answer;
  };
  struct Job;

  bool HasRoomFor(std::string_view source);
  void StartNext();
  void OnHashed(const Login& login, const std::string& hash, const Result<PasswordVerdict>& result);
  Decision Judge(const Login& login, const std::string& hash,
                 const Result<PasswordVerdict>& result);
  Decision Wrong(const Login& login, LoginFailure failure, std::string_view why);

  const PasswordCheckOptions options_;
  const Parts parts_;
  LoginPace pace_;
  Histogram& seconds_;
  Gauge& waiting_gauge_;
  std::deque<Login> waiting_;
  bool running_ = false;
  Lifetime lifetime_;
};

}  // namespace sluice::identity
