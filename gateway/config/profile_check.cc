#include "config/profile_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "codec/topic_match.h"
#include "config/config.h"
#include "config/profile_file.h"
#include "normalise/normaliser.h"

namespace sluice::config {
namespace {

using normalise::Profile;

constexpr const char* kPath = "gateway.profiles";

// A line each, with their own places.
void AddErrors(std::string_view lines, Diagnostics& diagnostics) {
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    diagnostics.Error(kPath, fmt::format("contain a mistake: {}", line));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
  }
}

bool IsFed(const StreamConfig& stream, const std::vector<Profile>& profiles) {
  for (const std::string& topic : stream.topics) {
    for (const Profile& profile : profiles) {
      for (const std::string& filter : profile.topics) {
        if (codec::Overlap(topic, filter)) return true;
      }
    }
  }
  return false;
}

void CheckStreamsAreFed(const Config& config, const std::vector<Profile>& profiles,
                        Diagnostics& diagnostics) {
  const auto is_fed = [&](const StreamConfig& stream) { return IsFed(stream, profiles); };
  if (config.streams.empty() || std::any_of(config.streams.begin(), config.streams.end(), is_fed)) {
    return;
  }
  diagnostics.Error("stream[0].topics",
                    "lead nowhere: no profile in gateway.profiles is about a topic of any stream, "
                    "so nothing becomes an event; add a profile, or correct the topics");
}

void NoteWhoSpeaks(const Config& config, const std::vector<Profile>& profiles,
                   Diagnostics& diagnostics) {
  const auto says = [](const AccessConfig& access) { return !access.speaks_for.empty(); };
  if (config.streams.empty() || std::any_of(config.access.begin(), config.access.end(), says)) {
    return;
  }
  for (const Profile& profile : profiles) {
    if (profile.device.from == normalise::DeviceRule::From::kIdentity) continue;
    diagnostics.Note(fmt::format(
        "profile {} takes the device's name from the message, and no [[access]] rule has "
        "speaks_for: only a publisher that has the device's name itself makes events",
        profile.name));
  }
}

// What 0.1 let a profile do for lack of rules with names.
void NoteWhoForgets(const std::vector<Profile>& profiles, Diagnostics& diagnostics) {
  for (const Profile& profile : profiles) {
    if (!profile.ignore_if_nothing) continue;
    diagnostics.Note(
        fmt::format("profile {} forgets whatever no profile knows on its topics (if_nothing = "
                    "\"ignore\"), also "
                    "the news of other products; name what is no news with [[ignore]] instead",
                    profile.name));
  }
}

}  // namespace

std::vector<Profile> LoadCheckedProfiles(const Config& config, Machine& machine) {
  if (config.gateway.profiles.empty()) return {};
  Diagnostics& diagnostics = machine.diagnostics();
  auto profiles = LoadProfiles(machine.env(), config.gateway.profiles);
  if (!profiles.ok()) {
    if (profiles.status().code() == StatusCode::kInvalidArgument) {
      AddErrors(profiles.status().message(), diagnostics);
    } else {
      diagnostics.Fault(kPath, profiles.status().message());
    }
    return {};
  }
  if (const auto all = normalise::Normaliser::Create(*profiles, {}); !all.ok()) {
    AddErrors(all.status().message(), diagnostics);
    return {};
  }
  CheckStreamsAreFed(config, *profiles, diagnostics);
  NoteWhoSpeaks(config, *profiles, diagnostics);
  NoteWhoForgets(*profiles, diagnostics);
  return std::move(*profiles);
}

}  // namespace sluice::config
