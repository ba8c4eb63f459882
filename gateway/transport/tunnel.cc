#include "transport/tunnel.h"

#include <fmt/format.h>

#include <array>

#include "base/base64.h"
#include "tls/digest.h"

namespace sluice::transport {
namespace {

// RFC 6455, section 1.3.
constexpr std::string_view kAcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr int kOk = 200;
constexpr int kMultipleChoices = 300;
constexpr int kSwitchingProtocols = 101;

}  // namespace

std::string ProxyRequest(const ProxyTunnel& tunnel) {
  std::string text = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n", tunnel.target);
  if (!tunnel.user.empty()) {
    text += "Proxy-Authorization: Basic ";
    AppendBase64(AsBytes(tunnel.user + ":" + tunnel.password), &text);
    text += "\r\n";
  }
  return text + "\r\n";
}

Status JudgeProxyAnswer(const http::ResponseHead& head) {
  if (head.status >= kOk && head.status < kMultipleChoices) return Status::Ok();
  return Status::Unavailable(fmt::format("it answers {}", head.status));
}

std::string NewWebSocketKey(Random* random) {
  std::array<uint8_t, 16> bytes{};
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random->Below(256));
  std::string key;
  AppendBase64(bytes, &key);
  return key;
}

std::string WebSocketRequestText(const WebSocketRequest& request, const std::string& key) {
  return fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: {}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: {}\r\n\r\n",
      request.path, request.host, key, request.subprotocol);
}

std::string WebSocketAccept(const std::string& key) {
  std::string accept;
  AppendBase64(tls::Sha1(AsBytes(key + std::string(kAcceptSuffix))), &accept);
  return accept;
}

// Section 4.1, the six things that a client must look at.
Status JudgeWebSocketAnswer(const http::ResponseHead& head, const std::string& key,
                            const std::string& subprotocol) {
  if (head.status != kSwitchingProtocols) {
    return Status::Unavailable(fmt::format("it answers {}", head.status));
  }
  const std::string* const upgrade = head.Only("upgrade");
  if (upgrade == nullptr || !http::EqualsIgnoringCase(http::Trim(*upgrade), "websocket") ||
      !http::FieldHasToken(head.fields, "connection", "upgrade")) {
    return Status::Unavailable("it switches to another protocol");
  }
  const std::string* const accept = head.Only("sec-websocket-accept");
  if (accept == nullptr || http::Trim(*accept) != WebSocketAccept(key)) {
    return Status::Unavailable("its answer is to another question");
  }
  if (head.Count("sec-websocket-extensions") != 0) {
    return Status::Unavailable("it uses an extension that was not asked for");
  }
  const std::string* const chosen = head.Only("sec-websocket-protocol");
  if (chosen == nullptr || http::Trim(*chosen) != subprotocol) {  // [MQTT-6.0.0-4]
    return Status::Unavailable(fmt::format("it does not offer the subprotocol {}", subprotocol));
  }
  return Status::Ok();
}

}  // namespace sluice::transport
