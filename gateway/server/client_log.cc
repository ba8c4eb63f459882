#include "server/client_log.h"

#include <fmt/format.h>

#include <string>

#include "codec/reason_code.h"

namespace sluice::server {
namespace {

// "pump-1 of plant (192.0.2.7:50123)".
std::string NameOf(const ClientLog::Client& client) {
  return fmt::format("{} of {} ({})", Printable(client.broker.View(client.id).client_id),
                     Printable(client.identity), client.peer.address);
}

}  // namespace

void ClientLog::Joined(const Client& client, std::string_view protocol,
                       const codec::Connect& connect, bool session_present) const {
  if (!enabled()) return;
  LogLine(level_,
          fmt::format("{} connected: MQTT {}, {}, keep alive {} s, {}", NameOf(client), protocol,
                      client.peer.tls_version.empty() ? "plaintext" : client.peer.tls_version,
                      connect.keep_alive_seconds,
                      session_present ? "its session goes on" : "a new session"));
}

void ClientLog::Subscribed(const Client& client, const codec::Subscribe& subscribe,
                           const std::vector<codec::ReasonCode>& codes) const {
  if (!enabled()) return;
  std::string text;
  size_t named = 0;
  for (const codec::Subscription& wanted : subscribe.subscriptions) {
    if (named == kMaxFilters || named == codes.size()) break;
    text += fmt::format("{}{} ({})", named == 0 ? "" : ", ", Printable(wanted.filter),
                        codec::ReasonCodeName(codes[named], codec::PacketType::kSuback));
    ++named;
  }
  if (codes.size() > named) text += fmt::format(" and {} more", codes.size() - named);
  LogLine(level_, fmt::format("{} subscribes to {}", NameOf(client), text));
}

void ClientLog::Unsubscribed(const Client& client, const codec::Unsubscribe& unsubscribe) const {
  if (!enabled()) return;
  std::string text;
  size_t named = 0, all = 0;
  for (const codec::Unsubscription& unwanted : unsubscribe.filters) {
    if (all++ >= kMaxFilters) continue;
    text += fmt::format("{}{}", named++ == 0 ? "" : ", ", Printable(unwanted.filter));
  }
  if (all > named) text += fmt::format(" and {} more", all - named);
  LogLine(level_, fmt::format("{} unsubscribes from {}", NameOf(client), text));
}

void ClientLog::Left(const Client& client, const session::Close& close, Duration stay) const {
  if (!enabled()) return;
  LogLine(level_, fmt::format("{} disconnected after {} s: {}", NameOf(client),
                              stay / std::chrono::seconds(1), close.detail));
}

}  // namespace sluice::server
