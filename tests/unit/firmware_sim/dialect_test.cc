#include "firmware_sim/dialect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

namespace sluice::fleet {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const WallTime kNow = FromUnixNanos(1'790'071'445'123'000'000);  // 2026-09-22T10:04:05.123Z

class DialectTest : public testing::Test {
 protected:
  Message Render(Product product, uint64_t device_seed, uint64_t seq = 42) {
    Message message;
    MakeDialect(product, "device-0007", device_seed, std::chrono::hours(24))
        ->Render(kNow, seq, &message);
    return message;
  }
  simdjson::dom::element Parse(const Message& message) {
    simdjson::dom::element root;
    EXPECT_EQ(parser_.parse(message.payload).get(root), simdjson::SUCCESS) << message.payload;
    return root;
  }
  static constexpr Product kAll[] = {Product::kZigbee2Mqtt, Product::kTasmota, Product::kShelly};

 private:
  simdjson::dom::parser parser_;
};

TEST_F(DialectTest, EveryPayloadIsJsonAndCarriesItsSeq) {
  for (const Product product : kAll) {
    for (uint64_t seed = 0; seed < 40; ++seed) {
      EXPECT_EQ(uint64_t(Parse(Render(product, seed, 1'000'000 + seed))["seq"]), 1'000'000 + seed);
    }
  }
}

TEST_F(DialectTest, EveryTopicIsTheDevicesOwnAndNamesIt) {
  for (const Product product : kAll) {
    const Message message = Render(product, 1);
    EXPECT_THAT(message.topic, StartsWith("devices/device-0007/"));
    EXPECT_THAT(message.topic.substr(sizeof("devices/device-0007/") - 1), HasSubstr("device-0007"));
  }
}

TEST_F(DialectTest, SameSeedGivesSamePayload) {
  for (const Product product : kAll) {
    EXPECT_EQ(Render(product, 5).payload, Render(product, 5).payload);
    EXPECT_NE(Render(product, 5).payload, Render(product, 6).payload);
  }
}

TEST_F(DialectTest, ZigbeeSensorsReportClimateAndBattery) {
  const Message message = Render(Product::kZigbee2Mqtt, 1);
  const auto root = Parse(message);
  EXPECT_EQ(message.topic, "devices/device-0007/zigbee2mqtt/device-0007");
  EXPECT_TRUE(root["temperature"].is_number());
  EXPECT_TRUE(root["humidity"].is_number());
  EXPECT_TRUE(root["battery"].is_number());
  EXPECT_EQ(std::string_view(root["last_seen"]), "2026-09-22T10:04:05.123Z");
}

TEST_F(DialectTest, SomeZigbeeSensorsAreOnWindows) {
  EXPECT_TRUE(Parse(Render(Product::kZigbee2Mqtt, 3))["contact"].is_bool());
  EXPECT_THAT(Render(Product::kZigbee2Mqtt, 4).payload, testing::Not(HasSubstr("contact")));
}

TEST_F(DialectTest, TasmotaBoardsNestTheirSensor) {
  const Message message = Render(Product::kTasmota, 2);
  EXPECT_EQ(message.topic, "devices/device-0007/tele/device-0007/SENSOR");
  EXPECT_EQ(std::string_view(Parse(message)["Time"]), "2026-09-22T10:04:05");
  EXPECT_TRUE(Parse(message)["SHT3X"]["Temperature"].is_number());
}

TEST_F(DialectTest, TasmotaPlugsReportEnergy) {
  const Message message = Render(Product::kTasmota, 3);
  EXPECT_TRUE(Parse(message)["ENERGY"]["Total"].is_number());
}

TEST_F(DialectTest, ShellySwitchesReportPower) {
  const Message message = Render(Product::kShelly, 1);
  EXPECT_EQ(message.topic, "devices/device-0007/device-0007/status/switch:0");
  EXPECT_TRUE(Parse(message)["aenergy"]["total"].is_number());
}

TEST_F(DialectTest, ShellyThermometersReportBothScales) {
  const Message message = Render(Product::kShelly, 3);
  const auto root = Parse(message);
  EXPECT_NEAR(double(root["tF"]), double(root["tC"]) * 1.8 + 32, 0.11);
}

TEST(ParseProduct, KnowsItsNamesOnly) {
  EXPECT_EQ(ParseProduct("tasmota"), Product::kTasmota);
  EXPECT_FALSE(ParseProduct("Tasmota"));
  EXPECT_FALSE(ParseProduct(""));
}

}  // namespace
}  // namespace sluice::fleet
