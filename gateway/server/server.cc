#include "server/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/label.h"
#include "base/log.h"
#include "broker/broker_gauges.h"
#include "tls/context.h"

namespace sluice::server {
namespace {

session::Capabilities Strict(session::Capabilities capabilities) {
  capabilities.check_payload_format = true;
  return capabilities;
}

Counter& Distrusted(Metrics& metrics, std::string_view reason) {
  return metrics.AddCounter(
      "sluice_connections_distrusted_total",
      "Connections ended because new authorities or revocation lists speak against their "
      "certificate.",
      Label("reason", reason));
}

}  // namespace

Server::Server(ServerOptions options, const Parts& parts)
    : options_(std::move(options)),
      parts_(parts),
      strict_capabilities_(Strict(options_.capabilities)),
      session_counters_(parts.metrics),
      broker_counters_(parts.metrics),
      input_(std::make_shared<transport::ByteBudget>(options_.max_input_bytes)),
      outgoing_(std::make_shared<transport::ByteBudget>(options_.max_outgoing_bytes)),
      admission_(std::make_shared<transport::Admission>(
          parts.scheduler, options_.max_open_connections, "listeners", parts.health)),
      client_log_(options_.client_log_level),
      broker_(options_.broker, &parts.access, &parts.sink, &broker_counters_, &parts.random),
      refusals_(parts.metrics),
      paused_(parts.metrics.AddCounter(
          "sluice_connections_paused_total",
          "Times that a connection was not read because a message found no room.")),
      outgoing_shortages_(parts.metrics.AddCounter(
          "sluice_outgoing_shortages_total",
          "Times that a message waited because those on their way used up their memory.")),
      revoked_(Distrusted(parts.metrics, tls::FailureName(tls::Failure::kRevoked))),
      untrusted_(Distrusted(parts.metrics, tls::FailureName(tls::Failure::kUntrusted))) {
  AddMetrics();
  broker_timer_ = parts_.scheduler.NewTimer([this] {
    broker_.Tick(parts_.scheduler.Now());
    ArmBrokerTimer();
  });
  blocked_timer_ = parts_.scheduler.NewTimer([this] { CloseDeserted(); });
  goodbye_timer_ = parts_.scheduler.NewTimer([this] { TryToSayGoodbye(); });
  RestoreState();
  FollowStreams();
  if (options_.sys_interval > Duration::zero()) {
    sys_topics_ = std::make_unique<SysTopics>(options_.sys_interval, parts_.scheduler, broker_,
                                              broker_counters_);
  }
  if (parts_.health != nullptr) WatchHealth();
  parts_.sink.SetListener(this);
}

void Server::AddMetrics() {
  parts_.metrics.AddCallback("sluice_input_bytes", "Input that waits, beyond 2 KiB a connection.",
                             "", [budget = input_] { return static_cast<double>(budget->used()); });
  parts_.metrics.AddCallback("sluice_outgoing_bytes", "Messages on their way to connected clients.",
                             "",
                             [budget = outgoing_] { return static_cast<double>(budget->used()); });
  broker::AddGauges(broker_, &parts_.metrics);
}

Server::~Server() {
  parts_.sink.SetListener(nullptr);
  listeners_.clear();
  connections_.clear();
}

void Server::WatchHealth() {
  health_ = std::make_unique<ServerHealth>(
      parts_.scheduler, *parts_.health,
      ServerHealth::Sources{[this] { return broker_.share_log().count(); },
                            [this] { return broker_.share_log().last(); },
                            [this] { return blocked_.size(); }});
}

void Server::RestoreState() {
  if (parts_.state == nullptr) return;
  const SavedState::Parts parts{.scheduler = parts_.scheduler,
                                .broker = broker_,
                                .store = *parts_.state,
                                .clock = parts_.clock,
                                .trust = *parts_.clock_trust,
                                .metrics = parts_.metrics};
  saved_state_ = std::make_unique<SavedState>(options_.state, parts);
}

Status Server::SaveState() { return saved_state_ ? saved_state_->Close() : Status::Ok(); }

void Server::FollowStreams() {
  if (options_.local_event_streams.empty()) return;
  local_events_ =
      std::make_unique<LocalEvents>(options_.gateway, broker_, parts_.clock, parts_.metrics);
  for (const std::string& name : options_.local_event_streams) {
    local_events_->Follow(parts_.journal.stream(name));
  }
}

Status Server::Listen(transport::Loop& loop, ListenerSpec spec) {
  spec.transport.input_budget = input_;
  spec.transport.output_budget = outgoing_;
  spec.transport.admission = admission_;
  spec.transport.health = parts_.health;
  auto listener = transport::Listener::Open(
      loop, std::move(spec.transport), parts_.metrics,
      [this, number = listeners_.size(), entry = spec.entry,
       strict = spec.check_payload_format](std::unique_ptr<transport::ByteStream> stream) {
        AcceptFrom(number, entry, std::move(stream), strict);
      });
  if (!listener.ok()) return listener.status();
  listeners_.push_back(std::move(*listener));
  return Status::Ok();
}

void Server::SetTls(size_t listener, std::shared_ptr<tls::Context> context) {
  if (listener >= listeners_.size()) return;  // it goes down
  transport::Listener& changed = *listeners_[listener];
  const bool judges_alike = changed.tls()->JudgesLike(*context);
  if (!changed.tls()->TakeRevocations(*context)) changed.SetTls(std::move(context));
  if (judges_alike) return;
  // One that ends may end others, but destroys none at once.
  std::vector<Connection*> distrusted;
  for (const auto& [arrival, connection] : connections_) {
    if (connection->listener() == listener && IsDistrusted(listener, connection->peer())) {
      distrusted.push_back(connection.get());
    }
  }
  for (Connection* const connection : distrusted) {
    connection->Disconnect(codec::ReasonCode::kAdministrativeAction);
  }
  ArmBrokerTimer();
}

bool Server::IsDistrusted(size_t listener, const transport::PeerInfo& peer) {
  if (listener >= listeners_.size() || !peer.certificate) return false;
  const tls::Failure failure = listeners_[listener]->tls()->Judge(peer.certificate->trust);
  if (failure == tls::Failure::kNone) return false;
  (failure == tls::Failure::kRevoked ? revoked_ : untrusted_).Add();
  if (log_limit_.Allows(parts_.scheduler.Now())) {
    LogInfo("{} ({}) is let go: its certificate, serial number {}, is {} now{}",
            Printable(peer.certificate->name), peer.address, peer.certificate->serial,
            tls::FailureName(failure), log_limit_.LeftOut());
  }
  return true;
}

void Server::Accept(const identity::EntryRules& entry,
                    std::unique_ptr<transport::ByteStream> stream, bool check_payload_format) {
  AcceptFrom(kNoListener, entry, std::move(stream), check_payload_format);
}

void Server::AcceptFrom(size_t listener, const identity::EntryRules& entry,
                        std::unique_ptr<transport::ByteStream> stream, bool check_payload_format) {
  // Its handshake may have begun with what the listener believed before; a session without a known
  // path comes from a ticket of the present context.
  const auto& certificate = stream->peer().certificate;
  if (certificate && certificate->trust.known && IsDistrusted(listener, stream->peer())) return;
  const ConnectionContext context{
      .scheduler = parts_.scheduler,
      .broker = broker_,
      .authenticator = parts_.authenticator,
      .limits = options_.session,
      .capabilities = check_payload_format ? strict_capabilities_ : options_.capabilities,
      .response_information = options_.response_information,
      .counters = session_counters_,
      .outputs = outputs_,
      .input = *input_,
      .outgoing = *outgoing_,
      .paused = paused_,
      .outgoing_shortages = outgoing_shortages_,
      .log_limit = log_limit_,
      .client_log = client_log_,
      .refusals = refusals_,
      .owner = *this};
  const uint64_t arrival = ++arrivals_;
  auto connection =
      std::make_unique<Connection>(context, arrival, std::move(stream), entry, listener);
  Connection* const raw = connection.get();
  connections_.emplace(arrival, std::move(connection));
  const transport::PeerInfo& peer = raw->peer();
  const bool is_known =
      (peer.certificate && entry.certificate) || (!peer.psk_name.empty() && entry.psk);
  raw->BelongTo(broker_.PartyOf(raw->identity(), PartyName(*raw, !is_known)));
  raw->Start();
}

std::optional<uint64_t> Server::VisitClients(
    uint64_t after, size_t limit, const std::function<void(const ClientInfo&)>& visit) const {
  size_t looks = 4 * limit;
  for (auto at = connections_.upper_bound(after); at != connections_.end(); ++at) {
    const auto& [arrival, connection] = *at;
    if (limit == 0 || looks-- == 0) return after;
    after = arrival;
    if (!connection->has_joined()) continue;
    ClientInfo client = connection->Describe();
    if (connection->listener() < listeners_.size()) {
      client.listener = listeners_[connection->listener()]->address();
    }
    visit(client);
    --limit;
  }
  return std::nullopt;
}

void Server::Publish(std::string_view topic, ByteSpan payload) {
  codec::Publish publish;
  publish.topic = topic;
  publish.payload = payload;
  broker_.PublishLocal(parts_.clock.Now(), publish);
}

void Server::Revoke(std::string_view identity, bool for_good) {
  // One that ends may end others, but destroys none at once.
  std::vector<Connection*> theirs;
  for (const auto& [arrival, connection] : connections_) {
    // Who has not joined yet may have proven a key that is gone.
    const bool is_theirs = connection->has_joined()
                               ? connection->identity() == identity
                               : connection->peer().psk_name == identity && !identity.empty();
    if (is_theirs) {
      theirs.push_back(connection.get());
    }
  }
  for (Connection* const connection : theirs) {
    connection->Disconnect(codec::ReasonCode::kAdministrativeAction);
  }
  if (for_good) broker_.EndSessionsOf(parts_.scheduler.Now(), identity);
  ArmBrokerTimer();
}

// Where strangers come from is all that tells one from another.
std::string Server::PartyName(const Connection& connection, bool is_shared) const {
  if (!is_shared) return connection.identity();
  return connection.identity() + " at " + transport::FormatSource(connection.peer().source);
}

bool Server::MakeRoomFor(const broker::PartyRef& party) {
  constexpr auto kBudget = broker::Budget::kConnections;
  broker::Shares& shares = broker_.shares();
  if (options_.max_connections == 0 || shares.used(kBudget) < options_.max_connections) return true;
  broker::Party* const largest = shares.GivesWay(kBudget, *party, 1);
  const std::string& who = largest == nullptr ? party->name() : largest->name();
  broker_.share_log().GaveWay(parts_.scheduler.Now(), kBudget, who, party->name());
  if (largest == nullptr) return false;
  // Its newest: those that have been there for long are more likely to be at work.
  static_cast<Connection*>(broker::Shares::LastOf(kBudget, *largest)->owner())->GiveWay();
  return true;
}

// A few at a time are enough: each holds as much as the newcomer wants, or has most nevertheless.
void Server::MakeRoomForInput(const broker::PartyRef& party, size_t bytes) {
  constexpr auto kBudget = broker::Budget::kInput;
  for (int i = 0; i < 16 && input_->left() < bytes; ++i) {
    broker::Party* const largest = broker_.shares().GivesWay(kBudget, *party, bytes);
    if (largest == nullptr) return;
    broker_.share_log().GaveWay(parts_.scheduler.Now(), kBudget, largest->name(), party->name());
    static_cast<Connection*>(broker::Shares::LastOf(kBudget, *largest)->owner())->Drop();
  }
}

void Server::OnGone(Connection* connection) {
  std::erase(blocked_, connection);
  connections_.erase(connection->arrival());
  ArmBrokerTimer();
  FinishIfEmpty();
}

void Server::OnBlocked(Connection* connection) {
  blocked_.push_back(connection);
  if (!blocked_timer_.active()) blocked_timer_.Start(options_.held_check_interval);
}

void Server::CloseDeserted() {
  if (blocked_.empty()) return;
  for (Connection* const connection : blocked_) connection->CloseIfPeerHasLeft();
  blocked_timer_.Start(options_.held_check_interval);
}

void Server::OnAcknowledgeable(const broker::AckHandle& ack) {
  broker_.Acknowledge(ack, codec::ReasonCode::kSuccess);
}

// Space is told from within the journal's Poll, where nothing may be appended.
void Server::OnSpace() {
  if (retry_posted_ || blocked_.empty()) return;
  retry_posted_ = true;
  parts_.scheduler.Post([this, watch = lifetime_.watch()] {
    if (!watch.over()) RetryBlocked();
  });
}

void Server::RetryBlocked() {
  retry_posted_ = false;
  // Whoever finds no room again keeps its place behind those that were not asked yet. A message
  // that is taken may end other connections, which leave the queue.
  for (size_t left = blocked_.size(); left > 0 && !blocked_.empty(); --left) {
    Connection* const connection = blocked_.front();
    blocked_.pop_front();
    if (!connection->Retry()) blocked_.push_back(connection);
  }
}

// Deadlines appear when connections end; a second's grain is enough for delayed wills and session
// expiry.
void Server::ArmBrokerTimer() {
  const auto deadline = broker_.NextDeadline();
  if (!deadline) return broker_timer_.Stop();
  const Duration wait = *deadline - parts_.scheduler.Now();
  broker_timer_.Start(std::max<Duration>(wait, std::chrono::milliseconds(1)));
}

void Server::Shutdown(Duration patience, std::function<void()> done) {
  shutdown_done_ = std::move(done);
  listeners_.clear();
  for (const auto& [arrival, connection] : connections_) connection->StopReading();
  const MonotonicTime deadline = parts_.scheduler.Now() + patience;
  goodbye_timer_ = parts_.scheduler.NewTimer([this, deadline] {
    if (parts_.scheduler.Now() >= deadline) return SayGoodbye();
    TryToSayGoodbye();
  });
  TryToSayGoodbye();
}

void Server::TryToSayGoodbye() {
  const bool idle = parts_.sink.idle() && (!local_events_ || local_events_->idle());
  if (idle) return SayGoodbye();
  goodbye_timer_.Start(std::chrono::milliseconds(5));
}

void Server::SayGoodbye() {
  if (std::exchange(said_goodbye_, true)) return;
  for (const auto& [arrival, connection] : connections_) connection->Shutdown();
  FinishIfEmpty();
}

void Server::FinishIfEmpty() {
  if (!said_goodbye_ || !connections_.empty() || !shutdown_done_) return;
  // Later: this may run inside a connection's last call.
  parts_.scheduler.Post(std::exchange(shutdown_done_, nullptr));
}

}  // namespace sluice::server
