#pragma once

#include <string>
#include <string_view>

namespace sluice::server {

// `pattern` with `identity` in the place of "{identity}"; empty if that cannot be one level of a
// topic, so that no client is told to use another's.
std::string ResponseInformation(std::string_view pattern, std::string_view identity);

}  // namespace sluice::server
