#include "admin/admin_server.h"

#include <utility>

#include "admin/admin_connection.h"
#include "admin/status_json.h"
#include "admin/status_text.h"
#include "transport/unix_socket.h"

namespace sluice::admin {
namespace {

constexpr int kBadRequest = 400;
constexpr const char* kPrometheusContentType = "text/plain; version=0.0.4";

http::Response HealthPage(const Health& health) {
  http::Response response;
  response.status = health.state() == HealthState::kFailing ? 503 : 200;
  response.body = health.Text();
  return response;
}

http::Response AnswerForm(const ControlPage& page, const http::Request& request) {
  const auto form = Form::Parse(page.method == http::Method::kPost ? request.body : request.query);
  if (form.ok()) return page.answer(*form);
  return {.status = kBadRequest, .body = form.status().message() + "\n"};
}

transport::ListenerOptions ListenerOptionsFor(const AdminOptions& options) {
  transport::ListenerOptions listener;
  listener.bind = options.bind;
  listener.limits.max_connections = options.max_connections;
  listener.metric_label = options.metric_label;
  return listener;
}

}  // namespace

Result<std::unique_ptr<AdminServer>> AdminServer::Open(transport::Loop& loop, AdminOptions options,
                                                       Metrics& metrics, AdminPages pages) {
  auto server = std::make_unique<AdminServer>(loop, std::move(options), metrics, std::move(pages));
  auto listener = transport::Listener::Open(
      loop, ListenerOptionsFor(server->options_), metrics,
      [raw = server.get()](std::unique_ptr<transport::ByteStream> stream) {
        raw->Accept(std::move(stream));
      });
  if (!listener.ok()) return listener.status();
  server->listener_ = std::move(listener).value();
  return server;
}

AdminServer::AdminServer(Scheduler& scheduler, AdminOptions options, Metrics& metrics,
                         AdminPages pages)
    : scheduler_(scheduler),
      options_(std::move(options)),
      metrics_(metrics),
      pages_(std::move(pages)),
      handler_([this](const http::Request& request) { return table_.Answer(request); }) {
  AddPages();
  if (transport::IsUnixAddress(options_.bind)) return;
  host_guard_.emplace(options_.bind, options_.hosts, SystemClock(), metrics);
  guard_ = [this](const http::RequestHead& request) { return host_guard_->Judge(request); };
}

AdminServer::~AdminServer() = default;

void AdminServer::AddPages() {
  table_.Add(http::Method::kGet, "/metrics", [this](const http::Request&) {
    return http::Response{.content_type = kPrometheusContentType,
                          .body = metrics_.PrometheusText()};
  });
  table_.Add(http::Method::kGet, "/status", [this](const http::Request&) {
    return http::Response{.body = StatusText(pages_.snapshot())};
  });
  table_.Add(http::Method::kGet, "/status.json", [this](const http::Request&) {
    return http::Response{.content_type = "application/json",
                          .body = StatusJson(pages_.snapshot())};
  });
  table_.Add(http::Method::kGet, "/healthz",
             [this](const http::Request&) { return HealthPage(*pages_.health); });
  SLUICE_CHECK(pages_.control.empty() || transport::IsUnixAddress(options_.bind));
  for (const ControlPage& page : pages_.control) {
    table_.Add(page.method, page.path,
               [&page](const http::Request& request) { return AnswerForm(page, request); });
  }
}

void AdminServer::Accept(std::unique_ptr<transport::ByteStream> stream) {
  connections_.push_back(std::make_unique<AdminConnection>(this, std::move(stream)));
  const auto last = std::prev(connections_.end());
  (*last)->Start(last);
}

}  // namespace sluice::admin
