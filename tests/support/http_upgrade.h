#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/lifetime.h"
#include "transport/stream_upgrade.h"
#include "transport/tunnel.h"
#include "transport/websocket_stream.h"

namespace sluice::test {

// A server's side of an HTTP upgrade, that says what the test says: a proxy under TLS, a WebSocket
// over it. An answer that is empty leaves the peer waiting; after one that says no it goes on all
// the same, as the peer should not.
class HttpUpgrade final : public transport::StreamUpgrade {
 public:
  struct Script {
    std::function<std::string(const std::string& request)> answer;
    bool is_websocket = false;       // what follows is framed
    std::string* request = nullptr;  // as it came, for the test
  };
  static Maker With(Script script) {
    return [script = std::move(script)](const Parts& parts, Callback on_end) {
      return std::make_unique<HttpUpgrade>(script, parts, std::move(on_end));
    };
  }
  // What a sound server answers.
  static std::string Accept(const std::string& request) {
    constexpr std::string_view kField = "Sec-WebSocket-Key: ";
    const size_t at = request.find(kField) + kField.size();
    const std::string key = request.substr(at, request.find('\r', at) - at);
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Accept: " +
           transport::WebSocketAccept(key) + "\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";
  }

  HttpUpgrade(Script script, const Parts& parts, Callback on_end)
      : script_(std::move(script)), parts_(parts), on_end_(std::move(on_end)) {}

  void Take(std::unique_ptr<transport::ByteStream> stream) override {
    auto guest = std::make_unique<Guest>(this, std::move(stream));
    Guest* const raw = guest.get();
    guests_.emplace(raw, std::move(guest));
    raw->Start();
  }
  size_t size() const override { return guests_.size(); }

 private:
  class Guest final : public transport::StreamHandler {
   public:
    Guest(HttpUpgrade* upgrade, std::unique_ptr<transport::ByteStream> stream)
        : upgrade_(*upgrade), stream_(std::move(stream)) {}
    void Start() { stream_->Start(this); }

   private:
    size_t OnBytes(ByteSpan bytes) override {
      const size_t end = AsText(bytes).find("\r\n\r\n");
      if (through_ || end == std::string_view::npos) return 0;
      const std::string request(AsText(bytes).substr(0, end + 4));
      if (upgrade_.script_.request != nullptr) *upgrade_.script_.request = request;
      const std::string answer = upgrade_.script_.answer(request);
      through_ = true;
      stream_->Write(AsBytes(answer));
      if (answer.empty()) return request.size();
      upgrade_.parts_.loop.Post([this, watch = lifetime_.watch()] {
        if (!watch.over()) Finish();
      });
      return request.size();
    }
    void OnClosed(const Status& reason) override {
      upgrade_.OnEnd(this, {nullptr, stream_->peer().address, reason});
    }
    void Finish() {
      if (upgrade_.script_.is_websocket) {
        stream_ = std::make_unique<transport::WebSocketStream>(
            upgrade_.parts_.loop, std::move(stream_), transport::WebSocketCodec::Role::kServer, 0,
            upgrade_.parts_.context);
      }
      upgrade_.OnEnd(this, {std::move(stream_)});
    }

    HttpUpgrade& upgrade_;
    std::unique_ptr<transport::ByteStream> stream_;
    bool through_ = false;
    Lifetime lifetime_;
  };

  void OnEnd(Guest* guest, Outcome outcome) {
    guests_.erase(guest);
    on_end_(std::move(outcome));
  }

  const Script script_;
  const Parts parts_;
  const Callback on_end_;
  std::map<Guest*, std::unique_ptr<Guest>> guests_;
};

}  // namespace sluice::test
