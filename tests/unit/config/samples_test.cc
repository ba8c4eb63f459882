#include <gtest/gtest.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/hex.h"
#include "config/profile_file.h"
#include "normalise/try_profile.h"

namespace sluice::config {
namespace {

const std::filesystem::path kDevices = std::filesystem::path(SLUICE_SOURCE_DIR) / "devices";
constexpr int64_t kReceived = 1'795'262'400'000'000'000;  // 2026-11-21T12:00:00Z

struct Sample {
  std::string profile;
  std::string name;
  std::string topic;
  std::string identity;
  std::string payload;  // of a sample that is too short for a file of its own; also as payload_hex

  std::filesystem::path File(std::string_view ending) const {
    return kDevices / "samples" / profile / (name + std::string(ending));
  }
};

std::string Text(const toml::table& table, std::string_view key) {
  return table[key].value_or(std::string());
}

std::string PayloadOf(const toml::table& table) {
  const auto bytes = HexDecoded(Text(table, "payload_hex"));
  EXPECT_TRUE(bytes) << Text(table, "name");
  return bytes && !bytes->empty() ? *bytes : Text(table, "payload");
}

std::vector<Sample> AllSamples() {
  std::vector<Sample> samples;
  for (const auto& entry : std::filesystem::directory_iterator(kDevices / "samples")) {
    const std::string profile = entry.path().filename();
    const toml::table index = toml::parse_file((entry.path() / "samples.toml").string());
    for (const toml::node& node : *index["sample"].as_array()) {
      const toml::table& table = *node.as_table();
      samples.push_back({profile, Text(table, "name"), Text(table, "topic"),
                         Text(table, "identity"), PayloadOf(table)});
    }
  }
  return samples;
}

std::string Read(const std::filesystem::path& path) {
  auto text = ReadFileToString(Env::Posix(), path.string(), 1 << 20);
  EXPECT_TRUE(text.ok()) << text.status().ToString();
  return text.ok() ? *text : "";
}

// What a failing test prints.
void PrintTo(const Sample& sample, std::ostream* out) {
  *out << sample.profile << '/' << sample.name;
}

class SamplesTest : public testing::TestWithParam<Sample> {};

// With all profiles at once, as a gateway has them: none takes what is another's.
TEST_P(SamplesTest, BecomesTheEventsBesideIt) {
  const Sample& sample = GetParam();
  const auto profiles = LoadProfiles(Env::Posix(), (kDevices / "profiles").string());
  ASSERT_TRUE(profiles.ok()) << profiles.status().message();
  const std::string payload =
      std::filesystem::exists(sample.File(".json")) ? Read(sample.File(".json")) : sample.payload;
  const auto outcome = normalise::TryProfiles(*profiles, {.topic = sample.topic,
                                                          .payload = AsBytes(payload),
                                                          .identity = sample.identity,
                                                          .received = FromUnixNanos(kReceived)});
  ASSERT_TRUE(outcome.ok()) << outcome.status().message();
  // Writes what is expected, for whoever adds a sample, and reviews it before it is committed.
  if (std::getenv("SLUICE_WRITE_SAMPLES") != nullptr) {
    std::ofstream(sample.File(".events.jsonl")) << outcome->text;
  }
  EXPECT_EQ(outcome->text, Read(sample.File(".events.jsonl")));
}

INSTANTIATE_TEST_SUITE_P(Devices, SamplesTest, testing::ValuesIn(AllSamples()),
                         [](const testing::TestParamInfo<Sample>& sample) {
                           std::string name = sample.param.profile + "_" + sample.param.name;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

// A profile without samples is a guess.
TEST(DevicesTest, EveryProfileHasFiveSamplesAndLoads) {
  const auto profiles = LoadProfiles(Env::Posix(), (kDevices / "profiles").string());
  ASSERT_TRUE(profiles.ok()) << profiles.status().message();
  const std::vector<Sample> samples = AllSamples();
  for (const normalise::Profile& profile : *profiles) {
    EXPECT_GE(std::count_if(samples.begin(), samples.end(),
                            [&](const Sample& sample) { return sample.profile == profile.name; }),
              5)
        << profile.name;
  }
}

}  // namespace
}  // namespace sluice::config
