// Payloads of people in the field that 0.1.0 lost, refused or took for something else: each becomes
// what stands beside it, with all shipped profiles at once, and with a profile of the user's where
// there is one. A time in a file beside it (Unix seconds) is when it was received.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "config/profile_file.h"
#include "normalise/try_profile.h"

namespace sluice::config {
namespace {

const std::filesystem::path kSource = SLUICE_SOURCE_DIR;
const std::filesystem::path kCases = kSource / "tests/unit/config/cases";

std::string Read(const std::string& name) {
  auto text = ReadFileToString(Env::Posix(), (kCases / name).string(), 1 << 20);
  EXPECT_TRUE(text.ok()) << text.status().ToString();
  return text.ok() ? *text : "";
}

std::vector<std::string> AllCases() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kCases)) {
    if (entry.path().extension() == ".payload") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class CasesTest : public testing::TestWithParam<std::string> {
 protected:
  std::string Become(bool with_own) {
    auto profiles = LoadProfiles(Env::Posix(), (kSource / "devices/profiles").string());
    EXPECT_TRUE(profiles.ok()) << profiles.status().message();
    if (with_own) {
      auto own = LoadProfile(Env::Posix(), (kCases / (GetParam() + ".toml")).string());
      EXPECT_TRUE(own.ok()) << own.status().message();
      profiles->push_back(std::move(*own));
      std::sort(profiles->begin(), profiles->end(),
                [](const auto& a, const auto& b) { return a.name < b.name; });
    }
    std::string topic = Read(GetParam() + ".topic");
    topic.erase(topic.find_last_not_of('\n') + 1);
    const std::string payload = Read(GetParam() + ".payload");
    int64_t received_seconds = 1'795'262'400;  // 2026-11-21T12:00:00Z
    if (std::filesystem::exists(kCases / (GetParam() + ".received"))) {
      received_seconds = std::stoll(Read(GetParam() + ".received"));
    }
    const auto outcome = normalise::TryProfiles(
        *profiles, {.topic = topic,
                    .payload = AsBytes(payload),
                    .identity = "hub",
                    .received = FromUnixNanos(received_seconds * 1'000'000'000)});
    EXPECT_TRUE(outcome.ok()) << outcome.status().message();
    return outcome->text;
  }
};

TEST_P(CasesTest, BecomesWhatIsRight) {
  const bool has_own = std::filesystem::exists(kCases / (GetParam() + ".toml"));
  const std::string text = Become(has_own);
  if (std::getenv("SLUICE_WRITE_SAMPLES") != nullptr) {
    std::ofstream(kCases / (GetParam() + ".events.jsonl")) << text;
  }
  EXPECT_EQ(text, Read(GetParam() + ".events.jsonl"));
}

// Nothing that nobody knows is forgotten.
TEST_P(CasesTest, WithoutAProfileOfItsOwnItIsADeadLetter) {
  if (!std::filesystem::exists(kCases / (GetParam() + ".toml"))) return;
  EXPECT_TRUE(Become(false).starts_with(R"({"verdict":"rejected")")) << Become(false);
}

INSTANTIATE_TEST_SUITE_P(Field, CasesTest, testing::ValuesIn(AllCases()),
                         [](const testing::TestParamInfo<std::string>& name) {
                           std::string word = "C" + name.param;
                           std::replace(word.begin(), word.end(), '-', '_');
                           return word;
                         });

}  // namespace
}  // namespace sluice::config
