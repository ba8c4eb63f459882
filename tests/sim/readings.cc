#include "sim/readings.h"

#include <fmt/format.h>

#include <iterator>

namespace sluice::sim {
namespace {

std::string Celsius(Random& random) {
  return fmt::format("{}.{}", static_cast<int>(random.Below(90)) - 30, random.Below(100));
}

}  // namespace

std::string ReadingPayload(Random& random, Token token) {
  return fmt::format(R"({{"t":{},"token":"{}"}})", Celsius(random), TokenText(token));
}

std::string HubPayload(Random& random, std::string_view device, const std::vector<Token>& tokens) {
  std::string text = fmt::format(R"({{"device":"{}","list":[)", device);
  for (const Token token : tokens) {
    if (token != tokens.front()) text += ',';
    text += ReadingPayload(random, token);
  }
  return text + "]}";
}

std::string MalformedPayload(Random& random, Token token) {
  const std::string text = TokenText(token);
  switch (random.Below(8)) {
    case 0:
      return fmt::format(R"({{"t":1.5,"token":"{}")", text);  // the end is missing
    case 1:
      return fmt::format(R"(["{}"])", text);
    case 2:
      return fmt::format(R"({{"t":1.5,,"token":"{}"}})", text);
    case 3:
      return fmt::format("{{\"t\":1.5,\"token\":\"{}\",\"x\":\"\xc3\x28\"}}", text);
    case 4:
      return std::string(1 + random.Below(4000), '[') + text;
    case 5:
      return fmt::format(R"({{"t":01,"token":"{}"}})", text);
    case 6:
      return fmt::format("\x01\x02\xff{}", text);
    default:
      return fmt::format(R"({{"token":"{}","x":"{}"}})", text,
                         std::string(random.Below(2) == 0 ? 10 : 8000, 'x')) +
             "}";
  }
}

}  // namespace sluice::sim
