#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "admin/form.h"
#include "admin/host_guard.h"
#include "admin/page_table.h"
#include "admin/snapshot.h"
#include "base/health.h"
#include "base/metrics.h"
#include "base/scheduler.h"
#include "base/status.h"
#include "http/http_session.h"
#include "transport/listener.h"
#include "transport/loop.h"

namespace sluice::admin {

class AdminConnection;

struct AdminOptions {
  // Loopback unless the configuration asks for more: there is neither TLS nor a password, and the
  // metrics name devices. Or the control socket (see ControlAddress), where the file's mode says
  // who may ask, and no web page can.
  std::string bind = "127.0.0.1:9464";
  // Further names and addresses that it answers to; see HostGuard. Not asked on a control socket.
  std::vector<std::string> hosts = {};
  http::Limits http;
  // A peer that sends nothing, or a byte a minute: time for a whole request, and between two of
  // them.
  std::chrono::milliseconds request_timeout{10'000};
  // A scraper gone wild, or somebody who opens connections and asks nothing: at so many the one
  // that has asked nothing for longest is closed for the next, so that /healthz is always answered.
  size_t max_connections = 64;
  std::string metric_label = "admin";  // value of the label listener="…"
};

// What a command on this machine may ask, or tell the gateway to do. Only on a control socket,
// where the file's mode says who may: its user and group.
struct ControlPage {
  http::Method method;
  std::string path;
  // Gets the body of a POST or the query of a GET; what is no form is answered with 400 before.
  // Called on the loop thread: it does not wait; what takes longer it begins and tells when asked
  // again.
  std::function<http::Response(const Form&)> answer;
};

// The pages that the owner knows more about than this folder. Called on the loop thread.
struct AdminPages {
  // GET /status, /status.json.
  std::function<Snapshot()> snapshot;
  // GET /healthz: 503 if it is failing, else 200, with what is wrong. Outlives the server.
  const Health* health = nullptr;
  std::vector<ControlPage> control = {};  // none but on a control socket
};

// GET /metrics (Prometheus text 0.0.4), /status, /status.json and /healthz over plain HTTP, on an
// address or on the control socket, where the owner's control pages are, too. Loop thread only;
// destroyed before loop and metrics, with all its connections.
class AdminServer {
 public:
  static Result<std::unique_ptr<AdminServer>> Open(transport::Loop& loop, AdminOptions options,
                                                   Metrics& metrics, AdminPages pages);
  // Answers to the names of `options.bind`, but listens nowhere: whoever asks is accepted below.
  AdminServer(Scheduler& scheduler, AdminOptions options, Metrics& metrics, AdminPages pages);
  ~AdminServer();
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

  // "127.0.0.1:9464", with the port it got when 0 was asked for.
  const std::string& address() const { return listener_->address(); }
  size_t connections() const { return connections_.size(); }
  // A client has come, on the listener or another way.
  void Accept(std::unique_ptr<transport::ByteStream> stream);

 private:
  friend class AdminConnection;

  void AddPages();

  Scheduler& scheduler_;
  const AdminOptions options_;
  Metrics& metrics_;
  const AdminPages pages_;
  PageTable table_;
  const http::Handler handler_;
  std::optional<HostGuard> host_guard_;  // none on a control socket
  http::Guard guard_;                    // empty likewise
  std::list<std::unique_ptr<AdminConnection>> connections_;
  std::unique_ptr<transport::Listener> listener_;  // null: listens nowhere
};

}  // namespace sluice::admin
