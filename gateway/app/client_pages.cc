#include "app/client_pages.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "app/control_answer.h"

namespace sluice::app {
namespace {

// Clients of a page, a fraction of a millisecond of the loop: ten thousand of them do not keep
// devices waiting.
constexpr uint64_t kMostClients = 200;

double SecondsOf(Duration duration) { return std::chrono::duration<double>(duration).count(); }

void WriteClient(const server::ClientInfo& client, JsonWriter* json) {
  json->BeginObject();
  json->Member("id", client.client_id);
  json->Member("identity", client.identity);
  json->Member("address", client.address);
  json->Member("listener", client.listener);
  json->Member("mqtt", client.protocol);
  json->Member("tls", client.tls);
  json->Member("connected_seconds", SecondsOf(client.connected_for));
  json->Member("last_packet_seconds_ago", SecondsOf(client.last_packet_ago));
  json->Member("subscriptions", uint64_t{client.subscriptions});
  json->Member("unacknowledged", uint64_t{client.unacknowledged});
  json->Member("in_flight", uint64_t{client.in_flight});
  json->Member("queued", uint64_t{client.queued});
  json->Member("queued_bytes", uint64_t{client.queued_bytes});
  json->EndObject();
}

// The number under `name`; `otherwise` if there is none of it, nothing if it is no number.
std::optional<uint64_t> NumberOf(const admin::Form& form, std::string_view name,
                                 uint64_t otherwise) {
  const std::string* const text = form.Find(name);
  if (text == nullptr) return otherwise;
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

http::Response ClientsPage(const server::Server& server, const admin::Form& form) {
  const Status known = form.ExpectOnly({"after", "limit"});
  if (!known.ok()) return Refuse(known);
  const auto after = NumberOf(form, "after", 0);
  const auto limit = NumberOf(form, "limit", kMostClients);
  if (!after || !limit || *limit == 0) {
    return Refuse(kBadRequest, "after and limit are numbers, and limit is at least 1");
  }
  return JsonLine(kOk, [&](JsonWriter& json) {
    json.Key("clients");
    json.BeginArray();
    const auto next = server.VisitClients(
        *after, static_cast<size_t>(std::min(*limit, kMostClients)),
        [&json](const server::ClientInfo& client) { WriteClient(client, &json); });
    json.EndArray();
    json.Key("next");  // what to ask for as `after`
    if (next) {
      json.Value(*next);
    } else {
      json.Null();
    }
  });
}

}  // namespace

void AddClientPages(const server::Server& server, std::vector<admin::ControlPage>* pages) {
  pages->push_back({http::Method::kGet, "/clients",
                    [&server](const admin::Form& form) { return ClientsPage(server, form); }});
}

}  // namespace sluice::app
