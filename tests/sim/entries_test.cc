#include "sim/entries.h"

#include <gtest/gtest.h>

#include <array>

#include "base/bytes.h"
#include "schema/batch_builder.h"
#include "schema/cloudevents.h"
#include "schema/cloudevents_json.h"
#include "schema/event_builder.h"

namespace sluice::sim {
namespace {

// What the gateway's own encoders make of events and gaps, and what is wrong with bytes that they
// never make.
class EntriesTest : public testing::Test {
 protected:
  static schema::EventFields FieldsAt(uint64_t offset, std::string_view gateway = "gw") {
    return {.type = "climate.reading.v1",
            .gateway = gateway,
            .stream = "ring",
            .offset = offset,
            .device = "dev-1"};
  }
  std::string Event(uint64_t offset, std::string_view gateway = "gw",
                    std::string_view replay_of = "") {
    const std::string text = TokenText(static_cast<Token>(offset + 100));
    builder_.Start();
    if (!replay_of.empty()) builder_.AddAttribute("replay_of", replay_of);
    builder_.AddReading({.name = "temperature", .value = 21.5});
    builder_.AddReading({.name = "token", .value = std::string_view(text)});
    return std::string(AsText(builder_.Finish(FieldsAt(offset, gateway))));
  }
  std::string EventJson(uint64_t offset, std::string_view replay_of = "") {
    const std::string event = Event(offset, "gw", replay_of);
    schema::EventView view;
    EXPECT_TRUE(view.Parse(AsBytes(event)).ok());
    std::string text;
    schema::AppendEventJson(view, &text);
    return text;
  }
  static std::string GapJson(uint64_t first, uint64_t last, schema::GapReason reason) {
    std::string text;
    schema::AppendGapJson("gw", "ring", {first, last, reason}, WallTime(), &text);
    return text;
  }
  // An event at `offset` that stands where one at `place` belongs, and a gap of two.
  std::string Batch(uint64_t place, uint64_t offset, std::string_view gateway = "gw") {
    schema::BatchBuilder batch;
    const std::string event = Event(offset);
    batch.Start(gateway, "ring");
    batch.AddEvent(place, AsBytes(event));
    batch.AddGap({place + 1, place + 2, schema::GapReason::kEvicted});
    return std::string(AsText(batch.Finish()));
  }
  static Arrival Read(const std::string& payload,
                      std::span<const forward::UserProperty> properties = {}) {
    forward::OutgoingMessage message;
    message.payload = AsBytes(payload);
    message.properties = properties;
    return Decode(message);
  }
  // Of an event at 7, a gap from 8 to 9.
  static void ExpectBoth(const Arrival& arrival, const std::string& reason) {
    EXPECT_EQ(arrival.wrong, "");
    ASSERT_EQ(arrival.entries.size(), 2u);
    ExpectEvent(arrival.entries[0]);
    EXPECT_EQ(arrival.entries[1].stream, "ring");
    EXPECT_EQ(arrival.entries[1].first, 8u);
    EXPECT_EQ(arrival.entries[1].last, 9u);
    EXPECT_EQ(arrival.entries[1].gap_reason, reason);
  }
  static void ExpectEvent(const Entry& entry) {
    EXPECT_EQ(entry.stream, "ring");
    EXPECT_EQ(entry.first, 7u);
    EXPECT_EQ(entry.last, 7u);
    EXPECT_EQ(entry.gap_reason, "");
    EXPECT_EQ(entry.token, 107u);
    EXPECT_EQ(entry.device, "dev-1");
  }

  schema::EventBuilder builder_;
};

TEST_F(EntriesTest, ABatchOfFlatBuffers) { ExpectBoth(Read(Batch(7, 7)), "evicted"); }

TEST_F(EntriesTest, ASingleEventWithItsAttributes) {
  schema::CloudEventAttributes attributes;
  const Arrival right = Read(Event(7), attributes.Render(FieldsAt(7)));
  EXPECT_EQ(right.wrong, "");
  ASSERT_EQ(right.entries.size(), 1u);
  ExpectEvent(right.entries[0]);
  EXPECT_NE(Read(Event(7), attributes.Render(FieldsAt(8))).wrong, "");
  EXPECT_NE(Read(Event(7)).wrong, "");
  schema::EventFields fields = FieldsAt(7);
  fields.device = "dev-2";
  EXPECT_EQ(Read(Event(7), attributes.Render(fields)).wrong, "another subject");
  fields = FieldsAt(7);
  fields.type = "other.v1";
  EXPECT_EQ(Read(Event(7), attributes.Render(fields)).wrong, "another type");
}

TEST_F(EntriesTest, JsonAloneAndInAnArray) {
  ExpectEvent(Read(EventJson(7)).entries.at(0));
  const Arrival gap = Read(GapJson(3, 3, schema::GapReason::kDeadLettered));
  EXPECT_EQ(gap.entries.at(0).last, 3u);
  EXPECT_EQ(gap.entries.at(0).gap_reason, "dead_lettered");
  ExpectBoth(Read("[" + EventJson(7) + "," + GapJson(8, 9, schema::GapReason::kExpired) + "]"),
             "expired");
}

TEST_F(EntriesTest, AnEventSaysWhichLetterItWas) {
  schema::CloudEventAttributes attributes;
  const auto letter = [&](std::string_view id) {
    const auto replay_of =
        Read(Event(7, "gw", id), attributes.Render(FieldsAt(7))).entries.at(0).replay_of;
    EXPECT_EQ(Read(EventJson(7, id)).entries.at(0).replay_of, replay_of);
    return replay_of;
  };
  EXPECT_EQ(letter(""), std::nullopt);
  EXPECT_EQ(letter("gw/dead-letters/12"), 12u);
  EXPECT_EQ(letter("gw/other/12"), UINT64_MAX);
}

TEST_F(EntriesTest, ABatchThatIsNotWhatItSays) {
  EXPECT_NE(Read(Batch(7, 8)).wrong, "");
  EXPECT_EQ(Read(Batch(7, 7, "other")).wrong, "a batch of another gateway");
  EXPECT_EQ(Read(Event(7, "other")).wrong, "no sound event");
  std::string torn = Batch(7, 7);
  torn.resize(torn.size() / 2);
  EXPECT_EQ(Read(torn).wrong, "no sound batch");
}

TEST_F(EntriesTest, JsonThatIsNotWhatItShouldBe) {
  const std::string event = EventJson(7);
  EXPECT_EQ(Read("").wrong, "neither FlatBuffers nor JSON");
  EXPECT_EQ(Read("[" + event + event + "]").wrong, "neither FlatBuffers nor JSON");
  EXPECT_NE(Read("[" + event + "," + EventJson(9) + "]").wrong, "");
  EXPECT_NE(Read("[" + event + "," + event + "]").wrong, "");
  for (const char* const strange :
       {R"({"id":"gw/ring/7","time":"t","data":{}})",
        R"({"specversion":"1.0","time":"t","id":"other/ring/7","data":{}})",
        R"({"specversion":"1.0","time":"t","id":"gw/ring/x","data":{}})",
        R"({"specversion":"1.0","time":"t","id":"gw/ring/7-","data":{}})",
        R"({"specversion":"1.0","id":"gw/ring/7","data":{}})",
        R"({"specversion":"1.0","time":"t","id":"gw/ring/7"})",
        R"({"specversion":"1.0","time":"t","id":"gw/ring/7","type":"sluice.gap.v1","data":{}})",
        "7"}) {
    EXPECT_EQ(Read(strange).wrong, "a strange JSON object") << strange;
  }
}

}  // namespace
}  // namespace sluice::sim
