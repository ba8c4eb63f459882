#include "normalise/units.h"

#include <algorithm>
#include <iterator>

namespace sluice::normalise {
namespace {

// The canonical unit of a quantity is the SI unit, or the one in which people read it on every
// display: degree Celsius, hectopascal, kilowatt hour, litre. docs: docs/profiles.md.
constexpr UnitConversion kUnits[] = {
    // temperature
    {"Cel", "Cel"},
    {"[degF]", "Cel", -32, 5, 9},
    {"K", "Cel", -273.15},
    // ratio
    {"%", "%"},
    {"1", "1"},
    {"[ppm]", "[ppm]"},
    {"[ppb]", "[ppm]", 0, 1, 1000},
    {"[ppth]", "%", 0, 1, 10},
    // pressure
    {"hPa", "hPa"},
    {"Pa", "hPa", 0, 1, 100},
    {"kPa", "hPa", 0, 10},
    {"bar", "hPa", 0, 1000},
    {"mbar", "hPa"},
    {"mm[Hg]", "hPa", 0, 1.33322387415},
    {"[in_i'Hg]", "hPa", 0, 33.86388640341},
    {"[psi]", "hPa", 0, 68.94757293168},
    // electricity
    {"V", "V"},
    {"mV", "V", 0, 1, 1000},
    {"kV", "V", 0, 1000},
    {"A", "A"},
    {"mA", "A", 0, 1, 1000},
    {"uA", "A", 0, 1, 1'000'000},
    {"A.h", "A.h"},
    {"mA.h", "A.h", 0, 1, 1000},
    {"A.s", "A.h", 0, 1, 3600},
    {"W", "W"},
    {"mW", "W", 0, 1, 1000},
    {"kW", "W", 0, 1000},
    {"V.A", "V.A"},
    {"kV.A", "V.A", 0, 1000},
    {"{var}", "{var}"},
    {"var", "{var}"},
    {"kvar", "{var}", 0, 1000},
    {"var.h", "var.h"},
    {"kvar.h", "var.h", 0, 1000},
    {"var.s", "var.h", 0, 1, 3600},
    {"V.A.h", "V.A.h"},
    {"kV.A.h", "V.A.h", 0, 1000},
    {"V.A.s", "V.A.h", 0, 1, 3600},
    {"kW.h", "kW.h"},
    {"W.h", "kW.h", 0, 1, 1000},
    {"mW.h", "kW.h", 0, 1, 1'000'000},
    {"MW.h", "kW.h", 0, 1000},
    {"J", "kW.h", 0, 1, 3'600'000},
    {"kJ", "kW.h", 0, 1, 3600},
    {"W.min", "kW.h", 0, 1, 60'000},
    {"Hz", "Hz"},
    {"kHz", "Hz", 0, 1000},
    {"mHz", "Hz", 0, 1, 1000},
    {"MHz", "Hz", 0, 1'000'000},
    {"Ohm", "Ohm"},
    {"kOhm", "Ohm", 0, 1000},
    {"MOhm", "Ohm", 0, 1'000'000},
    {"H", "H"},
    {"S", "S"},
    {"T", "T"},
    {"Wb", "Wb"},
    // light and signals
    {"lx", "lx"},
    {"klx", "lx", 0, 1000},
    {"W/m2", "W/m2"},
    {"lm", "lm"},
    {"cd", "cd"},
    {"cd/m2", "cd/m2"},
    {"dB[SPL]", "dB[SPL]"},
    {"B[SPL]", "dB[SPL]", 0, 10},
    {"dB[mW]", "dB[mW]"},
    {"dB[W]", "dB[mW]", 30},
    {"dB", "dB"},
    // length, speed, volume, mass
    {"m", "m"},
    {"mm", "m", 0, 1, 1000},
    {"cm", "m", 0, 1, 100},
    {"km", "m", 0, 1000},
    {"[in_i]", "m", 0, 254, 10'000},
    {"[ft_i]", "m", 0, 3048, 10'000},
    {"m/s", "m/s"},
    {"km/h", "m/s", 0, 10, 36},
    {"[mi_i]/h", "m/s", 0, 44704, 100'000},
    {"m/h", "m/s", 0, 1, 3600},
    {"mm/h", "mm/h"},
    {"m/s2", "m/s2"},
    {"[g]", "m/s2", 0, 9.80665},
    {"m2", "m2"},
    {"deg/s", "deg/s"},
    {"L", "L"},
    {"mL", "L", 0, 1, 1000},
    {"m3", "L", 0, 1000},
    {"[gal_us]", "L", 0, 3.785411784},
    {"[ft_i]3", "L", 0, 28.316846592},
    {"L/min", "L/min"},
    {"m3/h", "L/min", 0, 1000, 60},
    {"L/h", "L/min", 0, 1, 60},
    {"L/s", "L/min", 0, 60},
    {"m3/s", "L/min", 0, 60'000},
    {"[gal_us]/min", "L/min", 0, 3.785411784},
    {"kg", "kg"},
    {"g", "kg", 0, 1, 1000},
    {"[lb_av]", "kg", 0, 45359237, 100'000'000},
    {"mol", "mol"},
    {"N", "N"},
    // air
    {"ug/m3", "ug/m3"},
    {"mg/m3", "ug/m3", 0, 1000},
    {"g/m3", "g/m3"},
    {"kg/m3", "g/m3", 0, 1000},
    {"Bq/m3", "Bq/m3"},
    {"pCi/L", "Bq/m3", 0, 37},
    {"uSv/h", "uSv/h"},
    {"Bq", "Bq"},
    {"Gy", "Gy"},
    {"Sv", "Sv"},
    {"kat", "kat"},
    // water and soil
    {"uS/cm", "uS/cm"},
    {"mS/cm", "uS/cm", 0, 1000},
    {"S/m", "uS/cm", 0, 10'000},
    {"[pH]", "[pH]"},
    {"mg/L", "mg/L"},
    // time and angle
    {"s", "s"},
    {"ms", "s", 0, 1, 1000},
    {"us", "s", 0, 1, 1'000'000},
    {"min", "s", 0, 60},
    {"h", "s", 0, 3600},
    {"d", "s", 0, 86400},
    {"deg", "deg"},
    {"rad", "deg", 0, 57.29577951308232},
    {"sr", "sr"},
    // information
    {"By", "By"},
    {"KiBy", "By", 0, 1024},
    {"GBy", "By", 0, 1'000'000'000},
    {"bit", "By", 0, 1, 8},
    {"bit/s", "bit/s"},
    {"Mbit/s", "bit/s", 0, 1'000'000},
    {"By/s", "bit/s", 0, 8},
    {"MBy/s", "bit/s", 0, 8'000'000},
};

struct Suggestion {
  std::string_view wrong;
  std::string_view right;
};

constexpr Suggestion kSuggestions[] = {
    {"C", "Cel"},       {"°C", "Cel"},       {"degC", "Cel"},    {"celsius", "Cel"},
    {"F", "[degF]"},    {"°F", "[degF]"},    {"degF", "[degF]"}, {"kWh", "kW.h"},
    {"Wh", "W.h"},      {"VA", "V.A"},       {"Ah", "A.h"},      {"ppm", "[ppm]"},
    {"ppb", "[ppb]"},   {"mmHg", "mm[Hg]"},  {"psi", "[psi]"},   {"inHg", "[in_i'Hg]"},
    {"dBm", "dB[mW]"},  {"ohm", "Ohm"},      {"lux", "lx"},      {"percent", "%"},
    {"l", "L"},         {"mph", "[mi_i]/h"}, {"µg/m³", "ug/m3"}, {"°", "deg"},
    {"degrees", "deg"}, {"sec", "s"},        {"in", "[in_i]"},   {"ft", "[ft_i]"},
    {"varh", "var.h"},  {"µS/cm", "uS/cm"},  {"pH", "[pH]"},     {"gal", "[gal_us]"},
    {"VAh", "V.A.h"},   {"ft³", "[ft_i]3"},  {"m³", "m3"},       {"Bq/m³", "Bq/m3"},
    {"dBA", "dB[SPL]"}, {"m/s²", "m/s2"},    {"µSv/h", "uSv/h"}, {"lb", "[lb_av]"},
};

}  // namespace

const UnitConversion* FindUnit(std::string_view code) {
  const auto* row = std::find_if(std::begin(kUnits), std::end(kUnits),
                                 [code](const UnitConversion& unit) { return unit.from == code; });
  return row == std::end(kUnits) ? nullptr : row;
}

std::span<const UnitConversion> AllUnits() { return kUnits; }

bool IsAnnotation(std::string_view code) {
  return code.size() > 2 && code.front() == '{' && code.back() == '}';
}

std::string_view SuggestUnit(std::string_view code) {
  const auto* row = std::find_if(std::begin(kSuggestions), std::end(kSuggestions),
                                 [code](const Suggestion& s) { return s.wrong == code; });
  return row == std::end(kSuggestions) ? std::string_view() : row->right;
}

}  // namespace sluice::normalise
