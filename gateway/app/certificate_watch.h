#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "admin/snapshot.h"
#include "base/clock.h"
#include "base/health.h"
#include "base/metrics.h"
#include "base/scheduler.h"
#include "base/status.h"
#include "tls/context.h"

namespace sluice::app {

// Says in health which listeners have a certificate or authorities that have ended or are not valid
// yet: looks at once and every minute. Tells in metrics when each certificate ends,
//   sluice_certificate_expiry_timestamp_seconds{part,certificate}
// Loop thread.
class CertificateWatch {
 public:
  // Everything outlives it.
  CertificateWatch(Scheduler& scheduler, const Clock& clock, Health& health, Metrics& metrics);

  // `bind` is what the operator knows the listener by.
  void Add(const std::string& bind, std::shared_ptr<const tls::Context> context);

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
  void Tell(const std::string& part, std::string_view use, const Result<int64_t>& end);

  const Clock& clock_;
  Health& health_;
  Metrics& metrics_;
  std::vector<Watched> watched_;
  std::vector<admin::CertificateSnapshot> ends_;
  Timer timer_;
};

}  // namespace sluice::app
