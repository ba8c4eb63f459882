#include "schema/cloudevents.h"

#include <gtest/gtest.h>

#include "event_samples.h"
#include "support/allocations.h"

namespace sluice::schema {
namespace {

std::string_view Find(std::span<const CloudEventAttributes::Item> items, std::string_view name) {
  for (const auto& item : items) {
    if (item.name == name) return item.value;
  }
  return "(absent)";
}

TEST(CloudEventsTest, AttributesAreThoseOfTheSpecification) {
  CloudEventAttributes attributes;
  const auto items = attributes.Render(GreenhouseFields());
  EXPECT_EQ(items.size(), 8u);
  EXPECT_EQ(Find(items, "specversion"), "1.0");
  EXPECT_EQ(Find(items, "id"), "greenhouse-7/telemetry/42");
  EXPECT_EQ(Find(items, "source"), "/sluice/greenhouse-7/telemetry");
  EXPECT_EQ(Find(items, "type"), "climate.reading.v1");
  EXPECT_EQ(Find(items, "time"), "2026-11-21T11:00:00.25Z");
  EXPECT_EQ(Find(items, "subject"), "attic");
  EXPECT_EQ(Find(items, "sequence"), "00000000000000000042");
  EXPECT_EQ(Find(items, "traceparent"), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
}

TEST(CloudEventsTest, NoTraceNoTraceparent) {
  CloudEventAttributes attributes;
  EventFields fields = GreenhouseFields();
  fields.traceparent = {};
  EXPECT_EQ(Find(attributes.Render(fields), "traceparent"), "(absent)");
}

TEST(CloudEventsTest, AttributesAllocateNothingInSteadyState) {
  CloudEventAttributes attributes;
  const EventFields fields = GreenhouseFields();
  attributes.Render(fields);
  const test::AllocationCounter counter;
  for (int i = 0; i < 100; ++i) attributes.Render(fields);
  EXPECT_EQ(counter.count(), 0u);
}

TEST(CloudEventsTest, NamesWithSlashesMakeNoOtherId) {
  std::string left, right;
  AppendEventId("a/b", "c", 1, &left);
  AppendEventId("a", "b/c", 1, &right);
  EXPECT_EQ(left, "a%2Fb/c/1");
  EXPECT_NE(left, right);
}

TEST(CloudEventsTest, AGapHasAnIdOfItsOwn) {
  std::string id;
  AppendGapId("g", "s", {.first = 3, .last = 9}, &id);
  EXPECT_EQ(id, "g/s/3-9");
}

}  // namespace
}  // namespace sluice::schema
