#include "server/connect_refusals.h"

#include <string>
#include <utility>

#include "base/label.h"

namespace sluice::server {
namespace {

using codec::ReasonCode;

Counter& Add(Metrics& metrics, std::string_view reason) {
  return metrics.AddCounter("sluice_connects_refused_total",
                            "Clients that were not let in when they said who they are.",
                            Label("reason", reason));
}

}  // namespace

ConnectRefusals::ConnectRefusals(Metrics& metrics) : other_(Add(metrics, "other")) {
  constexpr std::pair<ReasonCode, std::string_view> kReasons[] = {
      {ReasonCode::kBadUserNameOrPassword, "bad_credentials"},
      {ReasonCode::kNotAuthorized, "not_authorized"},
      {ReasonCode::kServerUnavailable, "identity_timeout"},
      {ReasonCode::kServerBusy, "busy"},
      {ReasonCode::kQuotaExceeded, "quota"},
  };
  for (const auto& [code, reason] : kReasons) by_reason_[code] = &Add(metrics, reason);
}

void ConnectRefusals::Count(ReasonCode reason) {
  const auto found = by_reason_.find(reason);
  (found == by_reason_.end() ? other_ : *found->second).Add();
}

}  // namespace sluice::server
