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

TEST(LimitsTest, TopicMayHaveAsManyLevelsAsTheLimit) {
  Limits limits;
  limits.max_topic_levels = 4;
  EXPECT_TRUE(TopicFits("a/b/c/d", limits));
  EXPECT_FALSE(TopicFits("a/b/c/d/e", limits));
  EXPECT_TRUE(TopicFits("///", limits));
  EXPECT_FALSE(TopicFits("////", limits));
}

TEST(LimitsTest, TopicMayHaveAsManyBytesAsTheLimit) {
  Limits limits;
  limits.max_topic_bytes = 7;
  EXPECT_TRUE(TopicFits("1234567", limits));
  EXPECT_FALSE(TopicFits("12345678", limits));
}

}  // namespace
}  // namespace sluice::session
