// What has to hold for every key, whichever there are: the example has it, and two configurations
// that differ in it are unequal. The keys are taken from the example and from the readers, so that
// a new one is looked at without a line in here.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <toml++/toml.h>

#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "config/config_file.h"
#include "config/quantity.h"

namespace sluice::config {
namespace {

// Lets every key of the example have a second value that goes with the rest.
constexpr std::string_view kMore = R"(
[[listener]]
bind      = "127.0.0.1:1883"
websocket = { path = "/mqtt", origins = ["*"], max_request = "8KiB" }
proxy_protocol  = true
trusted_proxies = ["127.0.0.1"]
tls       = { cert = "a", key = "b", client_ca = "c", client_cert = "optional" }
anonymous = true
[[access]]
identity   = "anonymous"
speaks_for = ["*"]
[[access]]
publish = ["x"]
deny    = false
[[stream]]
name = "other"
[[uplink]]
name   = "other"
url    = "mqtt://h"
client = "mqtt"
alpn   = ["mqtt"]
)";

// The example with every key written out, and more.
std::string FullText() {
  std::ifstream file(SLUICE_SOURCE_DIR "/gateway/docs/gateway.toml");
  std::stringstream text;
  text << file.rdbuf();
  return std::regex_replace(text.str(), std::regex("\n# *([a-z_0-9]+ *= )"), "\n$1") +
         std::string(kMore);
}

std::string TextOf(const toml::table& table) {
  std::stringstream text;
  text << toml::toml_formatter(table);
  return text.str();
}

// "stream[1].name" is the key "stream.name".
std::string KeyOf(const std::string& path) {
  return std::regex_replace(path, std::regex("\\[[0-9]+\\]"), "");
}

using Visit = std::function<void(const std::string& path, const toml::node& node)>;

// Tables before what is in them; arrays of anything but tables are one value.
void Walk(const std::string& path, const toml::node& node, const Visit& visit) {
  const toml::array* const array = node.as_array();
  if (array != nullptr && array->is_homogeneous(toml::node_type::table)) {
    for (size_t i = 0; i < array->size(); ++i) {
      Walk(fmt::format("{}[{}]", path, i), (*array)[i], visit);
    }
    return;
  }
  visit(path, node);
  if (!node.is_table()) return;
  for (const auto& [key, child] : *node.as_table()) {
    Walk(path.empty() ? std::string(key.str()) : fmt::format("{}.{}", path, key.str()), child,
         visit);
  }
}

class EveryKeyTest : public testing::Test {
 protected:
  EveryKeyTest() : table_(toml::parse(FullText())), config_(Parse(table_)) {}

  static Config Parse(const toml::table& table) {
    const auto loaded = ParseConfig("/etc/g.toml", TextOf(table));
    EXPECT_TRUE(loaded.ok()) << loaded.status().message();
    return loaded.ok() ? loaded->config : Config();
  }
  static std::string Errors(const toml::table& table) {
    const auto loaded = ParseConfig("/etc/g.toml", TextOf(table));
    return loaded.ok() ? "" : loaded.status().message();
  }
  // What is listed behind `mark`, "a, b, c", in an error about the table.
  static std::vector<std::string> Listed(const toml::table& table, const std::string& mark) {
    const std::string errors = Errors(table);
    const size_t at = errors.find(mark);
    if (at == std::string::npos) return {};
    std::string line = errors.substr(at + mark.size());
    line = line.substr(0, line.find('\n'));
    std::vector<std::string> items;
    for (size_t begin = 0; begin < line.size();) {
      const size_t end = std::min(line.find(", ", begin), line.size());
      items.push_back(line.substr(begin, end - begin));
      begin = end + 2;
    }
    return items;
  }
  // How many of the table's variants with another text under `path` are taken, and unequal.
  size_t CountUnequal(const std::string& path, const toml::node& node);
  std::vector<std::string> OtherTexts(const std::string& path, const std::string& text);
  bool IsUnequalWith(const std::string& path, const std::function<void(toml::node&)>& change);

  const toml::table table_;
  const Config config_;
};

// True if the changed configuration is taken; it must be unequal then.
bool EveryKeyTest::IsUnequalWith(const std::string& path,
                                 const std::function<void(toml::node&)>& change) {
  toml::table changed = table_;
  change(*changed.at_path(path).node());
  const auto loaded = ParseConfig("/etc/g.toml", TextOf(changed));
  if (!loaded.ok()) return false;
  EXPECT_FALSE(loaded->config == config_) << path;
  return true;
}

std::vector<std::string> EveryKeyTest::OtherTexts(const std::string& path,
                                                  const std::string& text) {
  if (const auto bytes = ParseBytes(text)) {
    return {fmt::format("{}B", *bytes * 2), fmt::format("{}B", *bytes / 2)};
  }
  if (const auto time = ParseDuration(text)) {
    const auto microseconds = *time / std::chrono::microseconds(1);
    return {fmt::format("{}us", microseconds * 2), fmt::format("{}us", microseconds / 2)};
  }
  toml::table none_of_them = table_;
  none_of_them.at_path(path).as_string()->get() = "?";
  std::vector<std::string> words = Listed(none_of_them, "must be one of: ");
  std::erase(words, text);
  if (!words.empty()) return words;
  return {text.substr(0, text.size() - 1), text == "other" ? "others" : "other"};
}

size_t EveryKeyTest::CountUnequal(const std::string& path, const toml::node& node) {
  size_t unequal = 0;
  if (node.is_boolean()) {
    unequal += IsUnequalWith(path, [](toml::node& n) { n.as_boolean()->get() ^= true; });
  } else if (node.is_integer()) {
    const int64_t value = node.as_integer()->get();
    for (const int64_t other : {value + 1, value - 1, int64_t{311}}) {
      unequal += IsUnequalWith(path, [&](toml::node& n) { n.as_integer()->get() = other; });
    }
  } else if (node.is_array()) {
    toml::table with_more = table_;
    with_more.at_path(path).as_array()->push_back("more");
    std::vector<std::string> words = Listed(with_more, "must be one of: ");
    if (words.empty()) words = {"more", "10.1.0.0/16", "https://more.example"};
    for (const std::string& word : words) {
      unequal += IsUnequalWith(path, [&](toml::node& n) { n.as_array()->push_back(word); });
    }
  } else if (node.is_string()) {
    for (const std::string& other : OtherTexts(path, node.as_string()->get())) {
      unequal += IsUnequalWith(path, [&](toml::node& n) { n.as_string()->get() = other; });
    }
  }
  return unequal;
}

TEST_F(EveryKeyTest, SameTextIsTheSameConfiguration) { EXPECT_EQ(Parse(table_), config_); }

TEST_F(EveryKeyTest, AnotherValueMakesTheConfigurationUnequal) {
  std::map<std::string, size_t> unequal;
  Walk("", table_, [&](const std::string& path, const toml::node& node) {
    if (!node.is_table()) unequal[KeyOf(path)] += CountUnequal(path, node);
  });
  // Goes with tls or without it: the next test.
  EXPECT_EQ(unequal["listener.plaintext"], 0U);
  unequal.erase("listener.plaintext");
  EXPECT_GT(unequal.size(), 60U);
  for (const auto& [key, count] : unequal) {
    EXPECT_GT(count, 0U) << key << " has no second value here; add what it needs to kMore";
  }
}

TEST_F(EveryKeyTest, PlaintextMakesTheConfigurationUnequal) {
  toml::table plain = table_;
  toml::table& listener = *plain.at_path("listener[1]").as_table();
  listener.erase("tls");
  listener.insert_or_assign("plaintext", true);
  const Config config = Parse(plain);
  EXPECT_NE(config.listeners[1].plaintext, config_.listeners[1].plaintext);
  EXPECT_NE(config.listeners, config_.listeners);
}

// The readers say which keys they know when they meet one that they do not.
TEST_F(EveryKeyTest, IsInTheExample) {
  std::map<std::string, std::set<std::string>> known, shown;
  Walk("", table_, [&](const std::string& path, const toml::node& node) {
    if (!node.is_table()) return;
    toml::table with_unknown = table_;
    toml::table* const there = path.empty() ? &with_unknown : with_unknown.at_path(path).as_table();
    ASSERT_NE(there, nullptr) << path;
    there->insert("unknown", true);
    const auto keys = Listed(with_unknown, "; known here: ");
    known[KeyOf(path)].insert(keys.begin(), keys.end());
    for (const auto& [key, child] : *node.as_table()) shown[KeyOf(path)].emplace(key.str());
  });
  EXPECT_EQ(known, shown);
}

}  // namespace
}  // namespace sluice::config
