#include "app/gateway.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace sluice::app {
namespace {

state::StoreOptions StoreOptionsOf(const Gateway::Machine& machine,
                                   state::DatabaseOptions database) {
  state::StoreOptions options;
  options.database = std::move(database);
  options.database.vfs = machine.state_vfs;
  options.env = &machine.env;
  options.clock = &machine.clock;
  options.executor = &machine.scheduler;
  options.metrics = &machine.metrics;
  options.health = &machine.health;
  options.manual = machine.by_hand;
  return options;
}

}  // namespace

Gateway::Gateway(const config::Config& config, const config::MemoryPlan& plan, Machine machine)
    : config_(config),
      plan_(plan),
      machine_(std::move(machine)),
      clock_watch_({.trust_after = config.gateway.clock_trust_after,
                    .synchronised = machine_.clock_is_synchronised},
                   machine_.newest_file, machine_.clock, machine_.scheduler, machine_.metrics) {}

Gateway::~Gateway() {
  // The reverse of how they depend on each other; the journal goes last.
  forwarders_.clear();
  server_.reset();
  identities_.reset();
  state_.reset();
  ingest_health_.reset();
  tap_.reset();
  letter_replay_.reset();
  resubmission_.reset();
  ingest_.reset();
  silence_.reset();
}

Result<std::unique_ptr<Gateway>> Gateway::Create(const config::Config& config,
                                                 const config::MemoryPlan& plan,
                                                 std::vector<normalise::Profile> profiles,
                                                 Machine machine) {
  std::unique_ptr<Gateway> gateway(new Gateway(config, plan, std::move(machine)));
  SLUICE_RETURN_IF_ERROR(gateway->OpenJournal());
  SLUICE_RETURN_IF_ERROR(gateway->CreateNormaliser(std::move(profiles)));
  SLUICE_RETURN_IF_ERROR(gateway->StartIngest());
  gateway->OpenState();
  gateway->OpenIdentities();
  gateway->StartServer();
  SLUICE_RETURN_IF_ERROR(gateway->MakeForwarders());
  return gateway;
}

Status Gateway::OpenJournal() {
  journal::Options options = config::ToJournalOptions(config_.journal);
  options.clock = &machine_.clock;
  options.metrics = &machine_.metrics;
  options.health = &machine_.health;
  options.manual = machine_.by_hand;
  if (machine_.by_hand) options.seed = machine_.random.Next() | 1;
  options.wakeup = [this, watch = lifetime_.watch()] {
    machine_.scheduler.Post([this, watch] {
      if (!watch.over() && journal_) journal_->Poll();
    });
  };
  auto journal = journal::Journal::Open(machine_.env, config_.gateway.data_dir, std::move(options),
                                        config::ToStreamOptions(config_, plan_));
  if (!journal.ok()) return journal.status();
  journal_ = std::move(*journal);
  CheckBooks();
  return Status::Ok();
}

// The journal has mended them and logged it; somebody has to see it all the same.
void Gateway::CheckBooks() {
  for (const auto& stream : journal_->streams()) {
    for (const auto& cursor : stream->cursors()) {
      if (cursor->books_difference() == 0) continue;
      wrong_books_.push_back(machine_.health.Add("route " + cursor->route(), "books_differ"));
      wrong_books_.back()->Raise(
          HealthState::kDegraded,
          fmt::format("its books did not add up to its cursor at the start, by {} events; it went "
                      "on at the lower place; see the log and docs/replay.md, and report it",
                      cursor->books_difference()));
    }
  }
}

forward::Route* Gateway::route(const std::string& name) {
  for (const auto& forwarder : forwarders_) {
    for (const auto& route : forwarder->routes()) {
      if (route->options().name == name) return route.get();
    }
  }
  return nullptr;
}

Status Gateway::CreateNormaliser(std::vector<normalise::Profile> profiles) {
  normalise::Limits limits;
  limits.decode.max_payload_bytes = config_.limits.max_packet_bytes;
  limits.decode.max_state_bytes = plan_.device_state_bytes;
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
                                    .clock = machine_.clock,
                                    .executor = machine_.scheduler,
                                    .metrics = machine_.metrics};
  auto ingest = ingest::Ingest::Create(config::ToIngestOptions(config_, plan_), parts);
  if (!ingest.ok()) return ingest.status();
  ingest_ = std::move(*ingest);
  ingest_health_ =
      std::make_unique<ingest::IngestHealth>(machine_.scheduler, machine_.health, *ingest_);
  silence_ = std::make_unique<ingest::SilenceWatch>(
      ingest::SilenceOptions{.gateway = config_.gateway.id,
                             .max_devices = config_.limits.watched_devices},
      ingest::SilenceWatch::Parts{
          .scheduler = machine_.scheduler, .clock = machine_.clock, .metrics = machine_.metrics});
  ingest_->SetSilenceWatch(silence_.get());
  MakeLetterReplay();
  if (machine_.tap) tap_ = machine_.tap(*ingest_, *journal_);
  return Status::Ok();
}

void Gateway::MakeLetterReplay() {
  if (journal_->stream(config::kDeadLetterStream) == nullptr) return;
  resubmission_ = std::make_unique<ingest::Resubmission>(
      config_.gateway.id, ingest::Resubmission::Parts{.journal = *journal_,
                                                      .normaliser = *normaliser_,
                                                      .access = *access_,
                                                      .clock = machine_.clock,
                                                      .stream_of = [this](std::string_view topic) {
                                                        return ingest_->StreamFor(topic);
                                                      }});
  letter_replay_ = std::make_unique<ingest::LetterReplay>(
      ingest::LetterReplay::Parts{.journal = *journal_,
                                  .resubmission = *resubmission_,
                                  .scheduler = machine_.scheduler,
                                  .clock = machine_.clock,
                                  .metrics = machine_.metrics,
                                  .directory = config_.gateway.data_dir,
                                  .letters = config::kDeadLetterStream});
}

// After the journal, whose lock keeps every other gateway out of the directory.
void Gateway::OpenState() {
  if (!config_.state.enabled) return;
  state_ = std::make_unique<state::Store>(
      StoreOptionsOf(machine_, config::ToDatabaseOptions(config_, plan_)));
}

void Gateway::OpenIdentities() {
  identities_ = std::make_unique<Identities>(
      config_,
      Identities::Parts{.scheduler = machine_.scheduler,
                        .metrics = machine_.metrics,
                        .hash_worker = machine_.hash_worker,
                        .store = StoreOptionsOf(machine_, config::ToIdentitiesOptions(config_))});
}

void Gateway::StartServer() {
  const server::Server::Parts parts{.scheduler = machine_.scheduler,
                                    .journal = *journal_,
                                    .sink = tap_ ? *tap_ : *ingest_,
                                    .access = *access_,
                                    .authenticator = identities_->authenticator(),
                                    .clock = machine_.clock,
                                    .random = machine_.random,
                                    .metrics = machine_.metrics,
                                    .health = &machine_.health,
                                    .state = state_.get(),
                                    .clock_trust = &clock_watch_.trust()};
  server_ = std::make_unique<server::Server>(config::ToServerOptions(config_, plan_), parts);
  identities_->SetRevoke(
      [this](std::string_view identity, bool for_good) { server_->Revoke(identity, for_good); });
  ingest_->SetAsk([this](const decode::Request& request) {
    if (server_) server_->Publish(request.topic, AsBytes(request.payload));
  });
}

Status Gateway::MakeForwarders() {
  const Forwarder::Parts parts{.scheduler = machine_.scheduler,
                               .clock = machine_.clock,
                               .journal = *journal_,
                               .dead_letters = *ingest_,
                               .clock_trust = clock_watch_.trust(),
                               .random = machine_.random,
                               .metrics = machine_.metrics,
                               .health = machine_.health};
  for (const config::UplinkConfig& uplink : config_.uplinks) {
    auto made = machine_.make_uplink(uplink);
    if (!made.ok()) return made.status();
    forwarders_.push_back(std::make_unique<Forwarder>(config_, uplink, std::move(*made), parts));
  }
  return Status::Ok();
}

void Gateway::Start() {
  clock_watch_.Start(*journal_);
  if (letter_replay_) letter_replay_->Start();
  for (const auto& forwarder : forwarders_) forwarder->Start();
}

void Gateway::Shutdown(std::function<void()> done) {
  drained_ = std::move(done);
  silence_->Stop();
  server_->Shutdown(kCommitPatience, [this] { DrainForwarders(); });
}

void Gateway::DrainForwarders() {
  for (const auto& forwarder : forwarders_) forwarder->Quiesce();
  const MonotonicTime deadline = machine_.clock.Now() + kUplinkPatience;
  drain_timer_ = machine_.scheduler.StartTimer(Duration(0), [this, deadline] {
    const bool idle = std::all_of(forwarders_.begin(), forwarders_.end(),
                                  [](const auto& forwarder) { return forwarder->idle(); });
    if (!idle && machine_.clock.Now() < deadline) {
      return drain_timer_.Start(std::chrono::milliseconds(10));
    }
    for (const auto& forwarder : forwarders_) forwarder->Stop();
    drained_();
  });
}

Status Gateway::Close() {
  static_cast<void>(server_->SaveState());  // it has said what is not saved
  identities_->Close();
  Status status = journal_->Close();
  journal_->Poll();
  return status;
}

}  // namespace sluice::app
