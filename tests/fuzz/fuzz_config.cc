// Any text as a configuration and as a profile: it is taken, or every mistake has its place.

#include <string>
#include <string_view>

#include "base/status.h"
#include "config/config_file.h"
#include "config/profile_file.h"

namespace {

constexpr std::string_view kFile = "x.toml";

void CheckMistakes(const sluice::Status& status) {
  SLUICE_CHECK(status.code() == sluice::StatusCode::kInvalidArgument);
  std::string_view text = status.message();
  SLUICE_CHECK(!text.empty());
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    SLUICE_CHECK(line.starts_with(kFile));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto config = sluice::config::ParseConfig(kFile, text); !config.ok()) {
    CheckMistakes(config.status());
  }
  if (const auto profile = sluice::config::ParseProfile(kFile, text); !profile.ok()) {
    CheckMistakes(profile.status());
  }
  return 0;
}
