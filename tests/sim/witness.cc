#include "sim/witness.h"

#include <fmt/format.h>

namespace sluice::sim {

std::string TokenText(Token token) { return fmt::format("~{:08x}~", token); }

}  // namespace sluice::sim
