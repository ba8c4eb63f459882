#include "firmware_sim/malformed.h"

namespace sluice::fleet {
namespace {

// A JSON object loses its closing brace wherever it is cut.
void Truncate(Random& random, std::string* payload) {
  payload->resize(random.Below(payload->size()));
}

void ReplaceByWrongType(Random& random, std::string* payload) {
  static constexpr const char* kNoReadings[] = {"[]", "\"unavailable\"",       "42", "null",
                                                "{}", "[21.5,\"temperature\"]"};
  *payload = kNoReadings[random.Below(std::size(kNoReadings))];
}

// A control character is legal nowhere in JSON, neither between tokens nor in text.
void Corrupt(Random& random, std::string* payload) {
  (*payload)[random.Below(payload->size())] = '\x01';
}

}  // namespace

void Damage(Random& random, std::string* payload) {
  if (payload->empty()) return;
  switch (random.Below(4)) {
    case 0:
      return Truncate(random, payload);
    case 1:
      return ReplaceByWrongType(random, payload);
    case 2:
      return Corrupt(random, payload);
    default:
      return payload->clear();
  }
}

}  // namespace sluice::fleet
