#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "http/request_head.h"

namespace sluice::transport {

// What a listener asks of those who want a WebSocket.
struct WebSocketRules {
  std::string path = "/mqtt";
  // Web pages that may come besides those of the host that is asked (which some programs say, too),
  // as browsers say it: "https://dash.example.com", "http://10.0.0.5:8080"; "*": any. Who says no
  // origin is no browser, and may. Stops a page somewhere on the web from using its reader's
  // browser to reach a gateway on his network (RFC 6455, section 10.2).
  std::vector<std::string> origins = {};
  // Request line and fields. Browsers send their cookies along. Stops a peer from feeding us
  // memory before it has asked for anything.
  size_t max_request_bytes = 8 * 1024;
};

// Why there is no WebSocket.
enum class WebSocketRefusal : uint8_t {
  kNotHttp,       // 400
  kTooLong,       // 431
  kTimeout,       // 408
  kPath,          // 404
  kNoUpgrade,     // 426, or 405: a request for a page
  kVersion,       // 426: of WebSocket, or 505: of HTTP
  kBadHandshake,  // 400: Host or key
  kOrigin,        // 403
  kSubprotocol,   // 400
  kAborted,       // the peer left before its request was complete
};
inline constexpr size_t kWebSocketRefusals = 10;
// A label's value: "not_http", …
std::string_view WebSocketRefusalName(WebSocketRefusal refusal);

// The answer to a request.
struct WebSocketAnswer {
  std::string text;  // of the whole answer, yes or no
  bool accepted = false;
  // The rest only if not.
  WebSocketRefusal refusal = WebSocketRefusal::kNotHttp;
  std::string why = {};  // for our log; printable
};

// RFC 6455, section 4.2; the subprotocols are "mqtt" [MQTT-6.0.0-3], and "mqttv3.1", which is what
// clients of MQTT 3.1 ask for.
WebSocketAnswer AnswerWebSocketRequest(const http::FullRequestHead& head,
                                       const WebSocketRules& rules);
// To what is no such request at all.
WebSocketAnswer RefuseWebSocket(WebSocketRefusal refusal);

// "https://dash.example.com" or "*"; the message of what is neither says what is expected.
Result<std::string> ParseOrigin(std::string_view text);
// "/", or "/a/b": printable, without spaces, question mark and number sign.
Result<std::string> ParseWebSocketPath(std::string_view text);

}  // namespace sluice::transport
