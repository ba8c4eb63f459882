#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace sluice::fleet {

// What a device publishes. Reused by its owner, so that its strings keep their capacity.
struct Message {
  std::string topic;
  std::string payload;
};

// The firmware of one product: which sensors it has, and how it spells topic and payload. Every
// payload is one JSON object and carries "seq", the device's own counter, which becomes the event's
// `sequence`. The device's name stands in every topic where the product puts its own name, so that
// an event names the same device whether its profile takes the name from the identity or from the
// topic. One thread; the same seed and times give the same messages.
class Dialect {
 public:
  virtual ~Dialect() = default;
  // The message of the reading taken at `now`, which does not go back between calls.
  virtual void Render(WallTime now, uint64_t seq, Message* message) = 0;
};

enum class Product : uint8_t { kZigbee2Mqtt, kTasmota, kShelly };

// "zigbee2mqtt", "tasmota" or "shelly"; nothing for another name.
std::optional<Product> ParseProduct(std::string_view name);

// A device called `identity` (which is also its certificate's subject), publishing under
// devices/{identity}/. `day` is the length of a simulated day. Which of the product's models it is
// follows from the seed.
std::unique_ptr<Dialect> MakeDialect(Product product, std::string_view identity, uint64_t seed,
                                     Duration day);

// One each, called by MakeDialect.
std::unique_ptr<Dialect> MakeZigbee2Mqtt(std::string_view identity, uint64_t seed, Duration day);
std::unique_ptr<Dialect> MakeTasmota(std::string_view identity, uint64_t seed, Duration day);
std::unique_ptr<Dialect> MakeShelly(std::string_view identity, uint64_t seed, Duration day);

}  // namespace sluice::fleet
