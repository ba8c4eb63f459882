#include "normalise/units.h"

#include <algorithm>
#include <iterator>

namespace sluice::normalise {
namespace {

// The canonical unit of a quantity is the SI unit, or the one in which people read it on every
// display: degree Celsius, hectopascal, kilowatt hour, litre. docs: devices/README.md.
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
    {"W", "W"},
    {"mW", "W", 0, 1, 1000},
    {"kW", "W", 0, 1000},
    {"V.A", "V.A"},
    {"kV.A", "V.A", 0, 1000},
    {"{var}", "{var}"},
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
    {"Ohm", "Ohm"},
    {"kOhm", "Ohm", 0, 1000},
    // light and signals
    {"lx", "lx"},
    {"klx", "lx", 0, 1000},
    {"W/m2", "W/m2"},
    {"dB[mW]", "dB[mW]"},
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
    {"mm/h", "mm/h"},
    {"L", "L"},
    {"mL", "L", 0, 1, 1000},
    {"m3", "L", 0, 1000},
    {"L/min", "L/min"},
    {"m3/h", "L/min", 0, 1000, 60},
    {"kg", "kg"},
    {"g", "kg", 0, 1, 1000},
    // air
    {"ug/m3", "ug/m3"},
    {"mg/m3", "ug/m3", 0, 1000},
    {"g/m3", "g/m3"},
    // time and angle
    {"s", "s"},
    {"ms", "s", 0, 1, 1000},
    {"us", "s", 0, 1, 1'000'000},
    {"min", "s", 0, 60},
    {"h", "s", 0, 3600},
    {"d", "s", 0, 86400},
    {"deg", "deg"},
};

struct Suggestion {
  std::string_view wrong;
  std::string_view right;
};

constexpr Suggestion kSuggestions[] = {
    {"C", "Cel"},       {"°C", "Cel"},       {"degC", "Cel"},    {"celsius", "Cel"},
    {"F", "[degF]"},    {"°F", "[degF]"},    {"degF", "[degF]"}, {"kWh", "kW.h"},
    {"Wh", "W.h"},      {"VA", "V.A"},       {"var", "{var}"},   {"ppm", "[ppm]"},
    {"ppb", "[ppb]"},   {"mmHg", "mm[Hg]"},  {"psi", "[psi]"},   {"inHg", "[in_i'Hg]"},
    {"dBm", "dB[mW]"},  {"ohm", "Ohm"},      {"lux", "lx"},      {"percent", "%"},
    {"l", "L"},         {"mph", "[mi_i]/h"}, {"µg/m³", "ug/m3"}, {"°", "deg"},
    {"degrees", "deg"}, {"sec", "s"},        {"in", "[in_i]"},   {"ft", "[ft_i]"},
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
