#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "event_samples.h"
#include "schema/event_view.h"
#include "support/allocations.h"

namespace sluice::schema {
namespace {

class EventTest : public testing::Test {
 protected:
  std::vector<uint8_t> Build() { return CopyOf(BuildGreenhouseEvent(builder_)); }

  EventBuilder builder_;
  EventView view_;
};

TEST_F(EventTest, EveryFieldComesBack) {
  ASSERT_TRUE(view_.Parse(BuildGreenhouseEvent(builder_)).ok());
  const EventFields want = GreenhouseFields();
  const EventFields got = view_.fields();
  EXPECT_EQ(got.type, want.type);
  EXPECT_EQ(got.gateway, want.gateway);
  EXPECT_EQ(got.stream, want.stream);
  EXPECT_EQ(got.offset, want.offset);
  EXPECT_EQ(got.device, want.device);
  EXPECT_EQ(got.identity, want.identity);
  EXPECT_EQ(got.time, want.time);
  EXPECT_EQ(got.time_source, want.time_source);
  EXPECT_EQ(got.received, want.received);
  EXPECT_EQ(got.topic, want.topic);
  EXPECT_EQ(got.profile, want.profile);
  EXPECT_EQ(got.severity, want.severity);
  EXPECT_EQ(got.traceparent, want.traceparent);
  EXPECT_EQ(got.sequence, want.sequence);
}

TEST_F(EventTest, EveryKindOfReadingComesBack) {
  ASSERT_TRUE(view_.Parse(BuildGreenhouseEvent(builder_)).ok());
  ASSERT_EQ(view_.reading_count(), 5u);
  EXPECT_EQ(view_.reading(0).name, "temperature");
  EXPECT_EQ(std::get<double>(view_.reading(0).value), 21.5);
  EXPECT_EQ(view_.reading(0).unit, "Cel");
  EXPECT_EQ(std::get<int64_t>(view_.reading(1).value), -3);
  EXPECT_EQ(view_.reading(1).quality, Quality::kOutOfRange);
  EXPECT_EQ(std::get<bool>(view_.reading(2).value), false);
  EXPECT_EQ(std::get<std::string_view>(view_.reading(3).value), "open \"wide\"");
  EXPECT_THAT(std::get<ByteSpan>(view_.reading(4).value), testing::ElementsAre(0x00, 0xff, 0x10));
}

TEST_F(EventTest, AttributesComeBackAlsoEmptyOnes) {
  ASSERT_TRUE(view_.Parse(BuildGreenhouseEvent(builder_)).ok());
  ASSERT_EQ(view_.attribute_count(), 2u);
  EXPECT_EQ(view_.attribute(0).key, "model");
  EXPECT_EQ(view_.attribute(0).value, "SNZB-02");
  EXPECT_EQ(view_.attribute(1).value, "");
}

TEST_F(EventTest, OffsetZeroIsWritten) {
  EventFields fields = GreenhouseFields();
  fields.offset = 0;
  ASSERT_TRUE(view_.Parse(BuildGreenhouseEvent(builder_, fields)).ok());
  EXPECT_EQ(view_.offset(), 0u);
}

TEST_F(EventTest, WhatIsNotSetIsEmpty) {
  builder_.Start();
  ASSERT_TRUE(
      view_.Parse(builder_.Finish({.type = "t.v1", .gateway = "g", .stream = "s", .device = "d"}))
          .ok());
  EXPECT_EQ(view_.topic(), "");
  EXPECT_EQ(view_.traceparent(), "");
  EXPECT_EQ(view_.sequence(), std::nullopt);
  EXPECT_EQ(view_.reading_count(), 0u);
  EXPECT_EQ(view_.attribute_count(), 0u);
}

TEST_F(EventTest, ADeviceThatPublishesForItselfIsItsOwnIdentity) {
  EventFields fields = GreenhouseFields();
  fields.identity = fields.device;
  ASSERT_TRUE(view_.Parse(BuildGreenhouseEvent(builder_, fields)).ok());
  EXPECT_EQ(view_.identity(), "attic");
}

TEST_F(EventTest, MisalignedBytesAreReadThroughACopy) {
  const std::vector<uint8_t> event = Build();
  std::vector<uint8_t> shifted(event.size() + 8);
  for (size_t shift = 0; shift < 8; ++shift) {
    std::memcpy(shifted.data() + shift, event.data(), event.size());
    ASSERT_TRUE(view_.Parse({shifted.data() + shift, event.size()}).ok());
    EXPECT_EQ(std::get<double>(view_.reading(0).value), 21.5);
  }
}

TEST_F(EventTest, TruncatedAnywhereItIsCorruptOrStillVerifies) {
  const std::vector<uint8_t> event = Build();
  size_t refused = 0;
  for (size_t size = 0; size < event.size(); ++size) {
    const std::vector<uint8_t> cut(event.begin(), event.begin() + static_cast<ptrdiff_t>(size));
    const Status status = view_.Parse(cut);
    if (!status.ok()) {
      EXPECT_EQ(status.code(), StatusCode::kCorruption);
      ++refused;
    }
  }
  // The tail may be padding only; everything else is needed.
  EXPECT_GE(refused, event.size() - 8);
}

TEST_F(EventTest, ATurnedByteNeverLeadsOutsideOfTheBuffer) {
  const std::vector<uint8_t> event = Build();
  for (size_t i = 0; i < event.size(); ++i) {
    for (const uint8_t mask : {0x01, 0x80, 0xff}) {
      std::vector<uint8_t> bad = event;  // its own allocation: the sanitizer sees a step outside
      bad[i] ^= mask;
      if (!view_.Parse(bad).ok()) continue;
      for (size_t r = 0; r < view_.reading_count(); ++r) (void)view_.reading(r);
      for (size_t a = 0; a < view_.attribute_count(); ++a) (void)view_.attribute(a);
      (void)view_.fields();
    }
  }
}

TEST_F(EventTest, AnotherIdentifierIsNoEvent) {
  std::vector<uint8_t> event = Build();
  event[7] = 'B';
  EXPECT_EQ(view_.Parse(event).code(), StatusCode::kCorruption);
}

TEST_F(EventTest, MoreTablesThanABuilderCanMakeAreRefused) {
  builder_.Start();
  for (size_t i = 0; i < EventBuilder::kMaxReadings; ++i) {
    builder_.AddReading({.name = "n", .value = 1.0});
  }
  for (size_t i = 0; i < EventBuilder::kMaxAttributes; ++i) builder_.AddAttribute("k", "v");
  EXPECT_TRUE(view_.Parse(builder_.Finish(GreenhouseFields())).ok());
  EXPECT_DEATH(
      {
        builder_.Start();
        for (size_t i = 0; i <= EventBuilder::kMaxReadings; ++i) {
          builder_.AddReading({.name = "n", .value = 1.0});
        }
      },
      "kMaxReadings");
}

TEST_F(EventTest, TooLongIsRefusedBeforeItIsRead) {
  const std::vector<uint8_t> bytes(EventView::kMaxEventBytes + 1);
  EXPECT_EQ(view_.Parse(bytes).code(), StatusCode::kCorruption);
}

TEST_F(EventTest, BuildingAndReadingAllocateNothingInSteadyState) {
  ASSERT_TRUE(view_.Parse(BuildGreenhouseEvent(builder_)).ok());
  const test::AllocationCounter counter;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(view_.Parse(BuildGreenhouseEvent(builder_)).ok());
    ASSERT_EQ(view_.reading_count(), 5u);
  }
  EXPECT_EQ(counter.count(), 0u);
}

}  // namespace
}  // namespace sluice::schema
