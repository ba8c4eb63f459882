#pragma once

#include <cmath>

namespace sluice::fleet {

// Firmware prints a fixed number of decimals; the shortest form of the rounded double is that.
inline double Decimals(double value, int digits) {
  const double scale = std::pow(10.0, digits);
  return std::round(value * scale) / scale;
}

}  // namespace sluice::fleet
