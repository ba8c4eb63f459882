#include "sim/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/situations.h"

namespace sluice::sim {
namespace {

using testing::HasSubstr;
using testing::Not;

Outcome Reaching(std::string_view situation) {
  Outcome outcome;
  outcome.situations.emplace(situation, 7);
  return outcome;
}

TEST(ReportTest, CountsSeedsAndNotTimes) {
  Report report;
  report.Add(Reaching("calm"));
  report.Add(Reaching("calm"));
  EXPECT_THAT(report.Table(), testing::ContainsRegex("\ncalm +2\n"));
}

TEST(ReportTest, SaysWhatNobodyReached) {
  Report report;
  report.Add(Reaching("calm"));
  EXPECT_THAT(report.Holes(), Not(HasSubstr("NEVER REACHED: calm\n")));
  EXPECT_THAT(report.Holes(), HasSubstr("NEVER REACHED: journal: gaps are merged\n"));
}

TEST(ReportTest, NothingIsLeftWhenAllWasReached) {
  Report report;
  for (const std::string_view name : Situations::Names()) report.Add(Reaching(name));
  EXPECT_EQ(report.Holes(), "");
}

}  // namespace
}  // namespace sluice::sim
