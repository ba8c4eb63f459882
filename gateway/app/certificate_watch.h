#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/snapshot.h"
#include "base/clock.h"
#include "base/health.h"
#include "base/metrics.h"
#include "base/scheduler.h"
#include "tls/context.h"

namespace sluice::app {

// Says in health which listeners have a certificate, authorities or revocation lists that have
// ended, will soon, or are not valid yet: looks at once and every minute. Tells in metrics when
// each of them ends,
//   sluice_certificate_expiry_timestamp_seconds{part,certificate}
// Loop thread.
class CertificateWatch {
 public:
  // Everything outlives it.
  CertificateWatch(Scheduler& scheduler, const Clock& clock, Health& health, Metrics& metrics);

  // What the part, "listener 0.0.0.0:8883", uses from now on, instead of what it used before.
  void Use(const std::string& part, std::shared_ptr<const tls::Context> context);

  // Files that are used without a context of ours, at the start and never looked at again; an empty
  // path names none, and what can't be read here ends nowhere.
  void AddFiles(const std::string& part, const std::string& own, const std::string& authorities);
  // When each of them ends.
  const std::vector<admin::CertificateSnapshot>& certificates() const { return ends_; }

 private:
  struct Watched {
    std::shared_ptr<const tls::Context> context;
    std::unique_ptr<Health::Condition> condition;
  };
  void LookAt(const Watched& watched) const;
  void Look();
  void Tell(const std::string& part, std::string_view use, std::optional<int64_t> end);

  const Clock& clock_;
  Health& health_;
  Metrics& metrics_;
  std::map<std::string, Watched> watched_;  // by part
  std::vector<admin::CertificateSnapshot> ends_;
  Timer timer_;
};

}  // namespace sluice::app
