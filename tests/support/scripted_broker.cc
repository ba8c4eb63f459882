#include "support/scripted_broker.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace sluice::test {

using codec::ReasonCode;

class ScriptedBroker::Connection final : public transport::StreamHandler {
 public:
  Connection(ScriptedBroker& broker, std::unique_ptr<transport::ByteStream> stream)
      : broker_(broker),
        session_(broker.limits, broker.capabilities, broker.counters_),
        stream_(std::move(stream)) {
    if (broker.paused_) stream_->PauseReading();
    stream_->Start(this);
    session_.Start(&out_);
    out_.Clear();  // no timers
  }

  void Pause() { stream_->PauseReading(); }
  void Resume() { stream_->ResumeReading(); }
  void End(ReasonCode reason) { session_.Disconnect(reason, &out_); }

 private:
  size_t OnBytes(ByteSpan bytes) override {
    const size_t size = bytes.size();
    while (session_.CanReceive()) {
      const size_t taken = session_.Receive(broker_.loop_.Now(), bytes, &out_);
      CarryOut();
      if (taken == 0) break;
      bytes = bytes.subspan(taken);
    }
    return session_.closed() ? size : size - bytes.size();
  }
  void OnClosed(const Status&) override {
    session_.OnStreamClosed(&out_);
    CarryOut();
    std::erase_if(broker_.connections_, [this](const auto& other) { return other.get() == this; });
  }
  void CarryOut() {
    for (size_t i = 0; i < out_.actions.size(); ++i) {
      const session::Action action = out_.actions[i];
      std::visit([this](const auto& a) { Do(a); }, action);
    }
    out_.actions.clear();
    stream_->Write(out_.bytes.view());
    out_.bytes.Clear();
    if (session_.closed()) stream_->CloseAfterFlush();
  }
  void Do(const session::ConnectRequested&) {
    if (!broker_.terms_.knows_us) {
      return session_.RefuseConnect(ReasonCode::kBadUserNameOrPassword, &out_);
    }
    session_.AcceptConnect(broker_.loop_.Now(), {}, &state_, &out_);
  }
  void Do(const session::PublishReceived& a) {
    const uint16_t packet_id = a.publish->packet_id;
    const ReasonCode reason = broker_.Take(*a.publish, this);
    if (packet_id != 0) session_.Acknowledge(packet_id, reason, &out_);
  }
  void Do(const session::Close& a) { broker_.wills_ += a.will == session::WillFate::kDue ? 1 : 0; }
  template <typename Other>
  void Do(const Other&) {}

  ScriptedBroker& broker_;
  session::SessionState state_;
  session::Session session_;
  session::Output out_;
  std::unique_ptr<transport::ByteStream> stream_;
};

ScriptedBroker::ScriptedBroker(transport::Loop& loop, const UplinkRig::Terms& terms,
                               std::shared_ptr<tls::Context> tls)
    : loop_(loop), terms_(terms), tls_(std::move(tls)) {
  if (terms.max_in_flight != 0) limits.receive_maximum = terms.max_in_flight;
  if (terms.max_message_bytes != 0) {
    limits.max_packet_bytes = terms.max_message_bytes;
    limits.max_connect_bytes = std::min(limits.max_connect_bytes, limits.max_packet_bytes);
  }
  limits.max_topic_bytes = UINT16_MAX;
  Start();
}

ScriptedBroker::~ScriptedBroker() = default;

void ScriptedBroker::Start() {
  auto listener = transport::Listener::Open(
      loop_, {.bind = address_, .tls = tls_, .metric_label = "scripted"}, metrics_,
      [this](std::unique_ptr<transport::ByteStream> stream) { Accept(std::move(stream)); });
  SLUICE_CHECK(listener.ok());
  listener_ = std::move(*listener);
  address_ = listener_->address();
  paused_ = false;
}

void ScriptedBroker::Kill() {
  listener_.reset();
  connections_.clear();
}

void ScriptedBroker::Pause() {
  paused_ = true;
  for (const auto& connection : connections_) connection->Pause();
}

void ScriptedBroker::Resume() {
  paused_ = false;
  for (const auto& connection : connections_) connection->Resume();
}

void ScriptedBroker::EndAt(std::string payload, ReasonCode reason) {
  end_payload_ = std::move(payload);
  end_reason_ = reason;
}

void ScriptedBroker::Accept(std::unique_ptr<transport::ByteStream> stream) {
  connections_.push_back(std::make_unique<Connection>(*this, std::move(stream)));
}

ReasonCode ScriptedBroker::Take(const codec::Publish& publish, Connection* connection) {
  if (!terms_.refused_topic.empty() && publish.topic == terms_.refused_topic) {
    return ReasonCode::kNotAuthorized;
  }
  if (end_reason_ != ReasonCode::kSuccess && AsText(publish.payload) == end_payload_) {
    connection->End(end_reason_);
    return ReasonCode::kSuccess;
  }
  received_.emplace_back(AsText(publish.payload));
  return ReasonCode::kSuccess;
}

}  // namespace sluice::test
