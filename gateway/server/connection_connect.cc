// How a connection becomes somebody's: its CONNECT, who that is from, and its place.

#include "base/log.h"
#include "server/connection.h"
#include "server/response_information.h"

namespace sluice::server {

using codec::ReasonCode;

void Connection::DoConnect(const codec::Connect& connect) {
  connect_ = &connect;
  connect_order_ = context_.owner.NextConnect();
  const auto& certificate = stream_->peer().certificate;
  const std::string source = transport::FormatSource(stream_->peer().source);
  const identity::Evidence evidence{.rules = rules_,
                                    .certificate = certificate ? &*certificate : nullptr,
                                    .psk_name = stream_->peer().psk_name,
                                    .source = source};
  identity::Answer answer(asks_.watch(), [this](const identity::Decision& d) { OnDecision(d); });
  context_.authenticator.Authenticate({evidence, connect}, std::move(answer));
  if (connect_ != nullptr) AwaitDecision();
}

// Meanwhile the session receives nothing, and keeps the CONNECT.
void Connection::AwaitDecision() {
  const size_t bytes = session_.kept_bytes();
  context_.owner.MakeRoomForInput(holder_, bytes);
  held_charge_.Set(bytes);
  input_share_.Set(bytes);
  stream_->SetStanding(transport::Standing::kBusy);
  decision_timer_ = context_.scheduler.StartTimer(context_.limits.connect_timeout, [this] {
    OnDecision({.reason = ReasonCode::kServerUnavailable,
                .why = "who it is was not found out within connect_timeout"});
  });
}

void Connection::StopAsking() {
  if (std::exchange(connect_, nullptr) == nullptr) return;
  asks_.Renew();
  if (!decision_timer_.active()) return;
  decision_timer_.Stop();
  held_charge_.Set(0);
  input_share_.Set(0);
}

void Connection::OnDecision(const identity::Decision& decision) {
  const codec::Connect& connect = *connect_;
  StopAsking();
  OutputPool::Lease out(context_.outputs);
  if (decision.reason == ReasonCode::kSuccess) {
    Join(connect, decision, out.get());
  } else {
    Refuse(decision.reason, decision.identity, decision.why, out.get());
  }
  CarryOut(out.get());
  UpdateReading();
}

void Connection::Join(const codec::Connect& connect, const identity::Decision& decision,
                      session::Output* out) {
  identity_ = decision.identity;
  const std::string party = context_.owner.PartyName(*this, decision.is_shared);
  // Who replaces its own connection needs no other place.
  const bool replaces = context_.broker.IsConnected(identity_, connect.client_id);
  BelongTo(context_.broker.PartyOf(identity_, party));
  if (!replaces && !context_.owner.MakeRoomFor(holder_)) {
    return Refuse(ReasonCode::kQuotaExceeded, identity_,
                  "it has most connections of all, and no place is left", out);
  }
  const MonotonicTime now = context_.scheduler.Now();
  const broker::ConnectOutcome outcome = context_.broker.OnConnect(
      now, connect, {.identity = identity_, .party = party, .order = connect_order_}, this);
  if (outcome.reason != ReasonCode::kSuccess) return Refuse(outcome.reason, identity_, {}, out);
  share_.Set(1);
  stream_->SetStanding(transport::Standing::kAdmitted);
  id_ = outcome.connection;
  state_ = outcome.state;
  protocol_ = connect.is_31 ? "3.1" : connect.version == codec::Version::kV5 ? "5.0" : "3.1.1";
  joined_at_ = last_packet_at_ = now;
  context_.client_log.Joined(Logged(), protocol_, connect, outcome.session_present);
  ChargeWindow();
  session::ConnectAnswer answer;
  answer.session_present = outcome.session_present;
  answer.assigned_client_id = outcome.assigned_client_id;
  answer.late_acknowledgements = true;
  std::string response_information;
  if (connect.properties.request_response_information.value_or(0) == 1) {
    response_information = ResponseInformation(context_.response_information, identity_);
    answer.response_information = response_information;
  }
  session_.AcceptConnect(now, answer, outcome.state, out);
  Send(out);  // CONNACK is the first packet [MQTT-3.2.0-1]
  TakeMore();
}

void Connection::Refuse(ReasonCode reason, std::string_view claims, std::string_view why,
                        session::Output* out) {
  context_.refusals.Count(reason);
  if (context_.log_limit.Allows(context_.scheduler.Now())) {
    const std::string_view said = codec::ReasonCodeName(reason, codec::PacketType::kConnack);
    const std::string_view who = claims.empty() ? std::string_view(identity_) : claims;
    LogInfo("refused CONNECT of {} ({}): {}{}{}{}", who.empty() ? "nobody" : Printable(who),
            stream_->peer().address, said, why.empty() ? "" : "; ", why,
            context_.log_limit.LeftOut());
  }
  session_.RefuseConnect(reason, out);
}

}  // namespace sluice::server
