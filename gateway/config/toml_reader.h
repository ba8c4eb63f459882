#pragma once

#include <toml++/toml.h>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/status.h"

namespace sluice::config {

// Mistakes found in one file, each as "file:line:column: what is wrong; what to do".
class Mistakes {
 public:
  explicit Mistakes(std::string file) : file_(std::move(file)) {}

  void Add(const toml::source_region& where, std::string_view what);
  // A mistake that has no place of its own, such as a missing table.
  void Add(std::string_view what);
  bool empty() const { return lines_.empty(); }
  size_t size() const { return lines_.size(); }
  const std::vector<std::string>& lines() const { return lines_; }
  std::string ToString() const;  // one a line

 private:
  std::string file_;
  std::vector<std::string> lines_;
};

// Where the value at `path` ("listener[0].tls.cert") stands; if it is left out, where the table
// stands that it would be in.
toml::source_region PlaceOf(const toml::table& table, std::string_view path);

// A file's text as a table; the error says where the text stops being TOML. toml++ throws only in
// here. `file` is for messages.
Result<toml::table> ParseToml(std::string_view file, std::string_view text);

// A word of the file and what it means.
template <typename Value>
struct Word {
  std::string_view text;
  Value value;
};

// Reads the keys of one TOML table into variables that keep their value when the key is absent.
// Wrong types and values are reported, and on destruction every key that nobody asked for, so that
// a typing error never silently means the default.
class TableReader {
 public:
  TableReader(const toml::table& table, std::string name, Mistakes* mistakes);
  ~TableReader();
  TableReader(const TableReader&) = delete;
  TableReader& operator=(const TableReader&) = delete;

  bool Has(std::string_view key) const { return table_.contains(key); }
  const toml::source_region& source() const { return table_.source(); }
  // Reports that `key`, whether present or not, is wrong.
  void Complain(std::string_view key, std::string_view what);

  void Require(std::string_view key);
  // At most 65,535 bytes without U+0000: what an MQTT string can be, and a path.
  void Text(std::string_view key, std::string* value);
  template <typename Value, size_t N>
  void OneOf(std::string_view key, const Word<Value> (&words)[N], Value* value) {
    std::array<std::string_view, N> texts;
    for (size_t i = 0; i < N; ++i) texts[i] = words[i].text;
    if (const auto which = Which(key, texts)) *value = words[*which].value;
  }
  void Flag(std::string_view key, bool* value);
  void Number(std::string_view key, uint64_t min, uint64_t max, uint64_t* value);
  void Integer(std::string_view key, int64_t min, int64_t max, int64_t* value);
  void Real(std::string_view key, double* value);
  // Exactly two numbers.
  void Range(std::string_view key, std::optional<double>* low, std::optional<double>* high);
  // A table of texts, in the order of its keys.
  void Words(std::string_view key, std::vector<std::pair<std::string, std::string>>* values);
  // A pebibyte is the most unless something says less, so that sums don't overflow.
  void Bytes(std::string_view key, uint64_t min, uint64_t* value, uint64_t max = 1ull << 50);
  void Time(std::string_view key, Duration min, Duration* value,
            Duration max = std::chrono::hours(24) * 36'525);
  void TextList(std::string_view key, std::vector<std::string>* values);
  // Calls `read` with the table under `key`, if there is one.
  void Table(std::string_view key, const std::function<void(TableReader&)>& read);
  // Calls `read` for each table of the array under `key`.
  void Tables(std::string_view key, const std::function<void(TableReader&)>& read);

 private:
  std::optional<size_t> Which(std::string_view key, std::span<const std::string_view> words);
  const toml::node* Take(std::string_view key);
  void ComplainAt(const toml::node& node, std::string_view key, std::string_view what);

  const toml::table& table_;
  std::string name_;  // "" at the top, "stream", "stream.batch" …
  Mistakes* mistakes_;
  std::set<std::string, std::less<>> taken_;
};

}  // namespace sluice::config
