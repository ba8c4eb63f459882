#pragma once

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/metrics.h"
#include "describe.h"
#include "session/client_terms.h"
#include "session/control_rate.h"
#include "session/fault.h"

namespace sluice::session {

// One part of a session by itself, with what all parts are given. The limits can be changed before
// the part is made, the client's terms at any time. Said() is what came of calls as text, packets
// first: "PUBACK 1; publish t=x q1 #2".
class PartTest : public testing::Test {
 protected:
  // The client's CONNECT is accepted as it is in `connect`.
  void Bind(codec::Version version = codec::Version::kV5) {
    connect.version = version;
    terms.Bind(connect);
    terms.CheckInvariants();
  }
  // The client has used up its control packets but for so many.
  void LeaveControlPackets(uint32_t count) {
    for (uint32_t i = count; i < limits.control_burst; ++i) control_rate.Take(now, 1, &out);
    ASSERT_FALSE(control_rate.rests());
  }
  std::string Said() {
    std::vector<std::string> said;
    if (!out.bytes.empty()) said.push_back(DescribePackets(out.bytes.view(), terms.version()));
    for (const Action& action : out.actions) said.push_back(Describe(action));
    out.Clear();
    return fmt::format("{}", fmt::join(said, "; "));
  }

  Metrics metrics;
  Counters counters{metrics};
  Limits limits;
  Capabilities capabilities;
  codec::Connect connect;
  ClientTerms terms{limits, capabilities, counters};
  ControlRate control_rate{limits, counters};
  MonotonicTime now{std::chrono::seconds(1000)};
  Output out;
};

}  // namespace sluice::session
