#include "config/admin.h"

#include <utility>

namespace sluice::config {

using std::chrono::milliseconds;

void Read(TableReader& t, AdminConfig* admin) {
  t.Flag("enabled", &admin->enabled);
  t.Parsed("bind", &admin->bind, transport::SocketAddress::Parse);
  t.TextList("hosts", &admin->hosts);
  t.Number("max_connections", 2, 1000, &admin->max_connections);
  t.Time("request_timeout", milliseconds(100), &admin->request_timeout);
}

void CheckMachine(const AdminConfig& admin, Machine& machine) {
  if (admin.enabled) machine.CheckBind("admin.bind", admin.bind);
}

admin::AdminOptions ToAdminOptions(const AdminConfig& admin) {
  admin::AdminOptions options = ToControlOptions(admin, admin.bind.text());
  options.hosts = admin.hosts;
  options.metric_label = admin::AdminOptions{}.metric_label;
  return options;
}

admin::AdminOptions ToControlOptions(const AdminConfig& admin, std::string address) {
  admin::AdminOptions options;
  options.bind = std::move(address);
  options.metric_label = "control";
  options.max_connections = admin.max_connections;
  options.request_timeout = std::chrono::duration_cast<milliseconds>(admin.request_timeout);
  return options;
}

}  // namespace sluice::config
