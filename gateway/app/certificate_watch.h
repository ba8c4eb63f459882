#pragma once

#include <memory>
#include <string>
#include <vector>

#include "admin/snapshot.h"
#include "base/clock.h"
#include "base/health.h"
#include "base/metrics.h"
#include "base/scheduler.h"
#include "tls/context.h"

namespace sluice::app {

// Says in health which listeners have a certificate or authorities that have ended or are not valid
// yet: looks at once and every minute. Tells in metrics when each certificate ends. Loop thread.
class CertificateWatch {
 public:
  // Everything outlives it.
  CertificateWatch(Scheduler& scheduler, const Clock& clock, Health& health, Metrics& metrics);

  // `bind` is what the operator knows the listener by.
  void Add(const std::string& bind, std::shared_ptr<const tls::Context> context);

  // When each of them ends.
  std::vector<admin::CertificateSnapshot> certificates() const;

 private:
  struct Watched {
    std::string part;
    std::shared_ptr<const tls::Context> context;
    std::unique_ptr<Health::Condition> condition;
  };
  void LookAt(const Watched& watched) const;
  void Look();

  const Clock& clock_;
  Health& health_;
  Metrics& metrics_;
  std::vector<Watched> watched_;
  Timer timer_;
};

}  // namespace sluice::app
