#pragma once

#include <string_view>

namespace sluice::decode {

// A unit of SenML's registry (RFC 8428, 12.1; RFC 8798; what IANA added since).
struct SenmlUnit {
  std::string_view name;  // "%RH"
  std::string_view ucum;  // the same in UCUM, or a count in braces
  // That of a sum of values over time (RFC 8428, 4.2: the unit times a second); empty: in braces.
  std::string_view ucum_of_sum = {};
  // What it usually measures: names a reading for which the pack has no name of its own.
  std::string_view quantity = {};
};

// The row for a unit, or nullptr. Rows live for ever.
const SenmlUnit* FindSenmlUnit(std::string_view name);

}  // namespace sluice::decode
