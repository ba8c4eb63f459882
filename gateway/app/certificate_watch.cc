#include "app/certificate_watch.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/label.h"
#include "tls/certificate_end.h"

namespace sluice::app {
namespace {

constexpr std::string_view kOwn = "own", kAuthorities = "authorities", kCrl = "crl";
constexpr Duration kInterval = std::chrono::minutes(1);

std::optional<int64_t> IfRead(const Result<int64_t>& end) {
  return end.ok() ? std::optional<int64_t>(*end) : std::nullopt;
}

}  // namespace

CertificateWatch::CertificateWatch(Scheduler& scheduler, const Clock& clock, Health& health,
                                   Metrics& metrics)
    : clock_(clock),
      health_(health),
      metrics_(metrics),
      timer_(scheduler.NewTimer([this] { Look(); })) {}

void CertificateWatch::Use(const std::string& part, std::shared_ptr<const tls::Context> context) {
  const tls::Ends ends = context->ends();
  Tell(part, kOwn, ends.own);
  Tell(part, kAuthorities, ends.authorities);
  Tell(part, kCrl, ends.crl);
  Watched& watched = watched_[part];
  watched.context = std::move(context);
  if (!watched.condition) watched.condition = health_.Add(part, "certificate");
  LookAt(watched);
  timer_.Start(kInterval);
}

void CertificateWatch::AddFiles(const std::string& part, const std::string& own,
                                const std::string& authorities) {
  if (!own.empty()) Tell(part, kOwn, IfRead(tls::OwnCertificateEnd(own)));
  if (!authorities.empty()) Tell(part, kAuthorities, IfRead(tls::AuthoritiesEnd(authorities)));
}

void CertificateWatch::Tell(const std::string& part, std::string_view use,
                            std::optional<int64_t> end) {
  if (!end) return;
  metrics_
      .AddGauge("sluice_certificate_expiry_timestamp_seconds",
                "When the own certificate of a part ends, the last of the authorities that it "
                "believes, or the first of its revocation lists, in seconds since 1970.",
                Label("part", part) + "," + Label("certificate", use))
      .Set(*end);
  for (admin::CertificateSnapshot& known : ends_) {
    if (known.part == part && known.use == use) {
      known.not_after_unix_seconds = *end;
      return;
    }
  }
  ends_.push_back({part, use, *end});
}

void CertificateWatch::LookAt(const Watched& watched) const {
  const auto troubles = watched.context->DateTroubles(clock_);
  if (troubles.empty()) return watched.condition->Clear();
  watched.condition->Raise(HealthState::kDegraded, fmt::format("{}", fmt::join(troubles, "; ")));
}

void CertificateWatch::Look() {
  for (const auto& [part, watched] : watched_) LookAt(watched);
  timer_.Start(kInterval);
}

}  // namespace sluice::app
