#include "forward/refusal.h"

#include <fmt/format.h>

namespace sluice::forward {

std::string Describe(const Refusal& refusal) {
  return fmt::format("{} (0x{:02X})", refusal.text, refusal.code);
}

}  // namespace sluice::forward
