#include "app/certificate_watch.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/label.h"

namespace sluice::app {
namespace {

constexpr Duration kInterval = std::chrono::minutes(1);

}  // namespace

CertificateWatch::CertificateWatch(Scheduler& scheduler, const Clock& clock, Health& health,
                                   Metrics& metrics)
    : clock_(clock),
      health_(health),
      metrics_(metrics),
      timer_(scheduler.NewTimer([this] { Look(); })) {}

void CertificateWatch::Add(const std::string& bind, std::shared_ptr<const tls::Context> context) {
  metrics_
      .AddGauge("sluice_certificate_expiry_timestamp_seconds",
                "When the listener's own certificate ends, in seconds since 1970.",
                Label("listener", bind))
      .Set(context->not_after_unix_seconds());
  const std::string part = "listener " + bind;
  watched_.push_back({part, std::move(context), health_.Add(part, "certificate")});
  LookAt(watched_.back());
  timer_.Start(kInterval);
}

std::vector<admin::CertificateSnapshot> CertificateWatch::certificates() const {
  std::vector<admin::CertificateSnapshot> certificates;
  certificates.reserve(watched_.size());
  for (const Watched& watched : watched_) {
    certificates.push_back({watched.part, watched.context->not_after_unix_seconds()});
  }
  return certificates;
}

void CertificateWatch::LookAt(const Watched& watched) const {
  const auto troubles = watched.context->DateTroubles(clock_);
  if (troubles.empty()) return watched.condition->Clear();
  watched.condition->Raise(HealthState::kDegraded, fmt::format("{}", fmt::join(troubles, "; ")));
}

void CertificateWatch::Look() {
  for (const Watched& watched : watched_) LookAt(watched);
  timer_.Start(kInterval);
}

}  // namespace sluice::app
