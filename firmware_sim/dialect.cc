#include "firmware_sim/dialect.h"

#include "base/status.h"

namespace sluice::fleet {

std::optional<Product> ParseProduct(std::string_view name) {
  if (name == "zigbee2mqtt") return Product::kZigbee2Mqtt;
  if (name == "tasmota") return Product::kTasmota;
  if (name == "shelly") return Product::kShelly;
  return std::nullopt;
}

std::unique_ptr<Dialect> MakeDialect(Product product, std::string_view identity, uint64_t seed,
                                     Duration day) {
  switch (product) {
    case Product::kZigbee2Mqtt:
      return MakeZigbee2Mqtt(identity, seed, day);
    case Product::kTasmota:
      return MakeTasmota(identity, seed, day);
    case Product::kShelly:
      return MakeShelly(identity, seed, day);
  }
  SLUICE_CHECK(false);
}

}  // namespace sluice::fleet
