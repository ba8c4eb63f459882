#include "app/certificate_watch.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/label.h"
#include "tls/certificate_end.h"

namespace sluice::app {
namespace {

constexpr std::string_view kOwn = "own", kAuthorities = "authorities";
constexpr Duration kInterval = std::chrono::minutes(1);

}  // namespace

CertificateWatch::CertificateWatch(Scheduler& scheduler, const Clock& clock, Health& health,
                                   Metrics& metrics)
    : clock_(clock),
      health_(health),
      metrics_(metrics),
      timer_(scheduler.NewTimer([this] { Look(); })) {}

void CertificateWatch::Add(const std::string& bind, std::shared_ptr<const tls::Context> context) {
  const std::string part = "listener " + bind;
  Tell(part, kOwn, context->not_after_unix_seconds());
  watched_.push_back({std::move(context), health_.Add(part, "certificate")});
  LookAt(watched_.back());
  timer_.Start(kInterval);
}

void CertificateWatch::AddFiles(const std::string& part, const std::string& own,
                                const std::string& authorities) {
  if (!own.empty()) Tell(part, kOwn, tls::OwnCertificateEnd(own));
  if (!authorities.empty()) Tell(part, kAuthorities, tls::AuthoritiesEnd(authorities));
}

void CertificateWatch::Tell(const std::string& part, std::string_view use,
                            const Result<int64_t>& end) {
  if (!end.ok()) return;
  metrics_
      .AddGauge("sluice_certificate_expiry_timestamp_seconds",
                "When the own certificate of a part ends, or the last of the authorities that it "
                "believes, in seconds since 1970.",
                Label("part", part) + "," + Label("certificate", use))
      .Set(*end);
  ends_.push_back({part, use, *end});
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
