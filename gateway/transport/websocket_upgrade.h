#pragma once

#include <array>
#include <list>
#include <memory>

#include "base/metrics.h"
#include "transport/stream_upgrade.h"
#include "transport/websocket_request.h"

namespace sluice::transport {

// Takes connections from HTTP's request for a WebSocket to bytes in its frames. A peer that has not
// sent a whole request holds what it has sent of it, at most rules.max_request_bytes, for
// limits.hello_timeout. Who asks for anything else gets an answer of HTTP that says why not, and
// is closed. Counters sluice_websocket_accepted_total and sluice_websocket_refused_total{reason}.
// Loop thread only. Internal to transport.
class WebSocketUpgrade final : public StreamUpgrade {
 public:
  // For ListenerOptions.
  static Maker With(WebSocketRules rules);

  WebSocketUpgrade(WebSocketRules rules, const Parts& parts, Callback on_end);
  ~WebSocketUpgrade() override;
  WebSocketUpgrade(const WebSocketUpgrade&) = delete;
  WebSocketUpgrade& operator=(const WebSocketUpgrade&) = delete;

  void Take(std::unique_ptr<ByteStream> stream) override;
  size_t size() const override { return guests_.size(); }

 private:
  class Guest;

  void OnThrough(Guest* guest, std::unique_ptr<ByteStream> stream);
  void OnRefused(Guest* guest, Outcome outcome, WebSocketRefusal refusal);

  const WebSocketRules rules_;
  const Parts parts_;
  const Callback on_end_;
  Counter& accepted_;
  std::array<Counter*, kWebSocketRefusals> refused_{};
  std::list<std::unique_ptr<Guest>> guests_;
};

}  // namespace sluice::transport
