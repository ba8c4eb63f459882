#include "transport/websocket_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/base64.h"
#include "base/byte_buffer.h"
#include "base/log.h"
#include "http/response_writer.h"
#include "transport/tunnel.h"

namespace sluice::transport {
namespace {

using http::FullRequestHead;
using Refusal = WebSocketRefusal;

constexpr std::array<std::string_view, kWebSocketRefusals> kNames = {
    "not_http", "too_long",      "timeout", "path",        "no_upgrade",
    "version",  "bad_handshake", "origin",  "subprotocol", "aborted"};

// In the order of preference.
constexpr std::string_view kSubprotocols[] = {"mqtt", "mqttv3.1"};
constexpr size_t kKeyBytes = 16;
// The longest word of a peer that a log line repeats.
constexpr size_t kMaxQuotedBytes = 120;

WebSocketAnswer Refuse(Refusal refusal, http::Response response, std::string why) {
  ByteBuffer text;
  response.body += '\n';
  AppendResponse(response, /*with_body=*/true, /*keep_alive=*/false, &text);
  return {.text = std::string(AsText(text.view())), .refusal = refusal, .why = std::move(why)};
}

WebSocketAnswer Refuse(Refusal refusal, int status, std::string body, std::string why) {
  return Refuse(refusal, {.status = status, .body = std::move(body)}, std::move(why));
}

// A page was asked for, or another protocol.
WebSocketAnswer RequireUpgrade(Refusal refusal, std::string why) {
  return Refuse(refusal,
                {.status = 426,
                 .body = "Here is MQTT in a WebSocket (RFC 6455), version 13, subprotocol mqtt.",
                 .more = {{"Upgrade", "websocket"},
                          {"Connection", "Upgrade"},
                          {"Sec-WebSocket-Version", "13"}}},
                std::move(why));
}

bool IsKey(std::string_view text) {
  std::string bytes;
  return AppendFromBase64(text, &bytes) && bytes.size() == kKeyBytes;
}

// "https://h:1" is of the host "h:1".
bool IsOf(std::string_view origin, std::string_view host) {
  constexpr std::string_view kMark = "://";
  const size_t mark = origin.find(kMark);
  if (mark == std::string_view::npos) return false;
  return origin.substr(mark + kMark.size()) == host;
}

bool AllowsOrigin(const WebSocketRules& rules, std::string_view origin, std::string_view host) {
  return IsOf(origin, host) || std::ranges::any_of(rules.origins, [&](const std::string& allowed) {
           return allowed == "*" || http::EqualsIgnoringCase(origin, allowed);
         });
}

std::string Quoted(std::string_view text) { return Printable(text, kMaxQuotedBytes); }

std::string Accept(const std::string& key, std::string_view subprotocol) {
  return fmt::format(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: {}\r\nSec-WebSocket-Protocol: {}\r\n\r\n",
      WebSocketAccept(key), subprotocol);
}

}  // namespace

std::string_view WebSocketRefusalName(Refusal refusal) {
  return kNames.at(static_cast<size_t>(refusal));
}

WebSocketAnswer AnswerWebSocketRequest(const FullRequestHead& head, const WebSocketRules& rules) {
  if (head.major != 1 || head.minor < 1) {
    return Refuse(Refusal::kVersion, 505, "HTTP/1.1 is needed.",
                  fmt::format("it speaks HTTP/{}.{}", head.major, head.minor));
  }
  if (head.path() != rules.path) {
    return Refuse(Refusal::kPath, 404, "There is no such page; MQTT is at " + rules.path + ".",
                  fmt::format("it asks for {} and not for {}", Quoted(head.path()), rules.path));
  }
  if (head.method != http::Method::kGet) {
    return Refuse(Refusal::kNoUpgrade, {.status = 405, .body = "Only GET.", .allow = "GET"},
                  "its request is no GET");
  }
  if (!http::FieldHasToken(head.fields, "upgrade", "websocket") ||
      !http::FieldHasToken(head.fields, "connection", "upgrade")) {
    return RequireUpgrade(Refusal::kNoUpgrade, "it asks for a page and not for a WebSocket");
  }
  const std::string* const version = http::OnlyField(head.fields, "sec-websocket-version");
  if (version == nullptr || http::Trim(*version) != "13") {
    return RequireUpgrade(Refusal::kVersion, "its version of WebSocket is not 13");
  }
  const std::string* const key = http::OnlyField(head.fields, "sec-websocket-key");
  if (key == nullptr || !IsKey(http::Trim(*key))) {
    return Refuse(Refusal::kBadHandshake, 400, "Sec-WebSocket-Key must be 16 bytes in base64.",
                  "its Sec-WebSocket-Key is none");
  }
  const std::string* const host = http::OnlyField(head.fields, "host");
  if (host == nullptr) {
    return Refuse(Refusal::kBadHandshake, 400, "There must be one Host.",
                  "its request has no Host, or several");
  }
  const std::string* const origin = http::OnlyField(head.fields, "origin");
  const bool has_origin = http::CountField(head.fields, "origin") > 0;
  if (has_origin &&
      (origin == nullptr || !AllowsOrigin(rules, http::Trim(*origin), http::Trim(*host)))) {
    return Refuse(Refusal::kOrigin, 403, "Pages of this origin may not come here.",
                  fmt::format("web pages of {} may not come; if they shall, add it to "
                              "websocket.origins",
                              origin == nullptr ? "two origins" : Quoted(*origin)));
  }
  for (const std::string_view subprotocol : kSubprotocols) {
    if (!http::FieldHasToken(head.fields, "sec-websocket-protocol", subprotocol)) continue;
    return {.text = Accept(std::string(http::Trim(*key)), subprotocol), .accepted = true};
  }
  return Refuse(Refusal::kSubprotocol, 400, "The subprotocol must be mqtt.",
                "it does not offer the subprotocol mqtt");
}

WebSocketAnswer RefuseWebSocket(Refusal refusal) {
  switch (refusal) {
    case Refusal::kTooLong:
      return Refuse(refusal, 431, "The request is too long.",
                    "its request for a WebSocket is too long; raise websocket.max_request if it "
                    "is sound");
    case Refusal::kTimeout:
      return Refuse(refusal, 408, "The request did not come in time.",
                    "its request for a WebSocket did not come in time");
    default:
      return Refuse(refusal, 400, "What came is not HTTP; here is MQTT in a WebSocket.",
                    "what it speaks is not HTTP");
  }
}

// What browsers send: scheme, host and port, in lower case (RFC 6454, section 6.2).
Result<std::string> ParseOrigin(std::string_view text) {
  if (text == "*") return std::string(text);
  const size_t scheme = text.find("://");
  const bool is_bare = scheme != std::string_view::npos && scheme > 0 &&
                       text.find_first_of("/?#@ ", scheme + 3) == std::string_view::npos &&
                       text.size() > scheme + 3;
  const bool is_plain =
      std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f && (c < 'A' || c > 'Z'); });
  if (is_bare && is_plain) return std::string(text);
  return Status::InvalidArgument(
      fmt::format("'{}' is no origin: write SCHEME://HOST or SCHEME://HOST:PORT in lower case, "
                  "without a path, as browsers do, or \"*\" for any page",
                  text));
}

Result<std::string> ParseWebSocketPath(std::string_view text) {
  const bool is_plain =
      std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f && c != '?' && c != '#'; });
  if (text.starts_with('/') && is_plain) return std::string(text);
  return Status::InvalidArgument(
      fmt::format("'{}' is no path: write it as in \"/mqtt\", without '?' and '#'", text));
}

}  // namespace sluice::transport
