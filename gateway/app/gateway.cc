#include "app/gateway.h"

#include <fmt/format.h>
#include <signal.h>
#include <string.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "admin/admin_client.h"
#include "admin/admin_server.h"
#include "app/books.h"
#include "app/process_metrics.h"
#include "app/storage_wear.h"
#include "app/take_snapshot.h"
#include "base/env.h"
#include "base/log.h"

namespace sluice::app {
namespace {

// How long an orderly end may wait for the disk, and then for the uplinks. A service manager kills
// after 90 s.
constexpr Duration kCommitPatience = std::chrono::seconds(10);
constexpr Duration kUplinkPatience = std::chrono::seconds(3);
// StreamLimits::close_linger, by which clients have to go.
constexpr Duration kGoodbyePatience = std::chrono::seconds(2);
constexpr Duration kDescriptorInterval = std::chrono::seconds(10);

}  // namespace

Gateway::Gateway(const config::Config& config, config::MemoryPlan plan)
    : config_(config),
      plan_(std::move(plan)),
      started_(SystemClock().Now()),
      health_(SystemClock(), &metrics_),
      random_(SeedFromSystem()),
      clock_watch_(config.gateway.clock_trust_after, NewestFileTime(config.gateway.data_dir), loop_,
                   metrics_),
      certificate_watch_(loop_, clock_watch_.trust().floored(), health_, metrics_) {}

Gateway::~Gateway() {
  // The reverse of how they depend on each other; the journal goes last.
  control_.reset();
  admin_.reset();
  forwarders_.clear();
  server_.reset();
  state_.reset();
  ingest_health_.reset();
  ingest_.reset();
}

Result<std::unique_ptr<Gateway>> Gateway::Create(const config::Config& config,
                                                 std::vector<normalise::Profile> profiles) {
  auto plan = config::PlanMemory(config);
  if (!plan.ok()) return plan.status();
  std::unique_ptr<Gateway> gateway(new Gateway(config, std::move(*plan)));
  SLUICE_RETURN_IF_ERROR(gateway->PrepareDescriptors());
  SLUICE_RETURN_IF_ERROR(gateway->OpenJournal());
  SLUICE_RETURN_IF_ERROR(gateway->CreateNormaliser(std::move(profiles)));
  SLUICE_RETURN_IF_ERROR(gateway->StartIngest());
  gateway->OpenState();
  SLUICE_RETURN_IF_ERROR(gateway->StartServer());
  SLUICE_RETURN_IF_ERROR(gateway->StartForwarders());
  SLUICE_RETURN_IF_ERROR(gateway->StartAdmin());
  gateway->StartControl();
  gateway->RegisterBooks();
  return gateway;
}

// Before there are threads, which makes the table cheap to enlarge.
Status Gateway::PrepareDescriptors() {
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
void Gateway::WatchDescriptors() {
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

Status Gateway::OpenJournal() {
  journal::Options options = config::ToJournalOptions(config_.journal);
  options.metrics = &metrics_;
  options.health = &health_;
  options.wakeup = [this] {
    loop_.Post([this] {
      if (journal_) journal_->Poll();
    });
  };
  auto journal = journal::Journal::Open(Env::Posix(), config_.gateway.data_dir, std::move(options),
                                        config::ToStreamOptions(config_, plan_));
  if (!journal.ok()) return journal.status();
  journal_ = std::move(*journal);
  return Status::Ok();
}

Status Gateway::CreateNormaliser(std::vector<normalise::Profile> profiles) {
  normalise::Limits limits;
  limits.decode.max_payload_bytes = config_.limits.max_packet_bytes;
  auto normaliser = normalise::Normaliser::Create(std::move(profiles), limits);
  if (!normaliser.ok()) return normaliser.status();
  normaliser_ = std::move(*normaliser);
  return Status::Ok();
}

Status Gateway::StartIngest() {
  access_ = std::make_unique<broker::AccessControl>(config::ToAccessRules(config_.access));
  const ingest::Ingest::Parts parts{.journal = *journal_,
                                    .normaliser = *normaliser_,
                                    .access = *access_,
                                    .clock = SystemClock(),
                                    .executor = loop_,
                                    .metrics = metrics_};
  auto ingest = ingest::Ingest::Create(config::ToIngestOptions(config_, plan_), parts);
  if (!ingest.ok()) return ingest.status();
  ingest_ = std::move(*ingest);
  ingest_health_ = std::make_unique<ingest::IngestHealth>(loop_, health_, *ingest_);
  return Status::Ok();
}

// After the journal, whose lock keeps every other gateway out of the directory.
void Gateway::OpenState() {
  if (!config_.state.enabled) return;
  state::StoreOptions options;
  options.database = config::ToDatabaseOptions(config_, plan_);
  options.executor = &loop_;
  options.metrics = &metrics_;
  options.health = &health_;
  state_ = std::make_unique<state::Store>(options);
}

Status Gateway::StartServer() {
  const server::Server::Parts parts{.scheduler = loop_,
                                    .journal = *journal_,
                                    .sink = *ingest_,
                                    .access = *access_,
                                    .authenticator = certificates_,
                                    .clock = SystemClock(),
                                    .random = random_,
                                    .metrics = metrics_,
                                    .health = &health_,
                                    .state = state_.get(),
                                    .clock_trust = &clock_watch_.trust()};
  server_ = std::make_unique<server::Server>(config::ToServerOptions(config_, plan_), parts);
  for (const config::ListenerConfig& listener : config_.listeners) {
    auto spec = config::MakeListenerSpec(config_, listener, plan_, clock_watch_.trust().floored());
    if (!spec.ok()) return spec.status();
    if (spec->transport.tls) certificate_watch_.Add(listener.bind.text(), spec->transport.tls);
    certificate_watch_.AddFiles("listener " + listener.bind.text(), "", listener.tls.client_ca);
    SLUICE_RETURN_IF_ERROR(server_->Listen(loop_, std::move(*spec)));
  }
  return Status::Ok();
}

Status Gateway::StartForwarders() {
  const Forwarder::Parts parts{loop_,   *journal_, *ingest_, clock_watch_.trust(),
                               random_, metrics_,  health_};
  for (const config::UplinkConfig& uplink : config_.uplinks) {
    certificate_watch_.AddFiles("uplink " + uplink.name, uplink.cert, uplink.ca);
    auto forwarder = Forwarder::Create(config_, uplink, parts);
    if (!forwarder.ok()) return forwarder.status();
    forwarders_.push_back(std::move(*forwarder));
  }
  return Status::Ok();
}

Status Gateway::StartAdmin() {
  if (!config_.admin.enabled) return Status::Ok();
  auto admin =
      admin::AdminServer::Open(loop_, config::ToAdminOptions(config_.admin), metrics_, Pages());
  if (!admin.ok()) return admin.status();
  admin_ = std::move(*admin);
  return Status::Ok();
}

// Events flow without it: a file system that holds no sockets keeps no gateway from running.
void Gateway::StartControl() {
  admin::AdminOptions options =
      config::ToControlOptions(config_.admin, admin::ControlAddress(config_.gateway.data_dir));
  auto control = admin::AdminServer::Open(loop_, std::move(options), metrics_, Pages());
  if (control.ok()) {
    control_ = std::move(*control);
    return;
  }
  no_control_ = health_.Add("control socket", "not_open");
  no_control_->Raise(
      HealthState::kDegraded,
      fmt::format("{}; commands cannot reach this gateway with --dir", control.status().message()));
}

admin::AdminPages Gateway::Pages() {
  admin::AdminPages pages;
  pages.snapshot = [this] {
    const SnapshotParts parts{.config = config_,
                              .plan = plan_,
                              .journal = *journal_,
                              .server = *server_,
                              .state = state_.get(),
                              .forwarders = forwarders_,
                              .certificates = certificate_watch_,
                              .clock = clock_watch_.trust(),
                              .health = health_};
    return TakeSnapshot(parts, SystemClock().Now() - started_);
  };
  pages.health = &health_;
  return pages;
}

void Gateway::RegisterBooks() {
  RegisterBookMetrics(*journal_, metrics_);
  RegisterWearMetric(metrics_);
  RegisterProcessMetrics(metrics_);
}

// Tools and tests that bind port 0 read these lines.
void Gateway::ReportAddresses() const {
  for (const auto& listener : server_->listeners()) LogInfo("listening on {}", listener->address());
  if (admin_) LogInfo("admin on {}", admin_->address());
  LogInfo("gateway {} ready", config_.gateway.id);
}

Status Gateway::Run() {
  ListenToSignals();
  clock_watch_.Start(*journal_);
  descriptor_timer_ = loop_.NewTimer([this] { WatchDescriptors(); });
  WatchDescriptors();
  for (const auto& forwarder : forwarders_) forwarder->Start();
  ReportAddresses();
  ReportReady();
  loop_.Run();
  control_.reset();
  admin_.reset();
  static_cast<void>(server_->SaveState());  // it has said what is not saved
  Status status = journal_->Close();
  journal_->Poll();
  LogInfo("gateway {} stopped, journal {}", config_.gateway.id, status.ToString());
  return status;
}

void Gateway::ListenToSignals() {
  for (const int signal_number : {SIGTERM, SIGINT}) {
    loop_.OnSignal(signal_number, [this] { BeginShutdown(); });
  }
  // They would kill; who sends them expects something else.
  for (const int signal_number : {SIGHUP, SIGUSR1, SIGUSR2}) {
    loop_.OnSignal(signal_number, [signal_number] {
      LogWarn(
          "SIG{} is ignored: the configuration is read only at the start; restart the gateway "
          "to apply changes",
          ::sigabbrev_np(signal_number));
    });
  }
}

void Gateway::ReportReady() {
  service_manager_.Ready();
  heartbeat_timer_ = loop_.NewTimer([this] { Beat(); });
  if (service_manager_.heartbeat()) Beat();
}

// What the watchdog watches is the loop: a gateway whose loop stands still serves nobody.
void Gateway::Beat() {
  service_manager_.Alive();
  heartbeat_timer_.Start(*service_manager_.heartbeat());
}

void Gateway::BeginShutdown() {
  if (std::exchange(shutting_down_, true)) {
    return LogInfo("already shutting down, which takes {} s at most",
                   std::chrono::ceil<std::chrono::seconds>(kCommitPatience + kUplinkPatience +
                                                           kGoodbyePatience)
                       .count());
  }
  service_manager_.Stopping();
  LogInfo("shutting down");
  server_->Shutdown(kCommitPatience, [this] { DrainForwarders(); });
}

void Gateway::DrainForwarders() {
  for (const auto& forwarder : forwarders_) forwarder->Quiesce();
  const MonotonicTime deadline = SystemClock().Now() + kUplinkPatience;
  drain_timer_ = loop_.NewTimer([this, deadline] {
    const bool idle = std::all_of(forwarders_.begin(), forwarders_.end(),
                                  [](const auto& u) { return u->idle(); });
    if (!idle && SystemClock().Now() < deadline)
      return drain_timer_.Start(std::chrono::milliseconds(10));
    for (const auto& forwarder : forwarders_) forwarder->Stop();
    loop_.Stop();
  });
  drain_timer_.Start(Duration(0));
}

}  // namespace sluice::app
