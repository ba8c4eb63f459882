#pragma once

#include <array>
#include <cstdint>

#include "base/metrics.h"

namespace sluice::identity {

// Why somebody was not let in. The client hears less of it than the operator.
enum class LoginFailure : uint8_t {
  kNothingShown,   // neither what the listener accepts nor a name for strangers
  kNotAccepted,    // it sent a password, which the listener does not check
  kNoUserName,     // a password without a name
  kNoPassword,     // a name without a password
  kUnknown,        // nobody has this name
  kWrongPassword,  // or has no password at all
  kDisabled,       // the identity is disabled
  kSlowed,         // its address has been wrong too often
  kBusy,           // too many wait already
  kChanged,        // the identity was changed while it was being looked at
  kNoMemory,       // there was none for the hash
};

// sluice_logins_failed_total{reason}. The log line of the refused CONNECT says who and from where.
class LoginFailures {
 public:
  explicit LoginFailures(Metrics& metrics);
  void Count(LoginFailure failure);

 private:
  static constexpr size_t kKinds = static_cast<size_t>(LoginFailure::kNoMemory) + 1;
  std::array<Counter*, kKinds> counters_{};
};

}  // namespace sluice::identity
