#include "ingest/refused_event.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "schema/event_view.h"
#include "support/simulated_clock.h"

namespace sluice::ingest {
namespace {

class RefusedEventTest : public testing::Test {
 protected:
  // What is kept of `event` when the uplink says 0x99.
  const schema::EventView& Kept(ByteSpan event, size_t max_event_bytes = 1000) {
    const forward::DeadLetter letter{.route = "cloud",
                                     .stream = "telemetry",
                                     .offset = 41,
                                     .refusal = {true, 0x99, "payload format invalid"},
                                     .event = event};
    const ByteSpan kept =
        BuildRefusedEvent(letter, {"gw", "dead-letters", 5}, max_event_bytes, clock_, &builder_);
    EXPECT_TRUE(view_.Parse(kept).ok());
    for (size_t i = 0; i < view_.attribute_count(); ++i) {
      attributes_[std::string(view_.attribute(i).key)] = view_.attribute(i).value;
    }
    return view_;
  }
  ByteSpan Original() {
    original_.Start();
    original_.AddReading({.name = "t", .value = 1.5});
    return original_.Finish({.type = "climate.reading.v1",
                             .gateway = "gw",
                             .stream = "telemetry",
                             .offset = 41,
                             .device = "d1",
                             .identity = "hub",
                             .topic = "devices/d1/climate"});
  }

  test::SimulatedClock clock_;
  schema::EventBuilder builder_, original_;
  schema::EventView view_;
  std::map<std::string, std::string> attributes_;
};

TEST_F(RefusedEventTest, SaysWhoRefusedWhatAndWhy) {
  Kept(Original());
  EXPECT_EQ(view_.type(), "sluice.dead_letter.v1");
  EXPECT_EQ(view_.stream(), "dead-letters");
  EXPECT_EQ(view_.offset(), 5U);
  EXPECT_EQ(attributes_["reason"], "refused_by_uplink");
  EXPECT_EQ(attributes_["text"], "0x99 payload format invalid");
  EXPECT_EQ(attributes_["route"], "cloud");
  EXPECT_EQ(attributes_["event_id"], "gw/telemetry/41");
}

TEST_F(RefusedEventTest, KeepsTheEventByteForByte) {
  const ByteSpan original = Original();
  Kept(original);
  const auto kept = std::get<ByteSpan>(view_.reading(0).value);
  EXPECT_EQ(AsText(kept), AsText(original));
  EXPECT_EQ(view_.device(), "d1");
  EXPECT_EQ(view_.identity(), "hub");
  EXPECT_EQ(view_.topic(), "devices/d1/climate");
}

TEST_F(RefusedEventTest, WhatCannotBeReadIsKeptAllTheSame) {
  Kept(AsBytes(std::string_view("scrap")));
  EXPECT_EQ(AsText(std::get<ByteSpan>(view_.reading(0).value)), "scrap");
  EXPECT_EQ(view_.device(), "gw");
}

TEST_F(RefusedEventTest, WhatIsTooLargeIsCutAndSaysSo) {
  const std::string large(1001, 'e');
  Kept(AsBytes(large));
  EXPECT_EQ(std::get<ByteSpan>(view_.reading(0).value).size(), 1000U);
  EXPECT_EQ(attributes_["truncated"], "true");
  EXPECT_EQ(attributes_["event_bytes"], "1001");
}

}  // namespace
}  // namespace sluice::ingest
