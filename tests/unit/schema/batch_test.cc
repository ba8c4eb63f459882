#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "event_samples.h"
#include "schema/batch_builder.h"
#include "schema/batch_view.h"
#include "schema/event_view.h"
#include "support/allocations.h"
#include "support/temporary_directory.h"

namespace sluice::schema {
namespace {

class BatchTest : public testing::Test {
 protected:
  BatchTest() : event_(CopyOf(BuildGreenhouseEvent(event_builder_))) {}

  // Events 10 and 11, a gap of 12..19, event 20.
  ByteSpan BuildWithGap() {
    builder_.Start("greenhouse-7", "telemetry");
    builder_.AddEvent(10, event_);
    builder_.AddEvent(11, event_);
    builder_.AddGap({.first = 12, .last = 19, .reason = GapReason::kEvicted});
    builder_.AddEvent(20, event_);
    return builder_.Finish();
  }

  EventBuilder event_builder_;
  std::vector<uint8_t> event_;
  BatchBuilder builder_;
  BatchView view_;
  EventView event_view_;
};

TEST_F(BatchTest, EventsComeBackWholeAndAligned) {
  ASSERT_TRUE(view_.Parse(BuildWithGap()).ok());
  ASSERT_EQ(view_.size(), 4u);
  const auto bytes = std::get<ByteSpan>(view_.entry(1));
  EXPECT_THAT(bytes, testing::ElementsAreArray(event_));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(bytes.data()) % 8, 0u);
  EXPECT_TRUE(event_view_.Parse(bytes).ok());
}

TEST_F(BatchTest, GapsStandAtTheirPlace) {
  ASSERT_TRUE(view_.Parse(BuildWithGap()).ok());
  const auto gap = std::get<Gap>(view_.entry(2));
  EXPECT_EQ(gap.first, 12u);
  EXPECT_EQ(gap.last, 19u);
  EXPECT_EQ(gap.count(), 8u);
  EXPECT_EQ(gap.reason, GapReason::kEvicted);
}

TEST_F(BatchTest, TheHeadSaysWhatIsCovered) {
  ASSERT_TRUE(view_.Parse(BuildWithGap()).ok());
  EXPECT_EQ(view_.gateway(), "greenhouse-7");
  EXPECT_EQ(view_.stream(), "telemetry");
  EXPECT_EQ(view_.first_offset(), 10u);
  EXPECT_EQ(view_.last_offset(), 20u);
}

TEST_F(BatchTest, AGapAloneIsABatch) {
  builder_.Start("g", "s");
  builder_.AddGap({.first = 0, .last = 0, .reason = GapReason::kQuarantined});
  ASSERT_TRUE(view_.Parse(builder_.Finish()).ok());
  EXPECT_EQ(std::get<Gap>(view_.entry(0)).reason, GapReason::kQuarantined);
}

// Whoever has flatc and the schemas needs none of our code to look into a batch.
TEST_F(BatchTest, FlatcPrintsABatchWithItsEvents) {
  const test::TemporaryDirectory directory;
  const ByteSpan batch = BuildWithGap();
  std::ofstream(directory.File("b.sleb"), std::ios::binary) << AsText(batch);
  const std::string command =
      SLUICE_FLATC " --json --raw-binary --strict-json -o " + directory.path() +
      " " SLUICE_SOURCE_DIR "/gateway/schema/batch.fbs -- " + directory.File("b.sleb");
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  std::stringstream json;
  json << std::ifstream(directory.File("b.json")).rdbuf();
  EXPECT_THAT(json.str(), testing::HasSubstr("\"type\": \"climate.reading.v1\""));
  EXPECT_THAT(json.str(), testing::HasSubstr("\"reason\": \"evicted\""));
}

TEST_F(BatchTest, BatchesAndEventsTellThemselvesApart) {
  const ByteSpan batch = BuildWithGap();
  EXPECT_TRUE(BatchView::LooksLikeBatch(batch));
  EXPECT_FALSE(BatchView::LooksLikeBatch(event_));
  EXPECT_FALSE(event_view_.Parse(batch).ok());
  EXPECT_FALSE(view_.Parse(event_).ok());
}

TEST_F(BatchTest, SizeStaysUnderTheBound) {
  for (size_t count = 1; count < 200; count += 13) {
    builder_.Start("greenhouse-7", "telemetry");
    const size_t empty = builder_.size_bound();
    for (size_t i = 0; i < count; ++i) builder_.AddEvent(i, event_);
    EXPECT_LE(builder_.size_bound(), empty + count * BatchBuilder::Cost(event_.size()));
    const size_t bound = builder_.size_bound();
    EXPECT_LE(builder_.Finish().size(), bound);
  }
}

TEST_F(BatchTest, AHoleIsOurFault) {
  builder_.Start("g", "s");
  builder_.AddEvent(1, event_);
  EXPECT_DEATH(builder_.AddEvent(3, event_), "next");
}

TEST_F(BatchTest, ATurnedByteNeverLeadsOutsideOfTheBuffer) {
  const std::vector<uint8_t> batch = CopyOf(BuildWithGap());
  for (size_t i = 0; i < batch.size(); ++i) {
    std::vector<uint8_t> bad = batch;
    bad[i] ^= 0xff;
    if (!view_.Parse(bad).ok()) continue;
    EXPECT_LE(view_.first_offset(), view_.last_offset());
    for (size_t e = 0; e < view_.size(); ++e) (void)view_.entry(e);
  }
}

TEST_F(BatchTest, TruncatedItIsCorrupt) {
  const std::vector<uint8_t> batch = CopyOf(BuildWithGap());
  for (size_t size = 0; size + 8 < batch.size(); ++size) {
    const std::vector<uint8_t> cut(batch.begin(), batch.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_EQ(view_.Parse(cut).code(), StatusCode::kCorruption);
  }
}

TEST_F(BatchTest, BuildingAllocatesNothingInSteadyState) {
  BuildWithGap();
  const test::AllocationCounter counter;
  for (int i = 0; i < 10; ++i) BuildWithGap();
  EXPECT_EQ(counter.count(), 0u);
}

}  // namespace
}  // namespace sluice::schema
