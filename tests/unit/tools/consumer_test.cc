#include "tools/consumer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schema/batch_builder.h"
#include "schema/cloudevents_json.h"
#include "schema/event_builder.h"

namespace sluice::tools {
namespace {

using ::testing::HasSubstr;

class ConsumerTest : public ::testing::Test {
 protected:
  std::string Event(uint64_t offset) {
    events_.Start();
    events_.AddReading({.name = "temperature", .value = 21.5, .unit = "Cel"});
    schema::EventFields fields;
    fields.type = "climate.reading.v1";
    fields.gateway = "gw";
    fields.stream = "telemetry";
    fields.offset = offset;
    fields.device = "d1";
    fields.identity = "hub";
    fields.topic = "devices/hub/d1";
    fields.time_source = schema::TimeSource::kGatewayUnset;
    fields.time = fields.received = FromUnixNanos(1'790'000'000'500'000'000);
    if (offset == 7) fields.sequence = 70;
    return std::string(AsText(events_.Finish(fields)));
  }
  std::string Batch(uint64_t first, uint64_t last) {
    batches_.Start("gw", "telemetry");
    for (; first <= last; ++first) batches_.AddEvent(first, AsBytes(Event(first)));
    return std::string(AsText(batches_.Finish()));
  }
  std::string GapBatch(uint64_t first, uint64_t last) {
    batches_.Start("gw", "telemetry");
    batches_.AddGap({first, last, schema::GapReason::kEvicted});
    return std::string(AsText(batches_.Finish()));
  }
  std::string Json(uint64_t first, uint64_t last) {
    std::string text;
    for (; first <= last; ++first) {
      const std::string bytes = Event(first);
      EXPECT_TRUE(view_.Parse(AsBytes(bytes)).ok());
      text += text.empty() ? '[' : ',';
      schema::AppendEventJson(view_, &text);
    }
    return text + ']';
  }
  std::string Receive(const std::string& payload) {
    std::string lines;
    consumer_.OnMessage(AsBytes(payload), &lines);
    return lines;
  }
  static size_t Lines(const std::string& text) {
    return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  Consumer consumer_;
  schema::EventBuilder events_;
  schema::BatchBuilder batches_;
  schema::EventView view_;
};

TEST_F(ConsumerTest, SingleEventIsALine) {
  EXPECT_EQ(Receive(Event(7)),
            R"({"id":"gw/telemetry/7","gateway":"gw","stream":"telemetry","offset":7,)"
            R"("type":"climate.reading.v1","severity":"info","device":"d1","identity":"hub",)"
            R"("topic":"devices/hub/d1","time":"2026-09-21T14:13:20.5Z",)"
            R"("time_source":"gateway_unset","received":"2026-09-21T14:13:20.5Z","sequence":70,)"
            R"("readings":[{"name":"temperature","value":21.5,"unit":"Cel","quality":"good"}]})"
            "\n");
}

TEST_F(ConsumerTest, BatchIsALineAnEvent) {
  EXPECT_EQ(Lines(Receive(Batch(0, 9))), 10u);
  EXPECT_EQ(consumer_.counts().events, 10u);
}

TEST_F(ConsumerTest, ResentEventsAreDropped) {
  Receive(Batch(0, 9));
  EXPECT_EQ(Lines(Receive(Batch(5, 12))), 3u);
  EXPECT_EQ(consumer_.counts().duplicates, 5u);
}

TEST_F(ConsumerTest, DuplicatesAreDroppedAcrossFormats) {
  Receive(Batch(0, 9));
  EXPECT_EQ(Lines(Receive(Json(5, 12))), 3u);
  EXPECT_EQ(Receive(Event(12)), "");
}

TEST_F(ConsumerTest, JsonEventsPassAsTheyCame) {
  const std::string line = Receive(Json(3, 3));
  EXPECT_THAT(line, HasSubstr(R"("id":"gw/telemetry/3")"));
  EXPECT_THAT(line, HasSubstr(R"("specversion":"1.0")"));
  EXPECT_EQ(Lines(line), 1u);
}

TEST_F(ConsumerTest, JsonWithLineBreaksIsStillOneLine) {
  EXPECT_EQ(Lines(Receive("{\n\"id\": \"gw/telemetry/1\",\r\n\"type\":\"x\"}")), 1u);
}

TEST_F(ConsumerTest, HoleIsReportedBeforeItsSuccessor) {
  Receive(Batch(0, 4));
  EXPECT_THAT(Receive(Batch(8, 9)),
              ::testing::StartsWith(R"({"gap":{"gateway":"gw","stream":"telemetry","first":5,)"
                                    R"("last":7,"count":3,"reason":"missing"}})"));
  EXPECT_EQ(consumer_.tracker().missing(), 3u);
}

TEST_F(ConsumerTest, GapRecordIsReportedWithItsReason) {
  Receive(Batch(0, 4));
  EXPECT_THAT(Receive(GapBatch(5, 7)),
              HasSubstr(R"("first":5,"last":7,"count":3,"reason":"evicted")"));
  EXPECT_EQ(Receive(GapBatch(5, 7)), "");
  EXPECT_EQ(consumer_.tracker().missing(), 0u);
  EXPECT_EQ(consumer_.counts().explained, 3u);
}

TEST_F(ConsumerTest, JsonGapRecordIsReportedWithItsReason) {
  Receive(Batch(0, 4));
  std::string gap;
  schema::AppendGapJson("gw", "telemetry", {5, 7, schema::GapReason::kEvicted}, WallTime(), &gap);
  EXPECT_EQ(Receive(gap), R"({"gap":{"gateway":"gw","stream":"telemetry","first":5,)"
                          R"("last":7,"count":3,"reason":"evicted"}})"
                          "\n");
}

TEST_F(ConsumerTest, EnormousGapCostsNoEvent) {
  Receive(Batch(0, 4));
  Receive(GapBatch(5, uint64_t{1} << 62));
  EXPECT_EQ(consumer_.counts().undecodable, 1u);
  Receive(GapBatch(5, uint64_t{1} << 50));
  EXPECT_EQ(Lines(Receive(Batch(5, 9))), 5u);
  EXPECT_EQ(Lines(Receive(Json(10, 12))), 3u);
}

TEST_F(ConsumerTest, NameThatWouldSpoilTheStateIsNotTaken) {
  Receive(R"({"id":"g\tw/s/1","type":"x"})");
  Receive(R"({"id":"gw/s\n/1","type":"x"})");
  EXPECT_EQ(consumer_.counts().undecodable, 2u);
  EXPECT_EQ(consumer_.tracker().Save(), "");
}

TEST_F(ConsumerTest, WhatIsNeitherIsCounted) {
  for (const char* payload :
       {"", "hello", "{}", "[{}]", R"({"id":"x"})", R"({"id":"a/b/c"})", "["}) {
    EXPECT_EQ(Receive(payload), "") << payload;
  }
  EXPECT_EQ(consumer_.counts().undecodable, 7u);
}

TEST_F(ConsumerTest, CutMessagesAreCountedAndSafe) {
  const std::string batch = Batch(0, 3);
  const size_t padding = 8;  // behind the last table, where a cut takes nothing away
  for (size_t size = 0; size < batch.size() - padding; ++size) {
    EXPECT_EQ(Receive(batch.substr(0, size)), "") << size;
  }
  EXPECT_EQ(consumer_.counts().undecodable, batch.size() - padding);
}

}  // namespace
}  // namespace sluice::tools
