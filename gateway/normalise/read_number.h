#pragma once

#include <optional>
#include <string_view>

namespace sluice::normalise {

// Numbers that come as text. Private to this layer.

// The whole of `text` as a finite number: "21.5", "-3e2".
std::optional<double> NumberFromText(std::string_view text);

struct NumberAndUnit {
  double number = 0;
  std::string_view unit = {};  // what follows the number, without the spaces between; may be empty
};

// "12.05 kWh", "21.5". With `decimal_comma` also "21,5".
std::optional<NumberAndUnit> NumberAndUnitFromText(std::string_view text, bool decimal_comma);

}  // namespace sluice::normalise
