#pragma once

#include <string>

namespace sluice::app {

// `sluice status`: asks the gateway at `admin` ("127.0.0.1:9464") for its books and prints them. 0,
// or 1 when it does not answer.
int StatusCommand(const std::string& admin);

}  // namespace sluice::app
