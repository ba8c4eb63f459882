#pragma once

#include <optional>
#include <string>

#include "base/status.h"
#include "http/message.h"

namespace sluice::tools {

// What the control channel answers with, of HTTP.
inline constexpr int kOk = 200;
inline constexpr int kAccepted = 202;
inline constexpr int kConflict = 409;
inline constexpr int kUnavailable = 503;

// Asks the running gateway whose data_dir is `directory`, with POST if there is a form. Fails, with
// words for people, when none answers.
Result<http::Response> AskControl(const std::string& directory, const std::string& path,
                                  std::optional<std::string> form = {});

// What a gateway that refuses has said.
std::string WhyNot(http::Response refusal);

// Writes "sluice: <why>" to standard error; the exit code.
int Complain(const Status& status);

}  // namespace sluice::tools
