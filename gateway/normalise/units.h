#pragma once

#include <span>
#include <string_view>

namespace sluice::normalise {

// How a value in one unit becomes one in the canonical unit of the same quantity:
// (value + shift) * numerator / denominator. Two factors instead of one, because 5/9 and 1/1000 are
// no binary fractions and 68 °F shall be 20 °C exactly.
struct UnitConversion {
  std::string_view from;  // UCUM code, case-sensitive
  std::string_view canonical;
  double shift = 0;
  double numerator = 1;
  double denominator = 1;

  double Apply(double value) const { return (value + shift) * numerator / denominator; }
};

// The row for a UCUM code, or nullptr. Rows live for ever.
const UnitConversion* FindUnit(std::string_view code);

// Every row.
std::span<const UnitConversion> AllUnits();

// Whether `code` is an annotation such as "{lqi}": a count of something, taken as it is.
bool IsAnnotation(std::string_view code);

// A known code that was probably meant ("C" → "Cel"), empty if none comes to mind; for error
// messages.
std::string_view SuggestUnit(std::string_view code);

}  // namespace sluice::normalise
