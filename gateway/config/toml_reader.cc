#include "config/toml_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "config/quantity.h"

namespace sluice::config {
namespace {

constexpr size_t kMaxTextBytes = 65'535;

// A mistake quotes the file, which may hold anything: it stays one line, and no terminal obeys it.
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

}  // namespace

void Mistakes::Add(const toml::source_region& where, std::string_view what) {
  lines_.push_back(
      fmt::format("{}:{}:{}: {}", file_, where.begin.line, where.begin.column, OneLine(what)));
}

void Mistakes::Add(std::string_view what) {
  lines_.push_back(fmt::format("{}: {}", file_, OneLine(what)));
}

std::string Mistakes::ToString() const { return fmt::format("{}", fmt::join(lines_, "\n")); }

toml::source_region PlaceOf(const toml::table& table, std::string_view path) {
  for (;;) {
    if (const toml::node* const node = table.at_path(path).node()) return node->source();
    const size_t dot = path.rfind('.');
    if (dot == std::string_view::npos) return table.source();
    path = path.substr(0, dot);
  }
}

Result<toml::table> ParseToml(std::string_view file, std::string_view text) {
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    Mistakes mistakes{std::string(file)};
    mistakes.Add(error.source(), error.description());
    return Status::InvalidArgument(mistakes.ToString());
  }
}

TableReader::TableReader(const toml::table& table, std::string name, Mistakes* mistakes)
    : table_(table), name_(std::move(name)), mistakes_(mistakes) {}

TableReader::~TableReader() {
  for (const auto& [key, node] : table_) {
    if (taken_.contains(key.str())) continue;
    mistakes_->Add(key.source(), fmt::format("unknown key '{}'{}; known here: {}", key.str(),
                                             name_.empty() ? "" : " in [" + name_ + "]",
                                             fmt::join(taken_, ", ")));
  }
}

const toml::node* TableReader::Take(std::string_view key) {
  taken_.emplace(key);
  return table_.get(key);
}

void TableReader::ComplainAt(const toml::node& node, std::string_view key, std::string_view what) {
  mistakes_->Add(node.source(),
                 fmt::format("{}{}{} {}", name_, name_.empty() ? "" : ".", key, what));
}

void TableReader::Complain(std::string_view key, std::string_view what) {
  const toml::node* node = table_.get(key);
  ComplainAt(node != nullptr ? *node : table_, key, what);
}

void TableReader::Require(std::string_view key) {
  if (!Has(key)) ComplainAt(table_, key, "is missing; it has no default");
}

void TableReader::Text(std::string_view key, std::string* value) {
  const toml::node* node = Take(key);
  if (node == nullptr) return;
  const auto text = node->value_exact<std::string>();
  if (!text || text->empty()) return ComplainAt(*node, key, "must be a text that is not empty");
  if (text->size() > kMaxTextBytes || text->find('\0') != std::string::npos) {
    return ComplainAt(*node, key, "must be at most 65535 bytes, none of them zero");
  }
  *value = *text;
}

std::optional<size_t> TableReader::Which(std::string_view key,
                                         std::span<const std::string_view> words) {
  const toml::node* node = Take(key);
  if (node == nullptr) return std::nullopt;
  const auto text = node->value_exact<std::string>();
  for (size_t i = 0; i < words.size(); ++i) {
    if (text && *text == words[i]) return i;
  }
  ComplainAt(*node, key, fmt::format("must be one of: {}", fmt::join(words, ", ")));
  return std::nullopt;
}

void TableReader::Flag(std::string_view key, bool* value) {
  const toml::node* node = Take(key);
  if (node == nullptr) return;
  const auto flag = node->value_exact<bool>();
  if (!flag) return ComplainAt(*node, key, "must be true or false");
  *value = *flag;
}

void TableReader::Number(std::string_view key, uint64_t min, uint64_t max, uint64_t* value) {
  const toml::node* node = Take(key);
  if (node == nullptr) return;
  const auto number = node->value_exact<int64_t>();
  if (!number || *number < 0 || static_cast<uint64_t>(*number) < min ||
      static_cast<uint64_t>(*number) > max) {
    return ComplainAt(*node, key, fmt::format("must be a whole number from {} to {}", min, max));
  }
  *value = static_cast<uint64_t>(*number);
}

void TableReader::Integer(std::string_view key, int64_t min, int64_t max, int64_t* value) {
  const toml::node* node = Take(key);
  if (node == nullptr) return;
  const auto number = node->value_exact<int64_t>();
  if (!number || *number < min || *number > max) {
    return ComplainAt(*node, key, fmt::format("must be a whole number from {} to {}", min, max));
  }
  *value = *number;
}

void TableReader::Real(std::string_view key, double* value) {
  const toml::node* node = Take(key);
  if (node == nullptr) return;
  const auto number = node->value<double>();
  if (!node->is_number() || !std::isfinite(*number)) {
    return ComplainAt(*node, key, "must be a number");
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
    return ComplainAt(*node, key, "must be two numbers, lowest and highest, such as [-40, 85]");
  }
  *low = (*array)[0].value<double>();
  *high = (*array)[1].value<double>();
  if (!(**low <= **high)) ComplainAt(*node, key, "is empty; put the lowest number first");
}

void TableReader::Words(std::string_view key,
                        std::vector<std::pair<std::string, std::string>>* values) {
  const toml::node* node = Take(key);
  if (node == nullptr) return;
  if (!node->is_table()) return ComplainAt(*node, key, "must be a table, such as { C = \"Cel\" }");
  values->clear();
  for (const auto& [word, item] : *node->as_table()) {
    const auto text = item.value_exact<std::string>();
    if (!text) return ComplainAt(item, key, "must hold only texts");
    values->emplace_back(word.str(), *text);
  }
}

void TableReader::Bytes(std::string_view key, uint64_t min, uint64_t* value, uint64_t max) {
  const toml::node* node = Take(key);
  if (node == nullptr) return;
  const auto bytes = ParseBytes(node->value_exact<std::string>().value_or(""));
  if (!bytes)
    return ComplainAt(*node, key, "must be a size with its unit, such as \"64KiB\" or \"256MiB\"");
  if (*bytes < min) return ComplainAt(*node, key, fmt::format("must be at least {} bytes", min));
  if (*bytes > max) return ComplainAt(*node, key, fmt::format("must be at most {} bytes", max));
  *value = *bytes;
}

void TableReader::Time(std::string_view key, Duration min, Duration* value, Duration max) {
  const toml::node* node = Take(key);
  if (node == nullptr) return;
  const auto time = ParseDuration(node->value_exact<std::string>().value_or(""));
  if (!time) {
    return ComplainAt(*node, key,
                      "must be a time with its unit (us, ms, s, m, h, d), such as \"30s\"");
  }
  if (*time < min) {
    return ComplainAt(*node, key, fmt::format("must be at least {} ms", min.count() / 1'000'000));
  }
  if (*time > max) {
    return ComplainAt(*node, key, fmt::format("must be at most {} s", max.count() / 1'000'000'000));
  }
  *value = *time;
}

void TableReader::TextList(std::string_view key, std::vector<std::string>* values) {
  const toml::node* node = Take(key);
  if (node == nullptr) return;
  const toml::array* array = node->as_array();
  if (array == nullptr)
    return ComplainAt(*node, key, "must be a list of texts, such as [\"a\", \"b\"]");
  values->clear();
  for (const toml::node& item : *array) {
    const auto text = item.value_exact<std::string>();
    if (!text || text->empty())
      return ComplainAt(item, key, "must hold only texts that are not empty");
    if (text->size() > kMaxTextBytes || text->find('\0') != std::string::npos) {
      return ComplainAt(item, key,
                        "must hold only texts of at most 65535 bytes, none of them zero");
    }
    values->push_back(*text);
  }
}

void TableReader::Table(std::string_view key, const std::function<void(TableReader&)>& read) {
  const toml::node* node = Take(key);
  if (node == nullptr) return;
  if (!node->is_table()) return ComplainAt(*node, key, "must be a table");
  TableReader reader(*node->as_table(),
                     name_.empty() ? std::string(key) : fmt::format("{}.{}", name_, key),
                     mistakes_);
  read(reader);
}

void TableReader::Tables(std::string_view key, const std::function<void(TableReader&)>& read) {
  const toml::node* node = Take(key);
  if (node == nullptr) return;
  const toml::array* array = node->as_array();
  if (array == nullptr)
    return ComplainAt(*node, key, fmt::format("must be written as [[{}]]", key));
  for (const toml::node& item : *array) {
    if (!item.is_table()) {
      ComplainAt(item, key, "must be a table");
      continue;
    }
    TableReader reader(*item.as_table(), std::string(key), mistakes_);
    read(reader);
  }
}

}  // namespace sluice::config
