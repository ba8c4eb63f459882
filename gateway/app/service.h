#pragma once

#include <memory>
#include <vector>

#include "app/certificate_reload.h"
#include "app/certificate_watch.h"
#include "app/descriptors.h"
#include "app/gateway.h"
#include "app/hash_worker.h"
#include "app/route_replay.h"
#include "app/service_manager.h"
#include "app/stream_paces.h"
#include "app/watched_uplink.h"
#include "base/health.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/status.h"
#include "config/config.h"
#include "config/descriptor_plan.h"
#include "config/memory_plan.h"
#include "normalise/profile.h"
#include "transport/loop.h"

namespace sluice::admin {
class AdminServer;
struct AdminPages;
}  // namespace sluice::admin

namespace sluice::app {

// A gateway on this machine: its loop and listeners, descriptors, signals, certificates, the admin
// page and the control socket, and what the service manager is told. What `sluice run` runs.
class Service {
 public:
  // Opens the gateway, loads certificates, binds the listeners. Nothing is served before Run.
  // Failures say what and where. `profiles` are those that were loaded with the configuration.
  static Result<std::unique_ptr<Service>> Create(const config::Config& config,
                                                 std::vector<normalise::Profile> profiles);
  ~Service();

  // Serves until SIGTERM or SIGINT, then closes down in order, see Gateway::Shutdown. The status is
  // the journal's.
  Status Run();

 private:
  Service(const config::Config& config, config::MemoryPlan plan);
  Status PrepareDescriptors();
  Result<std::unique_ptr<forward::Uplink>> MakeWatchedUplink(const config::UplinkConfig& uplink);
  Status CreateGateway(std::vector<normalise::Profile> profiles);
  Status Listen();
  void FollowFiles(size_t listener);
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

  const config::Config config_;
  config::MemoryPlan plan_;
  config::DescriptorPlan descriptors_;
  const MonotonicTime started_;
  Metrics metrics_;
  Health health_;
  std::unique_ptr<Health::Condition> scarce_descriptors_, no_control_;
  Random random_;
  transport::Loop loop_;
  PoolHashWorker hash_worker_{loop_};
  std::vector<std::shared_ptr<UplinkHistory>> uplinks_;
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<StreamPaces> paces_;
  std::unique_ptr<CertificateWatch> certificate_watch_;
  std::unique_ptr<CertificateReload> certificate_reload_;
  std::unique_ptr<RouteReplay> route_replay_;
  std::unique_ptr<admin::AdminServer> admin_, control_;
  const ServiceManager service_manager_ = ServiceManager::FromEnvironment();
  Timer heartbeat_timer_;
  Timer descriptor_timer_;
  bool shutting_down_ = false;
};

}  // namespace sluice::app
