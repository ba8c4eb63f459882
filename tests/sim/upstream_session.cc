#include "sim/upstream_session.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <utility>

#include "sim/upstream.h"

namespace sluice::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

UpstreamSession::UpstreamSession(UpstreamServer& server, std::shared_ptr<Conversation> conversation,
                                 std::optional<std::string> password,
                                 std::unique_ptr<transport::ByteStream> stream)
    : server_(server),
      upstream_(server.upstream()),
      scene_(upstream_.scene()),
      conversation_(std::move(conversation)),
      password_(std::move(password)),
      stream_(std::move(stream)),
      answers_(scene_.scheduler),
      keep_alive_timer_(scene_.scheduler.NewTimer([this] { OnKeepAlive(); })) {
  stream_->Start(this);
}

void UpstreamSession::Broken(int invariant, const std::string& what) {
  scene_.verdict.Broken(invariant, server_.host() + ": " + what);
}

uint8_t UpstreamSession::FarewellCode(Random& random) {
  constexpr auto kCodes = std::to_array<uint8_t>(
      {0x80, 0x83, 0x87, 0x89, 0x8b, 0x8b, 0x8e, 0x93, 0x96, 0x97, 0x98, 0x9c, 0x9d, 0xa0, 0, 0});
  return kCodes[random.Below(kCodes.size())];
}

size_t UpstreamSession::OnBytes(ByteSpan bytes) {
  is_deaf_ |= server_.is_deaf();
  if (stage_ == Stage::kOver || is_deaf_) return bytes.size();
  last_heard_ = scene_.clock.Now();
  reader_.Add(AsText(bytes));
  while (stage_ != Stage::kOver) {
    const auto request = reader_.Next();
    if (!request) break;
    OnRequest(*request);
  }
  if (!reader_.fault().empty()) Broken(0, "the uplink says " + reader_.fault());
  Send();
  return bytes.size();
}

void UpstreamSession::OnRequest(const mqtt::Request& request) {
  switch (request.type) {
    case mqtt::Type::kConnect:
      return OnConnect(request);
    case mqtt::Type::kPublish:
      return OnPublish(request);
    case mqtt::Type::kPingreq:
      return mqtt::EncodePingresp(&out_);
    default:
      scene_.trace.Note("{}: DISCONNECT {:#x}", server_.host(), request.reason);
      Finish(request.reason != 0);
      stream_->CloseAfterFlush();
  }
}

void UpstreamSession::OnClosed(const Status& reason) {
  if (stage_ != Stage::kOver) {
    scene_.trace.Note("{}: the connection ends: {}", server_.host(), reason.message());
    Finish(true);
  }
  server_.Forget(this);
  // It is gone.
}

// Whatever is said after CONNACK asks whether it is open.
void UpstreamSession::Finish(bool publishes_will) {
  const Stage before = std::exchange(stage_, Stage::kOver);
  answers_.Clear();
  keep_alive_timer_.Stop();
  StatusView& view = server_.view();
  if (view.session == this) {
    view.session = nullptr;
    view.conversation = nullptr;
  }
  if (before != Stage::kOpen || !publishes_will || !will_) return;
  scene_.trace.Note("{}: publishes the will", server_.host());
  scene_.situations.Reached("upstream: a will is published");
  view.retained = will_->payload;
}

void UpstreamSession::End(uint8_t reason) {
  if (stage_ != Stage::kOver) {
    scene_.trace.Note("{}: ends the connection with {:#x}", server_.host(), reason);
    if (stage_ == Stage::kOpen && reason != 0 && is_v5()) mqtt::EncodeDisconnect(reason, &out_);
    Send();
    Finish(true);
  }
  stream_->CloseAfterFlush();
}

void UpstreamSession::Vanish() {
  if (stage_ != Stage::kOver) {
    scene_.trace.Note("{}: resets the connection", server_.host());
    Finish(true);
  }
  stream_->Close();
}

void UpstreamSession::SayNonsense() {
  if (stage_ != Stage::kOpen) return;
  scene_.situations.Reached("upstream: says what breaks the rules");
  constexpr auto kAll = std::to_array<std::string_view>({
      std::string_view("\x40\x02\x00\x00", 4),               // PUBACK of 0
      std::string_view("\x40\x02\xff\xf0", 4),               // of what was never sent
      std::string_view("\x50\x02\x00\x01", 4),               // PUBREC
      std::string_view("\x20\x02\x00\x00", 4),               // CONNACK in the form of 3.1.1
      std::string_view("\x20\x03\x00\x00\x00", 5),           // and of 5.0
      std::string_view("\xd1\x00", 2),                       // PINGRESP with a flag
      std::string_view("\x90\x03\x00\x01\x00", 5),           // SUBACK
      std::string_view("\x30\x04\x00\x01t!", 6),             // PUBLISH
      std::string_view("\xf0\x00", 2),                       // AUTH
      std::string_view("\x10\x00", 2),                       // CONNECT
      std::string_view("\x00\x00", 2),                       // nothing at all
      std::string_view("\x30\xff\xff\x7f", 4),               // two million bytes
      std::string_view("\x40\xff\xff\xff\xff\x7f", 6),       // a length without end
      std::string_view("\x40\x04\x00\x01\x42\x00", 6),       // an unknown reason
      std::string_view("HTTP/1.1 400 Bad Request\r\n", 26),  // another protocol
  });
  out_ += kAll[server_.random().Below(kAll.size())];
  scene_.trace.Note("{}: says nonsense", server_.host());
  Send();
  Finish(true);
}

void UpstreamSession::GreetWithNonsense() {
  scene_.situations.Reached("upstream: greets with what breaks the rules");
  constexpr auto kAll = std::to_array<std::string_view>({
      std::string_view("\x20\x03\x01\x00\x00", 5),              // a session after a clean start
      std::string_view("\x20\x02\x01\x00", 4),                  // the same in 3.1.1
      std::string_view("\x20\x03\x02\x00\x00", 5),              // an unknown flag
      std::string_view("\x20\x03\x00\x05\x00", 5),              // an unknown reason
      std::string_view("\x20\x06\x00\x00\x03\x21\x00\x00", 8),  // it receives nothing
      std::string_view("\x20\x02\x00\x06", 4),                  // an unknown code of 3.1.1
      std::string_view("\xd0\x00", 2),                          // PINGRESP
      std::string_view("\x40\x02\x00\x01", 4),                  // PUBACK
      std::string_view("\xe0\x01\x8b", 3),                      // DISCONNECT
      std::string_view("\x20\x00", 2),                          // half of it
      std::string_view("SSH-2.0-OpenSSH_9.2\r\n", 21),          // another protocol
  });
  out_ += kAll[server_.random().Below(kAll.size())];
  scene_.trace.Note("{}: greets with nonsense", server_.host());
  Send();
  Finish(false);
}

void UpstreamSession::OnKeepAlive() {
  if (stage_ != Stage::kOpen) return;
  const MonotonicTime until = last_heard_ + keep_alive_ * 3 / 2;
  if (scene_.clock.Now() < until) return keep_alive_timer_.Start(until - scene_.clock.Now());
  // Where nothing holds it up, the gateway is heard in time.
  const Plan& plan = scene_.plan;
  const bool may_be_late = plan.has(Trouble::kDelays) || plan.has(Trouble::kSlowLinks) ||
                           plan.has(Trouble::kHalfOpen) || plan.has(Trouble::kPause) ||
                           plan.has(Trouble::kCuts) || plan.has(Trouble::kUpstreamSilent) ||
                           conversation_->process_ended();
  if (!may_be_late) Broken(0, "the uplink does not keep its keep alive");
  if (will_) scene_.situations.Reached("upstream: a will tells of a gateway that fell silent");
  constexpr uint8_t kKeepAliveTimeout = 0x8d;
  End(kKeepAliveTimeout);
}

void UpstreamSession::Send() {
  stream_->Write(AsBytes(out_));
  out_.clear();
}

}  // namespace sluice::sim
