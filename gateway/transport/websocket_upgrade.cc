#include "transport/websocket_upgrade.h"

#include <utility>

#include "base/label.h"
#include "http/request_head.h"
#include "transport/websocket_stream.h"

namespace sluice::transport {

class WebSocketUpgrade::Guest final : private StreamHandler {
 public:
  Guest(WebSocketUpgrade* upgrade, std::unique_ptr<ByteStream> stream)
      : upgrade_(*upgrade),
        stream_(std::move(stream)),
        parser_(upgrade->rules_.max_request_bytes),
        timer_(upgrade->parts_.loop.NewTimer([this] { OnTimer(); })) {}

  // Must be in the upgrade's list by now, at `place`.
  void Start(std::list<std::unique_ptr<Guest>>::iterator place) {
    place_ = place;
    timer_.Start(upgrade_.parts_.context->limits.hello_timeout);
    stream_->Start(this);
  }
  std::list<std::unique_ptr<Guest>>::iterator place() const { return place_; }

 private:
  size_t OnBytes(ByteSpan bytes) override;
  void OnClosed(const Status& reason) override;
  void OnTimer();
  void Refuse(const WebSocketAnswer& answer);

  WebSocketUpgrade& upgrade_;
  std::list<std::unique_ptr<Guest>>::iterator place_;
  std::unique_ptr<ByteStream> stream_;
  http::RequestHeadParser parser_;
  Timer timer_;
  bool through_ = false;
  WebSocketRefusal refusal_ = WebSocketRefusal::kAborted;
  Status reason_;  // not OK: refused
};

// Not handed on from in here: whoever gets the stream may destroy it. What follows waits in it.
size_t WebSocketUpgrade::Guest::OnBytes(ByteSpan bytes) {
  if (through_) return 0;
  if (!reason_.ok()) return bytes.size();
  size_t used = 0;
  switch (parser_.Execute(bytes, &used)) {
    case http::RequestHeadParser::Outcome::kNeedMore:
      return used;
    case http::RequestHeadParser::Outcome::kTooLong:
      Refuse(RefuseWebSocket(WebSocketRefusal::kTooLong));
      return bytes.size();
    case http::RequestHeadParser::Outcome::kError:
      Refuse(RefuseWebSocket(WebSocketRefusal::kNotHttp));
      return bytes.size();
    case http::RequestHeadParser::Outcome::kHead:
      break;
  }
  WebSocketAnswer answer = AnswerWebSocketRequest(parser_.head(), upgrade_.rules_);
  if (!answer.accepted) {
    Refuse(answer);
    return bytes.size();
  }
  stream_->Write(AsBytes(answer.text));
  through_ = true;
  stream_->PauseReading();
  timer_.Start(Duration::zero());
  return used;
}

void WebSocketUpgrade::Guest::OnTimer() {
  if (!through_) return Refuse(RefuseWebSocket(WebSocketRefusal::kTimeout));
  stream_->ResumeReading();
  upgrade_.OnThrough(this, std::move(stream_));
}

// OnClosed reports it, when the answer has left or close_linger is over.
void WebSocketUpgrade::Guest::Refuse(const WebSocketAnswer& answer) {
  timer_.Stop();
  refusal_ = answer.refusal;
  reason_ = Status::Unavailable("WebSocket: " + answer.why);
  stream_->Write(AsBytes(answer.text));
  stream_->CloseAfterFlush();
}

void WebSocketUpgrade::Guest::OnClosed(const Status& reason) {
  timer_.Stop();
  upgrade_.OnRefused(this, {nullptr, stream_->peer().address, reason_.ok() ? reason : reason_},
                     refusal_);
}

StreamUpgrade::Maker WebSocketUpgrade::With(WebSocketRules rules) {
  return [rules = std::move(rules)](const Parts& parts, Callback on_end) {
    return std::make_unique<WebSocketUpgrade>(rules, parts, std::move(on_end));
  };
}

WebSocketUpgrade::WebSocketUpgrade(WebSocketRules rules, const Parts& parts, Callback on_end)
    : rules_(std::move(rules)),
      parts_(parts),
      on_end_(std::move(on_end)),
      accepted_(parts.metrics.AddCounter("sluice_websocket_accepted_total",
                                         "Requests for a WebSocket that were granted.",
                                         Label("listener", parts.metric_label))) {
  for (size_t i = 0; i < refused_.size(); ++i) {
    const std::string_view reason = WebSocketRefusalName(static_cast<WebSocketRefusal>(i));
    refused_[i] = &parts.metrics.AddCounter(
        "sluice_websocket_refused_total",
        "Connections that asked for no WebSocket, or for none that there is, by reason.",
        Label("listener", parts.metric_label) + "," + Label("reason", reason));
  }
}

WebSocketUpgrade::~WebSocketUpgrade() = default;

void WebSocketUpgrade::Take(std::unique_ptr<ByteStream> stream) {
  guests_.push_back(std::make_unique<Guest>(this, std::move(stream)));
  guests_.back()->Start(std::prev(guests_.end()));
}

// A server masks nothing, so its seed does not matter (RFC 6455, section 5.1).
void WebSocketUpgrade::OnThrough(Guest* guest, std::unique_ptr<ByteStream> stream) {
  accepted_.Add();
  guests_.erase(guest->place());
  on_end_({std::make_unique<WebSocketStream>(
      parts_.loop, std::move(stream), WebSocketCodec::Role::kServer, /*seed=*/0, parts_.context)});
}

void WebSocketUpgrade::OnRefused(Guest* guest, Outcome outcome, WebSocketRefusal refusal) {
  refused_.at(static_cast<size_t>(refusal))->Add();
  guests_.erase(guest->place());
  on_end_(std::move(outcome));
}

}  // namespace sluice::transport
