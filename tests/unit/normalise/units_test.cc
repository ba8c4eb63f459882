#include "normalise/units.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "base/env.h"

namespace sluice::normalise {
namespace {

struct Case {
  const char* from;
  double value;
  const char* to;
  double want;
};

TEST(UnitsTest, ValuesAreConvertedAsTheTablesOfPhysicsSay) {
  const Case cases[] = {
      {"[degF]", 32, "Cel", 0},
      {"[degF]", -40, "Cel", -40},
      {"[degF]", 212, "Cel", 100},
      {"K", 273.15, "Cel", 0},
      {"Pa", 101325, "hPa", 1013.25},
      {"kPa", 101.325, "hPa", 1013.25},
      {"bar", 1, "hPa", 1000},
      {"mm[Hg]", 760, "hPa", 1013.25},
      {"[in_i'Hg]", 29.92, "hPa", 1013.207},
      {"[psi]", 14.6959, "hPa", 1013.25},
      {"W.h", 1500, "kW.h", 1.5},
      {"J", 3.6e6, "kW.h", 1},
      {"W.min", 60, "kW.h", 0.001},
      {"mV", 3000, "V", 3},
      {"km/h", 36, "m/s", 10},
      {"[mi_i]/h", 1, "m/s", 0.44704},
      {"[in_i]", 1, "m", 0.0254},
      {"m3", 1, "L", 1000},
      {"m3/h", 60, "L/min", 1000},
      {"[ppb]", 1000, "[ppm]", 1},
      {"h", 2, "s", 7200},
      {"mA.h", 1500, "A.h", 1.5},
      {"uA", 1e6, "A", 1},
      {"MOhm", 1, "Ohm", 1e6},
      {"kvar.h", 1, "var.h", 1000},
      {"[gal_us]", 1, "L", 3.785412},
      {"[ft_i]3", 1, "L", 28.316847},
      {"L/h", 60, "L/min", 1},
      {"[g]", 1, "m/s2", 9.80665},
      {"mS/cm", 1, "uS/cm", 1000},
      {"pCi/L", 4, "Bq/m3", 148},
      {"[lb_av]", 1, "kg", 0.45359237},
      {"mg/m3", 1, "ug/m3", 1000},
      {"A.s", 3600, "A.h", 1},
      {"dB[W]", -90, "dB[mW]", -60},
      {"B[SPL]", 6, "dB[SPL]", 60},
      {"m3/s", 1, "L/min", 60'000},
      {"S/m", 1, "uS/cm", 10'000},
      {"rad", 3.141592653589793, "deg", 180},
      {"[ppth]", 5, "%", 0.5},
      {"MBy/s", 1, "bit/s", 8'000'000},
  };
  for (const Case& c : cases) {
    const UnitConversion* unit = FindUnit(c.from);
    ASSERT_NE(unit, nullptr) << c.from;
    EXPECT_EQ(unit->canonical, c.to) << c.from;
    EXPECT_NEAR(unit->Apply(c.value), c.want, 1e-4 * (1 + std::abs(c.want))) << c.from;
  }
}

TEST(UnitsTest, ACanonicalUnitIsItsOwn) {
  for (const char* code : {"Cel", "%", "hPa", "V", "A", "W", "kW.h", "lx", "m", "s", "L", "kg"}) {
    const UnitConversion* unit = FindUnit(code);
    ASSERT_NE(unit, nullptr) << code;
    EXPECT_EQ(unit->canonical, code);
    EXPECT_EQ(unit->Apply(0.1), 0.1) << code;
  }
}

TEST(UnitsTest, EveryRowLeadsToACanonicalUnitOnce) {
  std::set<std::string_view> codes;
  for (const UnitConversion& unit : AllUnits()) {
    EXPECT_TRUE(codes.insert(unit.from).second) << unit.from;
    const UnitConversion* canonical = FindUnit(unit.canonical);
    ASSERT_NE(canonical, nullptr) << unit.from;
    EXPECT_EQ(canonical->Apply(0.1), 0.1) << unit.canonical;
  }
}

// People choose units from this page, not from the table.
TEST(UnitsTest, TheHandbookNamesEveryUnit) {
  const auto page =
      ReadFileToString(Env::Posix(), SLUICE_SOURCE_DIR "/gateway/docs/profiles.md", 1 << 20);
  ASSERT_TRUE(page.ok());
  for (const UnitConversion& unit : AllUnits()) {
    EXPECT_NE(page->find("`" + std::string(unit.from) + "`"), std::string::npos) << unit.from;
  }
}

TEST(UnitsTest, SuggestionsAreInTheTable) {
  for (const char* wrong : {"C", "F", "kWh", "VA", "ppm", "mmHg", "dBm", "lux"}) {
    EXPECT_NE(FindUnit(SuggestUnit(wrong)), nullptr) << wrong;
  }
  EXPECT_EQ(SuggestUnit("furlong"), "");
}

}  // namespace
}  // namespace sluice::normalise
