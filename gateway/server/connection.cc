#include "server/connection.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/probe.h"
#include "transport/input_buffer.h"

namespace sluice::server {
namespace {

template <typename... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

std::string NameOf(const transport::PeerInfo& peer, const identity::EntryRules& rules) {
  if (rules.psk && !peer.psk_name.empty()) return peer.psk_name;
  return peer.certificate && rules.certificate ? peer.certificate->name : rules.anonymous;
}

}  // namespace

Connection::Connection(const ConnectionContext& context, uint64_t arrival,
                       std::unique_ptr<transport::ByteStream> stream, identity::EntryRules rules,
                       size_t listener)
    : context_(context),
      arrival_(arrival),
      stream_(std::move(stream)),
      rules_(std::move(rules)),
      listener_(listener),
      identity_(NameOf(stream_->peer(), rules_)),
      session_(context.limits, context.capabilities, context.counters),
      held_charge_(&context.input),
      window_charge_(&context.outgoing) {}

Connection::~Connection() = default;

void Connection::Start() {
  stream_->Start(this);
  OutputPool::Lease out(context_.outputs);
  session_.Start(out.get());
  CarryOut(out.get());
}

size_t Connection::OnBytes(ByteSpan bytes) {
  OutputPool::Lease out(context_.outputs);
  size_t consumed = 0;
  uint64_t packets = 0;
  const uint64_t leases_before = context_.outputs.leases();
  while (held_.empty() && !stopped_ && session_.CanReceive()) {
    const MonotonicTime now = context_.scheduler.Now();
    const size_t taken = session_.Receive(now, bytes.subspan(consumed), out.get());
    CarryOut(out.get());
    if (taken == 0) break;
    last_packet_at_ = now;
    consumed += taken;
    if (++packets + context_.outputs.leases() - leases_before < kTurn) continue;
    if (consumed < bytes.size()) EndTurn();
    break;
  }
  UpdateReading();
  if (closing_) consumed = bytes.size();
  ChargeInput(bytes.size() - consumed);
  return consumed;
}

// Bytes that are left because the client is not read for a while are nobody's fault.
void Connection::ChargeInput(size_t left_over) {
  constexpr size_t kFree = transport::InputBuffer::kFreeBytes;
  const size_t bytes = reading_ && left_over > kFree ? left_over : 0;
  // A buffer that grows is twice as large at most.
  const uint64_t before = input_share_.amount();
  if (bytes > before) context_.owner.MakeRoomForInput(holder_, 2 * bytes - before);
  input_share_.Set(bytes);
}

// The rest is shown again in the next iteration, when others have had their turn.
void Connection::EndTurn() {
  if (closing_ || in_between_turns_) return;
  if (!has_turn_timer_) {
    turn_timer_ = context_.scheduler.NewTimer([this] {
      in_between_turns_ = false;
      stream_->ResumeReading();
    });
    has_turn_timer_ = true;
  }
  SLUICE_PROBE("server: a turn ends");
  in_between_turns_ = true;
  stream_->PauseReading();
  turn_timer_.Start(Duration::zero());
}

void Connection::UpdateReading() {
  if (closing_) return;
  const bool wanted = held_.empty() && !stopped_ && session_.CanReceive();
  if (wanted == reading_) return;
  reading_ = wanted;
  session_.SetReading(wanted);
  if (wanted) {
    stream_->ResumeReading();
  } else {
    stream_->PauseReading();
  }
}

void Connection::StopReading() {
  stopped_ = true;
  UpdateReading();
}

void Connection::OnOutputLow() { TakeMore(); }

void Connection::TakeMore() {
  context_.broker.OnWritable(context_.scheduler.Now(), id_);
  if (context_.broker.has_unfinished()) context_.owner.OnBrokerDeadline();
}

void Connection::OnClosed(const Status& reason) {
  if (!reason.ok()) {
    LogDebug("{} ({}) closed: {}", Printable(identity_), stream_->peer().address,
             reason.ToString());
  }
  OutputPool::Lease out(context_.outputs);
  session_.OnStreamClosed(out.get());
  CarryOut(out.get());
  context_.owner.OnGone(this);  // destroys this
}

session::DeliverResult Connection::Deliver(const codec::Publish& message) {
  if (stream_->output_high()) return session::DeliverResult::kWindowFull;
  if (OutgoingIsShort(message.qos)) {
    SLUICE_PROBE("server: outgoing messages run short of memory");
    context_.outgoing_shortages.Add();
    return session::DeliverResult::kWindowFull;
  }
  OutputPool::Lease out(context_.outputs);
  const session::DeliverResult result =
      session_.Deliver(context_.scheduler.Now(), message, out.get());
  ChargeWindow();
  CarryOut(out.get());
  return result;
}

// One message a client is always let through, and its end asks the broker for the next. The last
// quarter of the budget is for those who hold less than others.
bool Connection::OutgoingIsShort(codec::Qos qos) const {
  if (qos == codec::Qos::kAtMostOnce || state_ == nullptr || state_->outbound.size() == 0) {
    return false;
  }
  if (context_.outgoing.exhausted()) return true;
  const bool is_low = context_.outgoing.left() < context_.outgoing.used() / 3;
  return is_low &&
         context_.broker.shares().GivesWay(broker::Budget::kOutgoing, *holder_, 1) == nullptr;
}

void Connection::ChargeWindow() {
  const size_t bytes = state_ == nullptr ? 0 : state_->outbound.bytes();
  window_charge_.Set(bytes);
  outgoing_share_.Set(bytes);
}

void Connection::Acknowledge(uint16_t packet_id, codec::ReasonCode reason) {
  OutputPool::Lease out(context_.outputs);
  session_.Acknowledge(packet_id, reason, out.get());
  CarryOut(out.get());
  UpdateReading();
}

void Connection::Disconnect(codec::ReasonCode reason) {
  if (reason == codec::ReasonCode::kSessionTakenOver && !held_.empty()) {
    SLUICE_PROBE("server: takeover while a publish is held");
  }
  OutputPool::Lease out(context_.outputs);
  session_.Disconnect(reason, out.get());
  CarryOut(out.get());
}

void Connection::CloseIfPeerHasLeft() {
  if (closing_ || !stream_->peer_has_left()) return;
  stream_->Close(Status::Unavailable("the client went away while its message waited for room"));
}

void Connection::BelongTo(const broker::PartyRef& party) {
  holder_ = party;
  share_.BelongTo(party, broker::Budget::kConnections, this);
  input_share_.BelongTo(party, broker::Budget::kInput, this);
  outgoing_share_.BelongTo(party, broker::Budget::kOutgoing, this);
}

void Connection::GiveWay() {
  SLUICE_PROBE("server: a connection gives way");
  share_.Set(0);  // At once: its end takes a while.
  Disconnect(codec::ReasonCode::kQuotaExceeded);
}

void Connection::Drop() {
  SLUICE_PROBE("server: a connection is dropped for its input");
  input_share_.Set(0);
  stream_->Close(Status::Unavailable("made room for others"));
}

void Connection::Shutdown() { Disconnect(codec::ReasonCode::kServerShuttingDown); }

bool Connection::Retry() {
  if (held_.empty()) return true;
  OutputPool::Lease out(context_.outputs);
  const bool taken = closing_ || Offer(held_.View(session_.version()), out.get());
  if (taken) Unhold();
  CarryOut(out.get());
  UpdateReading();
  return taken;
}

void Connection::CarryOut(session::Output* out) {
  // By index and by value: carrying out an action may append further ones.
  for (size_t i = 0; i < out->actions.size(); ++i) {
    Send(out);
    const session::Action action = out->actions[i];
    Do(action, out);
  }
  Send(out);
  out->Clear();
}

void Connection::Send(session::Output* out) {
  if (out->bytes.empty()) return;
  stream_->Write(out->bytes.view());
  out->bytes.Clear();
}

void Connection::Do(const session::Action& action, session::Output* out) {
  std::visit(
      Overloaded{
          [&](const session::ConnectRequested& a) { DoConnect(*a.connect); },
          [&](const session::PublishReceived& a) { DoPublish(*a.publish, out); },
          [&](const session::SubscribeRequested& a) { DoSubscribe(*a.subscribe, out); },
          [&](const session::UnsubscribeRequested& a) { DoUnsubscribe(*a.unsubscribe, out); },
          [&](const session::DeliveryFinished&) {
            ChargeWindow();
            TakeMore();
          },
          [&](const session::StartTimer& a) { DoStartTimer(a); },
          [&](const session::StopTimer& a) {
            const auto kind = static_cast<size_t>(a.kind);
            if (has_timer_[kind]) timers_[kind].Stop();
          },
          [&](const session::Close& a) { DoClose(a); },
      },
      action);
}

void Connection::DoPublish(const codec::Publish& publish, session::Output* out) {
  if (Offer(publish, out)) return;
  SLUICE_PROBE("server: a publish is held");
  Hold(publish);
  context_.paused.Add();
  context_.owner.OnBlocked(this);
}

void Connection::Hold(const codec::Publish& publish) {
  constexpr size_t kFree = transport::InputBuffer::kFreeBytes;
  held_.Hold(publish, session_.version());
  held_charge_.Set(held_.bytes() > kFree ? held_.bytes() - kFree : 0);
}

void Connection::Unhold() {
  held_.Clear();
  held_charge_.Set(0);
}

bool Connection::Offer(const codec::Publish& publish, session::Output* out) {
  const broker::PublishOutcome outcome =
      context_.broker.OnPublish(context_.scheduler.Now(), id_, publish);
  switch (outcome.verdict) {
    case broker::PublishVerdict::kAcknowledge:
      if (publish.qos != codec::Qos::kAtMostOnce) {
        session_.Acknowledge(publish.packet_id, outcome.reason, out);
      }
      return true;
    case broker::PublishVerdict::kPending:
      return true;
    case broker::PublishVerdict::kRetry:
      return false;
    case broker::PublishVerdict::kDisconnect:
      // The answer "no", which for 3.1.1 is the end of the connection, also frees the identifier:
      // else its repetition would wait for an answer, and all after it.
      session_.Acknowledge(publish.packet_id, outcome.reason, out);
      session_.Disconnect(outcome.reason, out);
      return true;
  }
  return true;
}

void Connection::DoSubscribe(const codec::Subscribe& subscribe, session::Output* out) {
  std::vector<codec::ReasonCode> codes;
  context_.broker.OnSubscribe(context_.scheduler.Now(), id_, subscribe, &codes);
  TellRefused(subscribe, codes);
  context_.client_log.Subscribed(Logged(), subscribe, codes);
  session_.AcceptSubscribe(subscribe.packet_id, codes, out);
  Send(out);
  TakeMore();
}

void Connection::TellRefused(const codec::Subscribe& subscribe,
                             const std::vector<codec::ReasonCode>& codes) {
  const auto refused = static_cast<size_t>(std::ranges::count_if(codes, codec::IsError));
  if (refused == 0 || !context_.log_limit.Allows(context_.scheduler.Now())) return;
  auto code = codes.begin();
  for (const codec::Subscription& wanted : subscribe.subscriptions) {
    if (!codec::IsError(*code++)) continue;
    LogInfo("refused {} of {} filters of {} ({}), first {}: {}{}", refused, codes.size(),
            Printable(identity_), stream_->peer().address, Printable(wanted.filter),
            codec::ReasonCodeName(code[-1], codec::PacketType::kSuback),
            context_.log_limit.LeftOut());
    return;
  }
}

void Connection::DoUnsubscribe(const codec::Unsubscribe& unsubscribe, session::Output* out) {
  std::vector<codec::ReasonCode> codes;
  context_.broker.OnUnsubscribe(id_, unsubscribe, &codes);
  context_.client_log.Unsubscribed(Logged(), unsubscribe);
  session_.AcceptUnsubscribe(unsubscribe.packet_id, codes, out);
}

void Connection::DoStartTimer(const session::StartTimer& start) {
  const auto kind = static_cast<size_t>(start.kind);
  if (!has_timer_[kind]) {
    timers_[kind] = context_.scheduler.NewTimer([this, which = start.kind] {
      OutputPool::Lease out(context_.outputs);
      session_.OnTimer(which, context_.scheduler.Now(), out.get());
      CarryOut(out.get());
      UpdateReading();
    });
    has_timer_[kind] = true;
  }
  timers_[kind].Start(start.duration);
}

ClientLog::Client Connection::Logged() const {
  return {context_.broker, id_, identity_, stream_->peer()};
}

ClientInfo Connection::Describe() const {
  const MonotonicTime now = context_.scheduler.Now();
  const broker::Broker::ClientView view = context_.broker.View(id_);
  const transport::PeerInfo& peer = stream_->peer();
  return {.arrival = arrival_,
          .client_id = view.client_id,
          .identity = identity_,
          .address = peer.address,
          .protocol = protocol_,
          .tls = peer.tls_version,
          .connected_for = now - joined_at_,
          .last_packet_ago = now - last_packet_at_,
          .subscriptions = view.subscriptions,
          .unacknowledged = session_.unacknowledged(),
          .in_flight = view.in_flight,
          .queued = view.queued,
          .queued_bytes = view.queued_bytes};
}

// A QoS 2 message that nobody took must not count as handed out when the client repeats it.
void Connection::LetGoOfHeld() {
  if (held_.empty()) return;
  const codec::Publish held = held_.View(session_.version());
  if (held.qos != codec::Qos::kExactlyOnce) return;
  SLUICE_PROBE("server: the connection of a held QoS 2 publish ends");
  state_->AcknowledgeInbound(held.packet_id, codec::ReasonCode::kServerBusy);
}

void Connection::DoClose(const session::Close& close) {
  closing_ = true;
  StopAsking();
  LetGoOfHeld();
  if (state_ != nullptr) {
    context_.client_log.Left(Logged(), close, context_.scheduler.Now() - joined_at_);
  }
  state_ = nullptr;
  ChargeWindow();
  context_.broker.OnDisconnect(context_.scheduler.Now(), id_, close);
  if (close.cause != session::CloseCause::kClientDisconnected &&
      close.cause != session::CloseCause::kStreamClosed &&
      context_.log_limit.Allows(context_.scheduler.Now())) {
    LogInfo("closing {} ({}): {}, {}{}", Printable(identity_), stream_->peer().address,
            codec::ReasonCodeName(close.reason, codec::PacketType::kDisconnect), close.detail,
            context_.log_limit.LeftOut());
  }
  if (close.cause != session::CloseCause::kStreamClosed) stream_->CloseAfterFlush();
}

}  // namespace sluice::server
