#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/random.h"
#include "base/status.h"
#include "http/response_head.h"

namespace sluice::transport {

// What a client asks for by HTTP on its way out. Texts are printable ASCII without spaces; hosts
// come with their port, and IPv6 addresses in brackets.

// A tunnel through a proxy: HTTP CONNECT (RFC 9110, section 9.3.6), with the name and password of
// RFC 7617 if there is one.
struct ProxyTunnel {
  std::string target;     // "broker.example.com:8883"
  std::string user = {};  // empty: neither
  std::string password = {};
};
std::string ProxyRequest(const ProxyTunnel& tunnel);
Status JudgeProxyAnswer(const http::ResponseHead& head);

// A WebSocket (RFC 6455, section 4.1) that carries `subprotocol`.
struct WebSocketRequest {
  std::string host;  // "broker.example.com", with its port if that is not the scheme's own
  std::string path;  // "/mqtt"
  std::string subprotocol;
  uint64_t seed = 0;  // of the key and of what masks the frames: unpredictable, see Random
};
// 16 random bytes in base64.
std::string NewWebSocketKey(Random* random);
std::string WebSocketRequestText(const WebSocketRequest& request, const std::string& key);
Status JudgeWebSocketAnswer(const http::ResponseHead& head, const std::string& key,
                            const std::string& subprotocol);
// What a server answers such a key with.
std::string WebSocketAccept(const std::string& key);

}  // namespace sluice::transport
