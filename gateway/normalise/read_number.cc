#include "normalise/read_number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace sluice::normalise {
namespace {

// How many characters of `text` the number at its front has; 0: there is none, or none finite.
size_t ReadFront(std::string_view text, double* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  if (error != std::errc() || !std::isfinite(*number))
    return 0;  // it reads "nan" and "inf" as well
  return static_cast<size_t>(end - text.data());
}

// The text with a point for its only comma; the same if it has a point, or is no short one.
std::string_view WithPoint(std::string_view text, std::array<char, 40>* buffer) {
  const size_t comma = text.find(',');
  if (comma == std::string_view::npos || text.size() > buffer->size()) return text;
  if (text.find('.') != std::string_view::npos || text.find(',', comma + 1) != text.npos)
    return text;
  std::copy(text.begin(), text.end(), buffer->begin());
  (*buffer)[comma] = '.';
  return {buffer->data(), text.size()};
}

}  // namespace

std::optional<double> NumberFromText(std::string_view text) {
  double number = 0;
  const size_t size = ReadFront(text, &number);
  if (size == 0 || size != text.size()) return std::nullopt;
  return number;
}

std::optional<NumberAndUnit> NumberAndUnitFromText(std::string_view text, bool decimal_comma) {
  std::array<char, 40> buffer;
  NumberAndUnit read;
  const size_t size = ReadFront(decimal_comma ? WithPoint(text, &buffer) : text, &read.number);
  if (size == 0) return std::nullopt;
  read.unit = text.substr(size);
  while (read.unit.starts_with(' ')) read.unit.remove_prefix(1);
  return read;
}

}  // namespace sluice::normalise
