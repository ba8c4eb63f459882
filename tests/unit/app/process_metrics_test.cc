#include "app/process_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace sluice::app {
namespace {

using ::testing::HasSubstr;

const std::string kStat =
    "71 (a) b (c) S 1 71 71 0 -1 4194560 900 0 3 0 250 50 0 0 20 0 7 0 8800 9961472 1200 "
    "18446744073";

TEST(ProcessMetrics, FieldsAreReadBehindAnyName) {
  const auto stat = ParseProcessStat(kStat);
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->cpu_ticks, 300U);
  EXPECT_EQ(stat->start_ticks, 8800U);
  EXPECT_EQ(stat->virtual_bytes, 9961472U);
  EXPECT_EQ(stat->resident_pages, 1200U);
}

TEST(ProcessMetrics, ShortTextIsNone) {
  const size_t last_field = kStat.find(" 1200") + 1;
  for (size_t size = 0; size <= last_field; ++size) {
    EXPECT_FALSE(ParseProcessStat(kStat.substr(0, size))) << size;
  }
}

TEST(ProcessMetrics, TextHasTheStandardNames) {
  Metrics metrics;
  RegisterProcessMetrics(metrics);
  const std::string text = metrics.PrometheusText();
  EXPECT_THAT(text, HasSubstr("# TYPE process_cpu_seconds_total counter\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE process_resident_memory_bytes gauge\n"));
  EXPECT_THAT(text, HasSubstr("\nsluice_build_info{version=\""));
}

}  // namespace
}  // namespace sluice::app
