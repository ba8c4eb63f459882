#include "config/diagnostics.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace sluice::config {
namespace {

std::string OneLine(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      line += fmt::format("\\x{:02x}", byte);
    } else {
      line += c;
    }
  }
  return line;
}

// "listener[0].tls.cert" is "listener.tls.cert".
std::string KeyOf(std::string_view path) {
  std::string key;
  bool in_index = false;
  for (const char c : path) {
    if (c == '[') in_index = true;
    if (!in_index) key += c;
    if (c == ']') in_index = false;
  }
  return key;
}

}  // namespace

std::string Located(std::string_view file, const toml::source_region& where,
                    std::string_view what) {
  return fmt::format("{}:{}:{}: {}", file, where.begin.line, where.begin.column, OneLine(what));
}

toml::source_region Diagnostics::PlaceOf(std::string_view path) const {
  for (;;) {
    if (const toml::node* const node = root_.at_path(path).node()) return node->source();
    const size_t dot = path.rfind('.');
    if (dot == std::string_view::npos) return root_.source();
    path = path.substr(0, dot);
  }
}

void Diagnostics::Error(std::string_view path, std::string_view what) {
  ErrorAt(PlaceOf(path), fmt::format("{} {}", KeyOf(path), what));
}

void Diagnostics::ErrorAt(const toml::source_region& where, std::string_view what) {
  errors_.push_back(Located(file_, where, what));
}

void Diagnostics::ErrorInFile(std::string_view what) {
  errors_.push_back(fmt::format("{}: {}", file_, OneLine(what)));
}

void Diagnostics::Fault(std::string_view path, std::string_view what) {
  faults_.push_back(Located(file_, PlaceOf(path), fmt::format("{}: {}", KeyOf(path), what)));
}

std::string Diagnostics::ErrorText() const { return fmt::format("{}", fmt::join(errors_, "\n")); }

}  // namespace sluice::config
