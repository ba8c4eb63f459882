#include "app/service.h"

#include <fmt/format.h>
#include <signal.h>
#include <string.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "admin/admin_client.h"
#include "admin/admin_server.h"
#include "app/books.h"
#include "app/client_pages.h"
#include "app/control_pages.h"
#include "app/identity_pages.h"
#include "app/make_uplink.h"
#include "app/process_metrics.h"
#include "app/storage_wear.h"
#include "app/take_snapshot.h"
#include "base/env.h"
#include "base/log.h"

namespace sluice::app {
namespace {

// How long an orderly end may take. A service manager kills after 90 s.
constexpr Duration kPatience =
    Gateway::kCommitPatience + Gateway::kUplinkPatience + Gateway::kGoodbyePatience;
constexpr Duration kDescriptorInterval = std::chrono::seconds(10);

// What the operator knows it by.
std::string PartOf(const config::ListenerConfig& listener) {
  return "listener " + listener.bind.text();
}

}  // namespace

Service::Service(const config::Config& config, config::MemoryPlan plan)
    : config_(config),
      plan_(std::move(plan)),
      started_(SystemClock().Now()),
      health_(SystemClock(), &metrics_),
      random_(SeedFromSystem()) {}

Service::~Service() {
  // They ask the gateway, and the certificates of its listeners.
  control_.reset();
  route_replay_.reset();
  admin_.reset();
}

Result<std::unique_ptr<Service>> Service::Create(const config::Config& config,
                                                 std::vector<normalise::Profile> profiles) {
  auto plan = config::PlanMemory(config);
  if (!plan.ok()) return plan.status();
  std::unique_ptr<Service> service(new Service(config, std::move(*plan)));
  SLUICE_RETURN_IF_ERROR(service->PrepareDescriptors());
  SLUICE_RETURN_IF_ERROR(service->CreateGateway(std::move(profiles)));
  SLUICE_RETURN_IF_ERROR(service->Listen());
  SLUICE_RETURN_IF_ERROR(service->StartAdmin());
  service->StartControl();
  service->RegisterBooks();
  return service;
}

// Before there are threads, which makes the table cheap to enlarge.
Status Service::PrepareDescriptors() {
  const size_t wanted = plan_.max_connections + config::ReservedDescriptors(config_);
  const auto descriptors = config::PlanDescriptors(config_, RaiseDescriptorLimit(wanted));
  if (!descriptors.ok()) return descriptors.status();
  descriptors_ = *descriptors;
  if (plan_.max_connections > descriptors_.connections()) {
    LogWarn(
        "{} connections instead of {}: the process may have only {} files open, {} of them are "
        "kept for journal, uplinks and admin page; raise the limit (ulimit -n, LimitNOFILE= of "
        "the service)",
        descriptors_.connections(), plan_.max_connections, descriptors_.limit,
        descriptors_.reserve);
    config::LimitConnections(descriptors_.connections(), &plan_);
  }
  SizeDescriptorTable(std::min(wanted, descriptors_.limit));
  scarce_descriptors_ = health_.Add("process", "descriptors");
  return Status::Ok();
}

// Connections cannot use the reserve up; if something else does, somebody has to know before the
// journal finds out.
void Service::WatchDescriptors() {
  const size_t used = DescriptorsInUse();
  const size_t left = descriptors_.limit - std::min(used, descriptors_.limit);
  if (left < descriptors_.reserve / 4) {
    scarce_descriptors_->Raise(
        HealthState::kDegraded,
        fmt::format("{} of {} files that the process may have open are in use; connections take "
                    "{}, so something leaves files open; restart the gateway and report it",
                    used, descriptors_.limit, plan_.max_connections));
  } else if (left > descriptors_.reserve / 2) {
    scarce_descriptors_->Clear();
  }
  descriptor_timer_.Start(kDescriptorInterval);
}

Status Service::CreateGateway(std::vector<normalise::Profile> profiles) {
  const Gateway::Machine machine{
      .env = Env::Posix(),
      .clock = SystemClock(),
      .scheduler = loop_,
      .random = random_,
      .metrics = metrics_,
      .health = health_,
      .clock_is_synchronised = KernelClockIsSynchronised,
      .newest_file = NewestFileTime(config_.gateway.data_dir),
      .make_uplink =
          [this](const config::UplinkConfig& uplink) { return MakeWatchedUplink(uplink); },
      .hash_worker = hash_worker_};
  auto gateway = Gateway::Create(config_, plan_, std::move(profiles), machine);
  if (!gateway.ok()) return gateway.status();
  gateway_ = std::move(*gateway);
  paces_ = std::make_unique<StreamPaces>(loop_, gateway_->journal());
  return Status::Ok();
}

Result<std::unique_ptr<forward::Uplink>> Service::MakeWatchedUplink(
    const config::UplinkConfig& uplink) {
  auto made = MakeUplink(uplink, loop_);
  if (!made.ok()) return made.status();
  uplinks_.push_back(std::make_shared<UplinkHistory>());
  uplinks_.back()->name = uplink.name;
  return std::unique_ptr<forward::Uplink>(
      std::make_unique<WatchedUplink>(std::move(*made), SystemClock(), uplinks_.back()));
}

Status Service::Listen() {
  const Clock& clock = gateway_->clock_trust().floored();
  certificate_watch_ = std::make_unique<CertificateWatch>(loop_, clock, health_, metrics_);
  certificate_reload_ = std::make_unique<CertificateReload>(loop_, health_, metrics_);
  for (size_t i = 0; i < config_.listeners.size(); ++i) {
    const config::ListenerConfig& listener = config_.listeners[i];
    if (!listener.plaintext) FollowFiles(i);
    auto spec =
        config::MakeListenerSpec(config_, listener, plan_, clock, gateway_->identities().psk());
    if (!spec.ok()) return spec.status();
    if (spec->transport.tls) certificate_watch_->Use(PartOf(listener), spec->transport.tls);
    SLUICE_RETURN_IF_ERROR(gateway_->server().Listen(loop_, std::move(*spec)));
  }
  for (const config::UplinkConfig& uplink : config_.uplinks) {
    certificate_watch_->AddFiles("uplink " + uplink.name, uplink.cert, uplink.ca);
  }
  return Status::Ok();
}

// The worker gets a copy of the section; what it refers to lives as long as the gateway.
void Service::FollowFiles(size_t listener) {
  const config::ListenerConfig& changing = config_.listeners[listener];
  certificate_reload_->Add(
      PartOf(changing), config::FilesOf(changing.tls),
      [changing, &clock = gateway_->clock_trust().floored(), psk = gateway_->identities().psk()] {
        return config::MakeTlsContext(changing, clock, psk);
      },
      [this, listener, part = PartOf(changing)](std::shared_ptr<tls::Context> context) {
        certificate_watch_->Use(part, context);
        gateway_->server().SetTls(listener, std::move(context));
      });
}

Status Service::StartAdmin() {
  if (!config_.admin.enabled) return Status::Ok();
  auto admin =
      admin::AdminServer::Open(loop_, config::ToAdminOptions(config_.admin), metrics_, Pages());
  if (!admin.ok()) return admin.status();
  admin_ = std::move(*admin);
  return Status::Ok();
}

// Events flow without it: a file system that holds no sockets keeps no gateway from running.
void Service::StartControl() {
  admin::AdminOptions options =
      config::ToControlOptions(config_.admin, admin::ControlAddress(config_.gateway.data_dir));
  route_replay_ = std::make_unique<RouteReplay>(
      gateway_->journal(), loop_,
      [this](const std::string& name) { return gateway_->route(name); });
  admin::AdminPages pages = Pages();
  pages.control = ControlPages(*gateway_, *route_replay_);
  AddIdentityPages(gateway_->identities(), &pages.control);
  AddClientPages(gateway_->server(), &pages.control);
  auto control = admin::AdminServer::Open(loop_, std::move(options), metrics_, std::move(pages));
  if (control.ok()) {
    control_ = std::move(*control);
    return;
  }
  no_control_ = health_.Add("control socket", "not_open");
  no_control_->Raise(
      HealthState::kDegraded,
      fmt::format("{}; commands cannot reach this gateway with --dir", control.status().message()));
}

admin::AdminPages Service::Pages() {
  admin::AdminPages pages;
  pages.snapshot = [this] {
    const SnapshotParts parts{.config = config_,
                              .plan = plan_,
                              .journal = gateway_->journal(),
                              .server = gateway_->server(),
                              .silence = gateway_->silence(),
                              .state = gateway_->state(),
                              .forwarders = gateway_->forwarders(),
                              .certificates = *certificate_watch_,
                              .clock = gateway_->clock_trust(),
                              .health = health_,
                              .metrics = metrics_,
                              .paces = *paces_,
                              .uplinks = uplinks_};
    const MonotonicTime now = SystemClock().Now();
    return TakeSnapshot(parts, now, now - started_);
  };
  pages.health = &health_;
  return pages;
}

void Service::RegisterBooks() {
  RegisterBookMetrics(gateway_->journal(), metrics_);
  RegisterWearMetric(metrics_);
  RegisterProcessMetrics(metrics_);
}

// Tools and tests that bind port 0 read these lines.
void Service::ReportAddresses() const {
  const auto& listeners = gateway_->server().listeners();
  for (size_t i = 0; i < listeners.size(); ++i) {
    LogInfo("listening on {}{}", listeners[i]->address(), config::NoteOf(config_.listeners[i]));
  }
  if (admin_) LogInfo("admin on {}", admin_->address());
  LogInfo("gateway {} ready", config_.gateway.id);
}

Status Service::Run() {
  ListenToSignals();
  descriptor_timer_ = loop_.NewTimer([this] { WatchDescriptors(); });
  WatchDescriptors();
  gateway_->Start();
  ReportAddresses();
  ReportReady();
  loop_.Run();
  control_.reset();
  admin_.reset();
  Status status = gateway_->Close();
  LogInfo("gateway {} stopped, journal {}", config_.gateway.id, status.ToString());
  return status;
}

void Service::ListenToSignals() {
  for (const int signal_number : {SIGTERM, SIGINT}) {
    loop_.OnSignal(signal_number, [this] { BeginShutdown(); });
  }
  loop_.OnSignal(SIGHUP, [this] {
    LogInfo(
        "SIGHUP: certificates, keys and revocation lists are read again; the configuration is read "
        "only at the start");
    certificate_reload_->LookNow();
  });
  // They would kill; who sends them expects something else.
  for (const int signal_number : {SIGUSR1, SIGUSR2}) {
    loop_.OnSignal(signal_number, [signal_number] {
      LogWarn(
          "SIG{} is ignored: the configuration is read only at the start; restart the gateway "
          "to apply changes",
          ::sigabbrev_np(signal_number));
    });
  }
}

void Service::ReportReady() {
  service_manager_.Ready();
  heartbeat_timer_ = loop_.NewTimer([this] { Beat(); });
  if (service_manager_.heartbeat()) Beat();
}

// What the watchdog watches is the loop: a gateway whose loop stands still serves nobody.
void Service::Beat() {
  service_manager_.Alive();
  heartbeat_timer_.Start(*service_manager_.heartbeat());
}

void Service::BeginShutdown() {
  if (std::exchange(shutting_down_, true)) {
    return LogInfo("already shutting down, which takes {} s at most",
                   std::chrono::ceil<std::chrono::seconds>(kPatience).count());
  }
  service_manager_.Stopping();
  LogInfo("shutting down");
  gateway_->Shutdown([this] { loop_.Stop(); });
}

}  // namespace sluice::app
