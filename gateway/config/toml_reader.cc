#include "config/toml_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <filesystem>

#include "config/quantity.h"
#include "journal/paths.h"

namespace sluice::config {
namespace {

constexpr size_t kMaxTextBytes = 65'535;

}  // namespace

Result<toml::table> ParseToml(std::string_view file, std::string_view text) {
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    return Status::InvalidArgument(Located(file, error.source(), error.description()));
  }
}

TableReader::TableReader(const toml::table& table, std::string name, Diagnostics* diagnostics)
    : table_(table), name_(std::move(name)), diagnostics_(diagnostics) {}

TableReader::~TableReader() {
  for (const auto& [key, node] : table_) {
    if (taken_.contains(key.str())) continue;
    diagnostics_->ErrorAt(key.source(), fmt::format("unknown key '{}'{}; known here: {}", key.str(),
                                                    name_.empty() ? "" : " in [" + name_ + "]",
                                                    fmt::join(taken_, ", ")));
  }
}

const toml::node* TableReader::Take(std::string_view key) {
  taken_.emplace(key);
  return table_.get(key);
}

const toml::node& TableReader::Find(std::string_view key) const {
  const toml::node* const node = table_.get(key);
  return node != nullptr ? *node : table_;
}

bool TableReader::IsEmptyList(std::string_view key) const {
  const toml::array* const list = Find(key).as_array();
  return list != nullptr && list->empty();
}

void TableReader::ErrorAt(const toml::node& node, std::string_view key, std::string_view what) {
  diagnostics_->ErrorAt(node.source(),
                        fmt::format("{}{}{} {}", name_, name_.empty() ? "" : ".", key, what));
}

void TableReader::Error(std::string_view key, std::string_view what) {
  ErrorAt(Find(key), key, what);
}

void TableReader::Require(std::string_view key) {
  if (!Has(key)) ErrorAt(table_, key, "is missing; it has no default");
}

std::optional<std::string> TableReader::TextOf(const toml::node& node, std::string_view key,
                                               Empty empty) {
  auto text = node.value_exact<std::string>();
  std::string_view what;
  if (!text) {
    what = node.is_array() || node.is_table() ? "must be a single string" : "must be a string";
  } else if (text->empty() && empty == Empty::kRefused) {
    what = "must not be empty";
  } else if (text->size() > kMaxTextBytes || text->find('\0') != std::string::npos) {
    what = "must be at most 65535 bytes long and contain no NUL";
  }
  if (what.empty()) return text;
  ErrorAt(node, key, what);
  return std::nullopt;
}

std::optional<std::string> TableReader::TakeText(std::string_view key, Empty empty) {
  const toml::node* node = Take(key);
  return node == nullptr ? std::nullopt : TextOf(*node, key, empty);
}

void TableReader::Text(std::string_view key, std::string* value) {
  if (auto text = TakeText(key)) *value = std::move(*text);
}

void TableReader::TextOrEmpty(std::string_view key, std::string* value) {
  if (auto text = TakeText(key, Empty::kFine)) *value = std::move(*text);
}

void TableReader::Name(std::string_view key, std::string* value) {
  Text(key, value);
  if (value->empty() || journal::IsValidName(*value)) return;
  Error(key, fmt::format("'{}' must be 1 to 63 characters of a-z, 0-9, '-' and '_', the first of "
                         "them a letter or digit",
                         *value));
}

void TableReader::Path(std::string_view key, std::string* value) {
  Text(key, value);
  *value = AbsolutePath(*value);
}

void TableReader::Paths(std::string_view key, std::vector<std::string>* values) {
  if (!Has(key)) return;
  values->clear();
  ParsedOneOrMore(key, values, [this](const std::string& text) {
    return Result<std::string>(AbsolutePath(text));
  });
}

std::string TableReader::AbsolutePath(const std::string& path) const {
  if (path.empty() || std::filesystem::path(path).is_absolute()) return path;
  const auto directory = std::filesystem::path(diagnostics_->file()).parent_path();
  return std::filesystem::absolute(directory / path).lexically_normal().string();
}

std::optional<size_t> TableReader::Which(std::string_view key,
                                         std::span<const std::string_view> words) {
  const toml::node* node = Take(key);
  if (node == nullptr) return std::nullopt;
  const auto text = node->value_exact<std::string>();
  for (size_t i = 0; i < words.size(); ++i) {
    if (text && *text == words[i]) return i;
  }
  ErrorAt(*node, key, fmt::format("must be one of: {}", fmt::join(words, ", ")));
  return std::nullopt;
}

void TableReader::Flag(std::string_view key, bool* value) {
  const toml::node* node = Take(key);
  if (node == nullptr) return;
  const auto flag = node->value_exact<bool>();
  if (!flag) return ErrorAt(*node, key, "must be true or false");
  *value = *flag;
}

void TableReader::Number(std::string_view key, uint64_t min, uint64_t max, uint64_t* value) {
  const toml::node* node = Take(key);
  if (node == nullptr) return;
  const auto number = node->value_exact<int64_t>();
  if (!number || *number < 0 || static_cast<uint64_t>(*number) < min ||
      static_cast<uint64_t>(*number) > max) {
    return ErrorAt(*node, key, fmt::format("must be a whole number from {} to {}", min, max));
  }
  *value = static_cast<uint64_t>(*number);
}

void TableReader::Integer(std::string_view key, int64_t min, int64_t max, int64_t* value) {
  const toml::node* node = Take(key);
  if (node == nullptr) return;
  const auto number = node->value_exact<int64_t>();
  if (!number || *number < min || *number > max) {
    return ErrorAt(*node, key, fmt::format("must be a whole number from {} to {}", min, max));
  }
  *value = *number;
}

void TableReader::Real(std::string_view key, double* value) {
  const toml::node* node = Take(key);
  if (node == nullptr) return;
  const auto number = node->value<double>();
  if (!node->is_number() || !std::isfinite(*number)) {
    return ErrorAt(*node, key, "must be a number");
  }
  *value = *number;
}

void TableReader::Range(std::string_view key, std::optional<double>* low,
                        std::optional<double>* high) {
  const toml::node* node = Take(key);
  if (node == nullptr) return;
  const toml::array* array = node->as_array();
  if (array == nullptr || array->size() != 2 || !(*array)[0].is_number() ||
      !(*array)[1].is_number()) {
    return ErrorAt(*node, key, "must be two numbers, lowest and highest, such as [-40, 85]");
  }
  *low = (*array)[0].value<double>();
  *high = (*array)[1].value<double>();
  if (!(**low <= **high)) ErrorAt(*node, key, "is empty; put the lowest number first");
}

void TableReader::Words(std::string_view key,
                        std::vector<std::pair<std::string, std::string>>* values) {
  const toml::node* node = Take(key);
  if (node == nullptr) return;
  if (!node->is_table()) return ErrorAt(*node, key, "must be a table, such as { C = \"Cel\" }");
  values->clear();
  for (const auto& [word, item] : *node->as_table()) {
    const auto text = item.value_exact<std::string>();
    if (!text) return ErrorAt(item, key, "must contain only strings");
    values->emplace_back(word.str(), *text);
  }
}

void TableReader::Numbers(std::string_view key,
                          std::vector<std::pair<std::string, double>>* values) {
  const toml::node* node = Take(key);
  if (node == nullptr) return;
  if (!node->is_table()) return ErrorAt(*node, key, "must be a table, such as { low = 1 }");
  values->clear();
  for (const auto& [word, item] : *node->as_table()) {
    const auto number = item.value<double>();
    if (!item.is_number() || !std::isfinite(*number)) {
      return ErrorAt(item, key, "must contain only numbers");
    }
    values->emplace_back(word.str(), *number);
  }
}

void TableReader::Bytes(std::string_view key, uint64_t min, uint64_t* value, uint64_t max) {
  const toml::node* node = Take(key);
  if (node == nullptr) return;
  const auto bytes = ParseBytes(node->value_exact<std::string>().value_or(""));
  if (!bytes)
    return ErrorAt(*node, key, "must be a size with a unit, such as \"64KiB\" or \"256MiB\"");
  if (*bytes < min) return ErrorAt(*node, key, "must be at least " + FormatBytes(min));
  if (*bytes > max) return ErrorAt(*node, key, "must be at most " + FormatBytes(max));
  *value = *bytes;
}

void TableReader::Time(std::string_view key, Duration min, Duration* value, Duration max) {
  const toml::node* node = Take(key);
  if (node == nullptr) return;
  const auto time = ParseDuration(node->value_exact<std::string>().value_or(""));
  if (!time) {
    return ErrorAt(*node, key,
                   "must be a duration with a unit (us, ms, s, m, h, d), such as \"30s\"");
  }
  if (*time < min) {
    return ErrorAt(*node, key, fmt::format("must be at least {} ms", min.count() / 1'000'000));
  }
  if (*time > max) {
    return ErrorAt(*node, key, fmt::format("must be at most {} s", max.count() / 1'000'000'000));
  }
  *value = *time;
}

std::vector<std::pair<const toml::node*, std::string>> TableReader::TakeTexts(std::string_view key,
                                                                              bool or_one) {
  std::vector<std::pair<const toml::node*, std::string>> texts;
  const toml::node* node = Take(key);
  if (node == nullptr) return texts;
  const toml::array* array = node->as_array();
  if (array == nullptr && or_one) {
    if (auto text = TextOf(*node, key)) texts.emplace_back(node, std::move(*text));
    return texts;
  }
  if (array == nullptr) {
    ErrorAt(*node, key, "must be a list of strings, such as [\"a\", \"b\"]");
    return texts;
  }
  for (const toml::node& item : *array) {
    if (auto text = TextOf(item, key)) texts.emplace_back(&item, std::move(*text));
  }
  return texts;
}

void TableReader::TextList(std::string_view key, std::vector<std::string>* values) {
  ParsedList(key, values, [](const std::string& text) { return Result<std::string>(text); });
}

void TableReader::Table(std::string_view key, const std::function<void(TableReader&)>& read) {
  const toml::node* node = Take(key);
  if (node == nullptr) return;
  if (!node->is_table()) return ErrorAt(*node, key, "must be a table");
  TableReader reader(*node->as_table(),
                     name_.empty() ? std::string(key) : fmt::format("{}.{}", name_, key),
                     diagnostics_);
  read(reader);
}

void TableReader::Tables(std::string_view key, const std::function<void(TableReader&)>& read) {
  const toml::node* node = Take(key);
  if (node == nullptr) return;
  const toml::array* array = node->as_array();
  if (array == nullptr) return ErrorAt(*node, key, fmt::format("must be written as [[{}]]", key));
  for (const toml::node& item : *array) {
    if (!item.is_table()) {
      ErrorAt(item, key, "must be a table");
      continue;
    }
    TableReader reader(*item.as_table(), std::string(key), diagnostics_);
    read(reader);
  }
}

}  // namespace sluice::config
