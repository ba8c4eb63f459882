#pragma once

#include <cstdint>

namespace sluice {

// a - b, but never below zero.
constexpr uint64_t SaturatingSub(uint64_t a, uint64_t b) { return a > b ? a - b : 0; }

}  // namespace sluice
