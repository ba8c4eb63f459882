#include "sim/client.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "sim/client_connection.h"

namespace sluice::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
constexpr Duration kPatience = seconds(15);  // for CONNACK and PINGRESP
}  // namespace

Client::Client(Scene& scene, Network& network, Witness& witness, Options options)
    : scene_(scene),
      network_(network),
      witness_(witness),
      options_(std::move(options)),
      random_(scene.RandomFor("client " + id())),
      outbox_(options_.first_id),
      timer_(scene.scheduler.NewTimer([this] { OnTimer(); })),
      ping_timer_(scene.scheduler.NewTimer([this] { OnPingTimer(); })),
      later_timer_(scene.scheduler.NewTimer([this] { Pump(); })) {}

Client::~Client() = default;

void Client::Come() {
  wanted_ = true;
  if (phase_ == Phase::kAway) Dial();
}

void Client::Leave(Farewell farewell) {
  wanted_ = false;
  timer_.Stop();
  if (phase_ == Phase::kConnecting || phase_ == Phase::kIn) {
    scene_.trace.Note("{}: {}", id(), farewell == Farewell::kDisconnect ? "DISCONNECT" : "is gone");
    PutAway(farewell);
  }
  phase_ = Phase::kAway;
}

void Client::Overtake() {
  if (phase_ != Phase::kIn) return;
  scene_.trace.Note("{}: connects once more", id());
  scene_.situations.Reached("client: connects once more");
  ResumeReading();
  old_.push_back(std::move(connection_));
  Dial();
}

void Client::Forget() {
  for (const Outgoing& outgoing : outbox_.queue()) {
    if (outgoing.told) witness_.OnForgotten(*outgoing.message);
  }
  outbox_.queue().clear();
  begins_anew_ = true;
}

void Client::Dial() {
  awaits_ping_ = false;
  paused_ = false;
  ping_timer_.Stop();
  const auto overheard =
      std::make_shared<Overheard>(scene_, witness_, id(), options_.connect.version);
  auto stream =
      network_.Dial(options_.identity, [overheard](ByteSpan bytes) { overheard->Hear(bytes); });
  if (stream == nullptr) return Retry();
  mqtt::Connect connect = options_.connect;
  connect.clean |= std::exchange(begins_anew_, false);
  scene_.trace.Note("{}: CONNECT{}", id(), connect.clean ? ", clean" : "");
  phase_ = Phase::kConnecting;
  timer_.Start(kPatience);
  connection_ = std::make_unique<Connection>(this, overheard);
  connection_->Start(std::move(stream));
  mqtt::Encode(connect, &out_);
  Flush();
}

void Client::Retry() {
  phase_ = Phase::kWaiting;
  const Duration base = milliseconds(200) * (1 << std::min<uint64_t>(failures_++, 5));
  timer_.Start(Between(random_, base / 2, base * 3 / 2));
}

// The connection is of no use any more; another follows.
void Client::Drop(std::string_view why) {
  scene_.trace.Note("{}: drops its connection: {}", id(), why);
  PutAway(Farewell::kSilence);
  Retry();
}

void Client::PutAway(Farewell farewell) {
  ping_timer_.Stop();
  paused_ = false;
  if (farewell == Farewell::kDisconnect) {
    mqtt::EncodeDisconnect(&out_);
    Flush();
    connection_->stream->CloseAfterFlush();
  } else {
    out_.clear();
    connection_->stream->Close();
  }
  old_.push_back(std::move(connection_));
}

void Client::OnClosed(Connection* connection, const Status& reason) {
  if (connection != connection_.get()) {
    std::erase_if(old_, [connection](const auto& old) { return old.get() == connection; });
    return;
  }
  scene_.trace.Note("{}: its connection is closed: {}", id(), reason.message());
  ping_timer_.Stop();
  paused_ = false;
  connection_ = nullptr;
  out_.clear();
  GiveUpForged();
  Retry();
}

// A gateway can answer them to 3.1.1 only by closing the connection; whoever insists never gets on.
void Client::GiveUpForged() {
  if (is_v5()) return;
  for (size_t i = 0; i < outbox_.size();) {
    Outgoing& outgoing = outbox_.queue()[i];
    if (outgoing.told && outgoing.message->kind == SentMessage::Kind::kForged) {
      witness_.OnForgotten(*outgoing.message);
      outbox_.Remove(&outgoing);
    } else {
      ++i;
    }
  }
}

void Client::OnTimer() {
  if (phase_ == Phase::kWaiting) return Dial();
  if (phase_ == Phase::kConnecting) return Drop("no CONNACK");
  if (phase_ == Phase::kIn && awaits_ping_ && !paused_) Drop("no PINGRESP");
}

void Client::OnPingTimer() {
  if (phase_ != Phase::kIn) return;
  mqtt::EncodePing(&out_);
  Flush();
  ping_timer_.Start(seconds(options_.connect.keep_alive) * 2 / 3);
  if (std::exchange(awaits_ping_, true)) return;
  timer_.Start(kPatience);
}

void Client::PauseReading() {
  if (phase_ != Phase::kIn || std::exchange(paused_, true)) return;
  scene_.trace.Note("{}: reads nothing", id());
  connection_->stream->PauseReading();
}

void Client::ResumeReading() {
  if (!std::exchange(paused_, false)) return;
  scene_.trace.Note("{}: reads again", id());
  awaits_ping_ = false;
  connection_->stream->ResumeReading();
}

void Client::Flush() {
  connection_->stream->Write(AsBytes(out_));
  out_.clear();
}

}  // namespace sluice::sim
