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
  watched_.push_back({std::move(context), health_.Add("listener " + bind, "certificate")});
  LookAt(watched_.back());
  timer_.Start(kInterval);
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
