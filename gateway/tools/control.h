#pragma once

#include <optional>
#include <string>

#include "base/status.h"
#include "http/message.h"

namespace sluice::tools {

// Asks the running gateway whose data_dir is `directory`, with POST if there is a form. Fails, with
// words for people, when none answers.
Result<http::Response> AskControl(const std::string& directory, const std::string& path,
                                  std::optional<std::string> form = {});

// Writes "sluice: <why>" to standard error; the exit code.
int Complain(const Status& status);

}  // namespace sluice::tools
