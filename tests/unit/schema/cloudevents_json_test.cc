#include "schema/cloudevents_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "event_samples.h"
#include "schema/batch_builder.h"
#include "schema/cloudevents.h"
#include "support/allocations.h"

namespace sluice::schema {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kGreenhouseJson =
    R"({"specversion":"1.0","id":"greenhouse-7/telemetry/42",)"
    R"("source":"/sluice/greenhouse-7/telemetry","type":"climate.reading.v1",)"
    R"("time":"2026-11-21T11:00:00.25Z","subject":"attic","sequence":"00000000000000000042",)"
    R"("traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",)"
    R"("datacontenttype":"application/json",)"
    R"("data":{"received":"2026-11-21T11:00:01Z","time_source":"device",)"
    R"("topic":"zigbee2mqtt/attic","identity":"hub-1","profile":"zigbee2mqtt-climate",)"
    R"("severity":"warning","sequence":7,"readings":[)"
    R"({"name":"temperature","value":21.5,"unit":"Cel"},)"
    R"({"name":"battery","value":-3,"unit":"%","quality":"out_of_range"},)"
    R"({"name":"contact","value":false},{"name":"state","value":"open \"wide\""},)"
    R"({"name":"blob","value_base64":"AP8Q"}],"attributes":{"model":"SNZB-02","room":""}}})";

class CloudEventsJsonTest : public testing::Test {
 protected:
  std::string Render(const EventFields& fields) {
    std::string json;
    EXPECT_TRUE(view_.Parse(BuildGreenhouseEvent(builder_, fields)).ok());
    AppendEventJson(view_, &json);
    return json;
  }

  EventBuilder builder_;
  EventView view_;
};

TEST_F(CloudEventsJsonTest, AnEventIsOneStructuredCloudEvent) {
  EXPECT_EQ(Render(GreenhouseFields()), kGreenhouseJson);
}

TEST_F(CloudEventsJsonTest, WhatIsUsualIsLeftOut) {
  EventFields fields = GreenhouseFields();
  fields.severity = Severity::kInfo;
  fields.sequence.reset();
  fields.traceparent = {};
  EXPECT_THAT(Render(fields), Not(HasSubstr("severity")));
  EXPECT_THAT(Render(fields), Not(HasSubstr("\"sequence\":7")));
  EXPECT_THAT(Render(fields), Not(HasSubstr("traceparent")));
}

TEST_F(CloudEventsJsonTest, HostileTextIsEscaped) {
  EventFields fields = GreenhouseFields();
  fields.device = "a\"},\x01{\xff";
  EXPECT_THAT(Render(fields), HasSubstr("\"subject\":\"a\\\"},\\u0001{\xef\xbf\xbd\""));
}

TEST_F(CloudEventsJsonTest, BytesOfEveryLengthBecomeBase64) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}};
  for (const auto& [bytes, base64] : cases) {
    builder_.Start();
    builder_.AddReading({.name = "b", .value = AsBytes(bytes)});
    ASSERT_TRUE(view_.Parse(builder_.Finish(GreenhouseFields())).ok());
    std::string json;
    AppendEventJson(view_, &json);
    EXPECT_THAT(json, HasSubstr("\"value_base64\":\"" + std::string(base64) + "\""));
  }
}

TEST_F(CloudEventsJsonTest, AGapIsAnEventOfItsOwnType) {
  std::string json;
  AppendGapJson("g", "s", {.first = 3, .last = 9, .reason = GapReason::kDropped},
                FromUnixNanos(1'795'258'800'000'000'000), &json);
  EXPECT_EQ(json, R"({"specversion":"1.0","id":"g/s/3-9","source":"/sluice/g/s",)"
                  R"("type":"sluice.gap.v1","time":"2026-11-21T11:00:00Z",)"
                  R"("sequence":"00000000000000000003","datacontenttype":"application/json",)"
                  R"("data":{"first":3,"last":9,"count":7,"reason":"dropped"}})");
}

TEST_F(CloudEventsJsonTest, RenderingAllocatesNothingInSteadyState) {
  ASSERT_TRUE(view_.Parse(BuildGreenhouseEvent(builder_)).ok());
  std::string json;
  AppendEventJson(view_, &json);
  const test::AllocationCounter counter;
  for (int i = 0; i < 10; ++i) {
    json.clear();
    AppendEventJson(view_, &json);
  }
  EXPECT_EQ(counter.count(), 0u);
}

}  // namespace
}  // namespace sluice::schema
