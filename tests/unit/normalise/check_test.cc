#include "normalise/check.h"

#include <gtest/gtest.h>

namespace sluice::normalise {
namespace {

TEST(CheckTest, EventTypesEndInAVersion) {
  for (const char* good : {"climate.reading.v1", "a.v12", "air_quality.v2"}) {
    EXPECT_EQ(CheckEventType(good), "") << good;
  }
  for (const char* bad : {"", "climate", "climate.v0", "climate.v", "climate.1", ".v1", "a..v1",
                          "Climate.v1", "a/b.v1", "a.v1x"}) {
    EXPECT_NE(CheckEventType(bad), "") << bad;
  }
}

TEST(CheckTest, TheGatewaysOwnTypesAreReserved) { EXPECT_NE(CheckEventType("sluice.gap.v1"), ""); }

TEST(CheckTest, ProfileNamesAreFitForLabels) {
  EXPECT_EQ(CheckProfileName("zigbee2mqtt-climate"), "");
  for (const char* bad : {"", "A", "a b", "a\"b", "a_b"}) EXPECT_NE(CheckProfileName(bad), "");
  EXPECT_NE(CheckProfileName(std::string(65, 'a')), "");
}

TEST(CheckTest, NamesAreShortAndPrintable) {
  EXPECT_EQ(CheckName("température"), "");
  for (const char* bad : {"", "a\nb", "\x7f"}) EXPECT_NE(CheckName(bad), "");
  EXPECT_NE(CheckName(std::string(65, 'a')), "");
  EXPECT_NE(CheckUnit("{" + std::string(64, 'a') + "}"), "");
}

TEST(CheckTest, FiltersAreThoseOfMqttButNotShared) {
  EXPECT_EQ(CheckTopicFilter("devices/+/tele/#"), "");
  for (const char* bad : {"", "a/#/b", "a+", "$share/g/t"}) EXPECT_NE(CheckTopicFilter(bad), "");
}

TEST(CheckTest, UnitsSayWhatWasMeant) {
  EXPECT_EQ(CheckUnit(""), "");
  EXPECT_EQ(CheckUnit("Cel"), "");
  EXPECT_EQ(CheckUnit("{lqi}"), "");
  EXPECT_EQ(CheckUnit("kWh"), "\"kWh\" is not a UCUM unit; write \"kW.h\"");
  EXPECT_NE(CheckUnit("furlong"), "");
}

}  // namespace
}  // namespace sluice::normalise
