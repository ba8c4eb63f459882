#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace sluice::tools {

// Somebody in a file that `sluice identity import` reads.
struct IdentityLine {
  std::string name;
  std::string password_hash;         // empty: no password
  std::string psk = {};              // bytes; empty: none
  std::optional<bool> enabled = {};  // as the file says
};

// A line of such a file:
//
//   {"name":"pump-1","enabled":true,"password_hash":"$argon2id$…","psk":""}   as `identity export`
//   writes it pump-1:$7$101$…                                                  as mosquitto_passwd
//   writes it
//
// Nothing for an empty line and one that begins with #. kInvalidArgument: what is wrong with it, in
// words that hold no hash.
Result<std::optional<IdentityLine>> ParseIdentityLine(std::string_view line);

// One of those in a file, or what is wrong with it, and where: "5", its line, or "client 2".
struct IdentityEntry {
  std::string place;
  Result<IdentityLine> line;
};

// All that a file holds: lines as above, or the JSON of Mosquitto's dynamic security plugin, of
// which the clients are taken, and neither roles nor groups. Those without a password let nobody
// in, there as here.
std::vector<IdentityEntry> ParseIdentityFile(std::string_view text);

}  // namespace sluice::tools
