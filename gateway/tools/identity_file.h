#pragma once

#include <optional>
#include <string>
#include <string_view>

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

}  // namespace sluice::tools
