#include "base/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice {
namespace {

using ::testing::HasSubstr;

TEST(Metrics, SameNameAndLabelsAreTheSameMetric) {
  Metrics metrics;
  metrics.AddCounter("a_total", "help").Add(2);
  metrics.AddCounter("a_total", "help").Add(3);
  EXPECT_EQ(metrics.AddCounter("a_total", "help").value(), 5u);
  EXPECT_EQ(metrics.AddCounter("a_total", "help", "x=\"1\"").value(), 0u);
}

TEST(Metrics, ValueIsThatOfTheText) {
  Metrics metrics;
  metrics.AddCounter("a_total", "help", "x=\"1\"").Add(3);
  metrics.AddGauge("b", "help").Set(-4);
  metrics.AddCallback("c", "help", "", [] { return 1.5; });
  metrics.AddHistogram("d_seconds", "help");
  EXPECT_EQ(metrics.Value("a_total", "x=\"1\""), 3);
  EXPECT_EQ(metrics.Value("b"), -4);
  EXPECT_EQ(metrics.Value("c"), 1.5);
  EXPECT_EQ(metrics.Value("a_total"), std::nullopt);
  EXPECT_EQ(metrics.Value("d_seconds"), std::nullopt);
}

TEST(Metrics, TextGroupsLabelsUnderOneHeader) {
  Metrics metrics;
  metrics.AddCounter("a_total", "counts", "x=\"1\"").Add(7);
  metrics.AddGauge("b", "level").Set(-2);
  metrics.AddCounter("a_total", "counts", "x=\"2\"");
  metrics.AddCallback("c", "asked", "", [] { return 0.5; });
  EXPECT_EQ(
      metrics.PrometheusText(),
      "# HELP a_total counts\n# TYPE a_total counter\na_total{x=\"1\"} 7\na_total{x=\"2\"} 0\n"
      "# HELP b level\n# TYPE b gauge\nb -2\n"
      "# HELP c asked\n# TYPE c gauge\nc 0.5\n");
}

TEST(Metrics, CallbackOfATotalIsACounter) {
  Metrics metrics;
  metrics.AddCallback("seen_total", "counts", "", [] { return 3.0; });
  EXPECT_EQ(metrics.PrometheusText(),
            "# HELP seen_total counts\n# TYPE seen_total counter\nseen_total 3\n");
}

TEST(MetricsDeathTest, OnlyCountersAreTotals) {
  Metrics metrics;
  EXPECT_DEATH(metrics.AddGauge("level_total", "help"), "");
  EXPECT_DEATH(metrics.AddCounter("seen", "help"), "");
}

TEST(Metrics, HistogramBucketsAreCumulative) {
  Metrics metrics;
  Histogram& h = metrics.AddHistogram("d_seconds", "time");
  h.Observe(std::chrono::microseconds(5));
  h.Observe(std::chrono::microseconds(15));
  h.Observe(std::chrono::hours(2));
  const std::string text = metrics.PrometheusText();
  EXPECT_THAT(text, HasSubstr("d_seconds_bucket{le=\"1e-05\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("d_seconds_bucket{le=\"2e-05\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("d_seconds_bucket{le=\"+Inf\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("d_seconds_count 3\n"));
}

TEST(Metrics, LabelValuesAreEscaped) { EXPECT_EQ(Metrics::EscapeLabel("a\"\\\n"), "a\\\"\\\\\\n"); }

}  // namespace
}  // namespace sluice
