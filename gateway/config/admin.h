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
  transport::SocketAddress bind = *transport::SocketAddress::Parse("127.0.0.1:9464");
  std::vector<std::string> hosts;  // that it answers to besides its address and localhost
  uint64_t max_connections = 64;
  Duration request_timeout = std::chrono::seconds(10);
  bool operator==(const AdminConfig&) const = default;
};

void Read(TableReader& t, AdminConfig* admin);
void CheckMachine(const AdminConfig& admin, Machine& machine);

// For the page; and for the control socket, whose address is not the section's.
admin::AdminOptions ToAdminOptions(const AdminConfig& admin);
admin::AdminOptions ToControlOptions(const AdminConfig& admin, std::string address);

}  // namespace sluice::config
