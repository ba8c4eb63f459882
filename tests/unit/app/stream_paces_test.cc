#include "app/stream_paces.h"

#include <gtest/gtest.h>

#include <string>

#include "base/log.h"
#include "support/manual_journal.h"
#include "support/memory_env.h"
#include "support/simulated_clock.h"
#include "support/simulated_scheduler.h"

namespace sluice::app {
namespace {

TEST(StreamPacesTest, TellsHowFastAStreamTakesGrowsAndIsEmptied) {
  SetLogLevel(LogLevel::kOff);
  test::MemoryEnv env;
  test::SimulatedClock clock;
  test::SimulatedScheduler scheduler(&clock);
  journal::StreamOptions options;
  options.compress = false;
  options.name = "telemetry";
  options.routes = {"other", "cloud"};
  auto journal = journal::Journal::Open(env, "/data", test::ManualJournalOptions(clock), {options});
  ASSERT_TRUE(journal.ok());
  journal::Stream& stream = *(*journal)->stream("telemetry");
  journal::Cursor& cloud = *stream.cursor("cloud");
  {
    StreamPaces paces(scheduler, **journal);
    EXPECT_FALSE(paces.Accepted(stream));
    EXPECT_FALSE(paces.Grown(stream));
    EXPECT_FALSE(paces.Passed(stream, cloud));
    for (int second = 0; second < 200; ++second) {
      for (int i = 0; i < 5; ++i) {
        ASSERT_EQ(stream.Append(AsBytes(std::string(1000, 'x'))).verdict,
                  journal::AppendVerdict::kStored);
      }
      scheduler.Advance(std::chrono::seconds(1));
      test::RunUntilIdle(**journal, clock);
      if (second >= 100) cloud.Advance({.acknowledged = 3});
    }
    EXPECT_NEAR(*paces.Accepted(stream), 5, 0.1);
    EXPECT_NEAR(*paces.Grown(stream), 5 * 1060, 200);
    EXPECT_NEAR(*paces.Passed(stream, cloud), 3, 0.1);
    EXPECT_EQ(*paces.Passed(stream, *stream.cursor("other")), 0);
  }
}

}  // namespace
}  // namespace sluice::app
