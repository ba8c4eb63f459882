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
#include "config/diagnostics.h"

namespace sluice::config {

// A file's text as a table; the error says where the text stops being TOML. toml++ throws only in
// here. `file` is for messages.
Result<toml::table> ParseToml(std::string_view file, std::string_view text);

// A word of the file and what it means.
template <typename Value>
struct Word {
  std::string_view text;
  Value value;
};

// The word for `value`, which is one of the table's.
template <typename Value, size_t N>
std::string_view WordFor(const Word<Value> (&words)[N], Value value) {
  for (const Word<Value>& word : words) {
    if (word.value == value) return word.text;
  }
  return "";
}

// Reads the keys of one TOML table into variables that keep their value when the key is absent.
// Wrong types and values are errors, and on destruction so is every key that nobody asked for: a
// typing error never silently means the default.
class TableReader {
 public:
  // `name` is how people know the table: "" at the top, "stream", "stream.batch" …
  TableReader(const toml::table& table, std::string name, Diagnostics* diagnostics);
  ~TableReader();
  TableReader(const TableReader&) = delete;
  TableReader& operator=(const TableReader&) = delete;

  bool Has(std::string_view key) const { return table_.contains(key); }
  // Whether it is there and a list with nothing in it.
  bool IsEmptyList(std::string_view key) const;
  // `key`, whether present or not, is wrong; `what` goes on from it: "must be …".
  void Error(std::string_view key, std::string_view what);

  void Require(std::string_view key);
  // At most 65,535 bytes without U+0000: what an MQTT string can be, and a path.
  void Text(std::string_view key, std::string* value);
  void TextOrEmpty(std::string_view key, std::string* value);
  // What streams, uplinks, routes and the gateway are called: names of files, labels of metrics,
  // parts of event ids. A default that is none is an error as well.
  void Name(std::string_view key, std::string* value);
  // Absolute in the end; a relative one starts from the file's directory.
  void Path(std::string_view key, std::string* value);
  // A path, or a list of them of which there is at least one.
  void Paths(std::string_view key, std::vector<std::string>* values);
  // A text that means something: `parse` makes a Result<Value> of it, whose message goes on from
  // the key ("'x' is not a …").
  template <typename Value, typename Parse>
  void Parsed(std::string_view key, Value* value, const Parse& parse) {
    if (const auto text = TakeText(key)) Keep(parse(*text), Find(key), key, value);
  }
  template <typename Value, typename Parse>
  void ParsedList(std::string_view key, std::vector<Value>* values, const Parse& parse);
  template <typename Value, size_t N>
  void OneOf(std::string_view key, const Word<Value> (&words)[N], Value* value) {
    std::array<std::string_view, N> texts;
    for (size_t i = 0; i < N; ++i) texts[i] = words[i].text;
    if (const auto which = Which(key, texts)) *value = words[*which].value;
  }
  // A text, or a list of texts of which there is at least one.
  template <typename Value, typename Parse>
  void ParsedOneOrMore(std::string_view key, std::vector<Value>* values, const Parse& parse);
  void Flag(std::string_view key, bool* value);
  void Number(std::string_view key, uint64_t min, uint64_t max, uint64_t* value);
  void Integer(std::string_view key, int64_t min, int64_t max, int64_t* value);
  void Real(std::string_view key, double* value);
  // Exactly two numbers.
  void Range(std::string_view key, std::optional<double>* low, std::optional<double>* high);
  // A table of texts, in the order of its keys.
  void Words(std::string_view key, std::vector<std::pair<std::string, std::string>>* values);
  // A table of numbers, likewise.
  void Numbers(std::string_view key, std::vector<std::pair<std::string, double>>* values);
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
  std::string AbsolutePath(const std::string& path) const;
  std::optional<size_t> Which(std::string_view key, std::span<const std::string_view> words);
  const toml::node* Take(std::string_view key);
  const toml::node& Find(std::string_view key) const;
  enum class Empty : bool { kRefused, kFine };
  std::optional<std::string> TakeText(std::string_view key, Empty empty = Empty::kRefused);
  std::optional<std::string> TextOf(const toml::node& node, std::string_view key,
                                    Empty empty = Empty::kRefused);
  std::vector<std::pair<const toml::node*, std::string>> TakeTexts(std::string_view key,
                                                                   bool or_one = false);
  void ErrorAt(const toml::node& node, std::string_view key, std::string_view what);
  template <typename Value>
  void Keep(Result<Value> parsed, const toml::node& node, std::string_view key, Value* value) {
    if (!parsed.ok()) return ErrorAt(node, key, parsed.status().message());
    *value = std::move(*parsed);
  }

  const toml::table& table_;
  std::string name_;
  Diagnostics* diagnostics_;
  std::set<std::string, std::less<>> taken_;
};

template <typename Value, typename Parse>
void TableReader::ParsedList(std::string_view key, std::vector<Value>* values, const Parse& parse) {
  if (Has(key)) values->clear();
  for (const auto& [node, text] : TakeTexts(key)) {
    if (auto parsed = parse(text); parsed.ok()) {
      values->push_back(std::move(*parsed));
    } else {
      ErrorAt(*node, key, parsed.status().message());
    }
  }
}

template <typename Value, typename Parse>
void TableReader::ParsedOneOrMore(std::string_view key, std::vector<Value>* values,
                                  const Parse& parse) {
  if (IsEmptyList(key)) Error(key, "must not be empty");
  for (const auto& [node, text] : TakeTexts(key, /*or_one=*/true)) {
    Value value;
    Keep(Result<Value>(parse(text)), *node, key, &value);
    values->push_back(std::move(value));
  }
}

}  // namespace sluice::config
