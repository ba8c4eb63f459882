#include "session/limits.h"

#include <gtest/gtest.h>

namespace sluice::session {
namespace {

TEST(LimitsTest, EveryCounterHasANameOfItsOwn) {
  Metrics metrics;
  Counters counters(metrics);
  counters.connect_timeouts.Add(7);
  const std::string text = metrics.PrometheusText();
  EXPECT_NE(text.find("sluice_session_limit_total{limit=\"connect_timeout\"} 7"), std::string::npos)
      << text;
}

TEST(LimitsTest, DefaultsAgreeWithEachOther) {
  const Limits limits;
  EXPECT_LE(limits.max_connect_bytes, limits.max_packet_bytes);
  EXPECT_LE(limits.receive_maximum, limits.max_qos2_ids);
  EXPECT_LT(limits.max_topic_bytes, limits.max_packet_bytes);
}

}  // namespace
}  // namespace sluice::session
