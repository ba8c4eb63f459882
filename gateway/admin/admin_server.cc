#include "admin/admin_server.h"

#include <utility>

#include "admin/admin_connection.h"

namespace sluice::admin {
namespace {

constexpr const char* kPrometheusContentType = "text/plain; version=0.0.4";

http::Response HealthPage(const Health& health) {
  http::Response response;
  response.status = health.state() == HealthState::kFailing ? 503 : 200;
  response.body = health.Text();
  return response;
}

http::Response NotFound() {
  http::Response response;
  response.status = 404;
  response.body = "There are /metrics, /status and /healthz.\n";
  return response;
}

transport::ListenerOptions ListenerOptionsFor(const AdminOptions& options) {
  transport::ListenerOptions listener;
  listener.bind = options.bind;
  listener.limits.max_connections = options.max_connections;
  listener.metric_label = "admin";
  return listener;
}

}  // namespace

Result<std::unique_ptr<AdminServer>> AdminServer::Open(transport::Loop& loop, AdminOptions options,
                                                       Metrics& metrics, AdminPages pages) {
  std::unique_ptr<AdminServer> server(
      new AdminServer(loop, std::move(options), metrics, std::move(pages)));
  auto listener = transport::Listener::Open(
      loop, ListenerOptionsFor(server->options_), metrics,
      [raw = server.get()](std::unique_ptr<transport::ByteStream> stream) {
        raw->OnAccept(std::move(stream));
      });
  if (!listener.ok()) return listener.status();
  server->listener_ = std::move(listener).value();
  return server;
}

AdminServer::AdminServer(transport::Loop& loop, AdminOptions options, Metrics& metrics,
                         AdminPages pages)
    : loop_(loop),
      options_(std::move(options)),
      metrics_(metrics),
      pages_(std::move(pages)),
      handler_([this](std::string_view path) { return Serve(path); }),
      host_guard_(options_.bind, options_.hosts, SystemClock(), metrics),
      guard_([this](const http::RequestHead& request) { return host_guard_.Judge(request); }) {}

AdminServer::~AdminServer() = default;

http::Response AdminServer::Serve(std::string_view path) {
  if (path == "/metrics") return {200, kPrometheusContentType, metrics_.PrometheusText()};
  if (path == "/status") return pages_.status();
  if (path == "/healthz") return HealthPage(*pages_.health);
  return NotFound();
}

void AdminServer::OnAccept(std::unique_ptr<transport::ByteStream> stream) {
  connections_.push_back(std::make_unique<AdminConnection>(this, std::move(stream)));
  const auto last = std::prev(connections_.end());
  (*last)->Start(last);
}

}  // namespace sluice::admin
