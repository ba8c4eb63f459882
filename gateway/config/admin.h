#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "admin/admin_server.h"
#include "config/machine.h"
#include "config/toml_reader.h"
#include "transport/socket_address.h"

namespace sluice::config {

// [admin]
struct AdminConfig {
  bool enabled = true;
  transport::SocketAddress bind = *transport::SocketAddress::Parse(admin::AdminOptions{}.bind);
  std::vector<std::string> hosts;  // that it answers to besides its address and localhost
  uint64_t max_connections = admin::AdminOptions{}.max_connections;
  Duration request_timeout = admin::AdminOptions{}.request_timeout;
  bool operator==(const AdminConfig&) const = default;
};

void Read(TableReader& t, AdminConfig* admin);
void CheckMachine(const AdminConfig& admin, Machine& machine);

// For the page; and for the control socket, whose address is not the section's.
admin::AdminOptions ToAdminOptions(const AdminConfig& admin);
admin::AdminOptions ToControlOptions(const AdminConfig& admin, std::string address);

}  // namespace sluice::config
