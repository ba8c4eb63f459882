#pragma once

#include <memory>
#include <vector>

#include "app/certificate_watch.h"
#include "app/clock_watch.h"
#include "app/descriptors.h"
#include "app/forwarder.h"
#include "app/service_manager.h"
#include "base/health.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/status.h"
#include "broker/access_control.h"
#include "config/config.h"
#include "config/descriptor_plan.h"
#include "config/memory_plan.h"
#include "identity/certificate_mapper.h"
#include "ingest/ingest.h"
#include "ingest/ingest_health.h"
#include "journal/journal.h"
#include "normalise/normaliser.h"
#include "normalise/profile.h"
#include "server/server.h"
#include "state/store.h"
#include "transport/loop.h"

namespace sluice::admin {
class AdminServer;
struct AdminPages;
}  // namespace sluice::admin

namespace sluice::app {

// A whole gateway: everything that `sluice run` puts together, in the order in which it depends on
// each other.
class Gateway {
 public:
  // Opens the journal (recovering it), loads certificates, binds the listeners.
  // Nothing is served before Run. Failures say what and where.
  // `profiles` are those that were loaded with the configuration.
  static Result<std::unique_ptr<Gateway>> Create(const config::Config& config,
                                                 std::vector<normalise::Profile> profiles);
  ~Gateway();

  // Serves until SIGTERM or SIGINT, then closes down in order: no new connections, what was taken
  // is committed and acknowledged, clients are told (0x8B), routes get a moment for what they have
  // sent, the journal is synced. The status is the journal's.
  Status Run();

 private:
  Gateway(const config::Config& config, config::MemoryPlan plan);
  Status PrepareDescriptors();
  Status OpenJournal();
  void OpenState();
  Status CreateNormaliser(std::vector<normalise::Profile> profiles);
  Status StartIngest();
  Status StartServer();
  Status StartForwarders();
  Status StartAdmin();
  void StartControl();
  admin::AdminPages Pages();
  void ReportAddresses() const;
  void RegisterBooks();
  void ListenToSignals();
  void WatchDescriptors();
  void ReportReady();
  void Beat();
  void BeginShutdown();
  void DrainForwarders();

  const config::Config config_;
  config::MemoryPlan plan_;
  config::DescriptorPlan descriptors_;
  const MonotonicTime started_;
  Metrics metrics_;
  Health health_;
  std::unique_ptr<Health::Condition> scarce_descriptors_, no_control_;
  Random random_;
  transport::Loop loop_;
  ClockWatch clock_watch_;
  CertificateWatch certificate_watch_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<normalise::Normaliser> normaliser_;
  std::unique_ptr<broker::AccessControl> access_;
  std::unique_ptr<ingest::Ingest> ingest_;
  std::unique_ptr<ingest::IngestHealth> ingest_health_;
  std::unique_ptr<state::Store> state_;  // null: switched off
  identity::CertificateMapper certificates_;
  std::unique_ptr<server::Server> server_;
  std::vector<std::unique_ptr<Forwarder>> forwarders_;
  std::unique_ptr<admin::AdminServer> admin_, control_;
  const ServiceManager service_manager_ = ServiceManager::FromEnvironment();
  Timer heartbeat_timer_;
  Timer drain_timer_;
  Timer descriptor_timer_;
  bool shutting_down_ = false;
};

}  // namespace sluice::app
