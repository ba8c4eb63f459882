#pragma once

#include <map>

#include "base/metrics.h"
#include "codec/reason_code.h"

namespace sluice::server {

// Counts clients whose CONNECT was understood and refused, by reason:
// sluice_connects_refused_total{reason}. The log line beside it says who and why.
class ConnectRefusals {
 public:
  explicit ConnectRefusals(Metrics& metrics);
  void Count(codec::ReasonCode reason);

 private:
  std::map<codec::ReasonCode, Counter*> by_reason_;
  Counter& other_;
};

}  // namespace sluice::server
