#include "identity/login_failures.h"

#include <string_view>

#include "base/label.h"

namespace sluice::identity {

LoginFailures::LoginFailures(Metrics& metrics) {
  // In the order of LoginFailure.
  constexpr std::array<std::string_view, kKinds> kReasons = {
      "nothing_shown", "not_accepted", "no_user_name", "no_password", "unknown",  "wrong_password",
      "disabled",      "slowed",       "busy",         "changed",     "no_memory"};
  for (size_t i = 0; i < kKinds; ++i) {
    counters_[i] =
        &metrics.AddCounter("sluice_logins_failed_total", "Clients that did not show who they are.",
                            Label("reason", kReasons[i]));
  }
}

void LoginFailures::Count(LoginFailure failure) { counters_[static_cast<size_t>(failure)]->Add(); }

}  // namespace sluice::identity
