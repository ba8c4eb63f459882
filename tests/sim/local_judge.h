#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/case_file.h"

namespace sluice::sim {

// Judges what local subscribers are written: events only once they are committed (8), each under
// its id (4), under its own device's name (9).
class LocalJudge {
 public:
  // The file outlives it.
  explicit LocalJudge(CaseFile& file) : file_(file) {}

  void OnDelivered(const std::string& client, std::string_view topic, std::string_view payload);

 private:
  void LookAtEvent(const std::string& client, std::string_view topic, std::string_view payload);
  void LookAtId(Token token, std::string_view payload);
  void LookAtMessage(const std::string& client, std::string_view topic, std::string_view payload);

  CaseFile& file_;
};

}  // namespace sluice::sim
