#include "firmware_sim/malformed.h"

#include <string_view>

namespace sluice::fleet {
namespace {

// A JSON object loses its closing brace wherever it is cut. Something stays: an empty payload
// clears a retained message, which profiles may pass over.
void Truncate(Random& random, std::string* payload) {
  if (payload->size() == 1) {
    payload->assign("{");
  } else {
    payload->resize(1 + random.Below(payload->size() - 1));
  }
}

bool StartsNumber(char c) { return c == '-' || (c >= '0' && c <= '9'); }

// Expects the compact JSON that JsonWriter writes: a number follows a colon or a comma or opens an
// array.
void ReplaceNumbers(std::string* payload) {
  constexpr std::string_view kEndsNumber = ",]}";
  std::string out;
  bool in_text = false;
  for (size_t i = 0; i < payload->size(); ++i) {
    const char c = (*payload)[i];
    if (c == '"') in_text = !in_text;
    if (!in_text && c != '"' && StartsNumber(c)) {
      out += "[]";
      i = payload->find_first_of(kEndsNumber, i) - 1;
    } else {
      out += c;
    }
  }
  *payload = std::move(out);
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
      return ReplaceNumbers(payload);
    case 2:
      return Corrupt(random, payload);
    default:
      payload->assign("no reading");
  }
}

}  // namespace sluice::fleet
