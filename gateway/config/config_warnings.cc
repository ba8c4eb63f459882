#include "config/config_warnings.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/build_options.h"
#include "config/memory_plan.h"
#include "config/profile_file.h"
#include "config/uplink_url.h"

namespace sluice::config {
namespace {

// "1536 KiB"; rounded down, as a limit that is told must not be more than it is.
std::string Size(uint64_t bytes) {
  for (const auto& [unit, name] :
       {std::pair{uint64_t{1} << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}}) {
    if (bytes >= unit && bytes % unit == 0) return fmt::format("{} {}", bytes / unit, name);
  }
  return bytes < 1024 ? fmt::format("{} B", bytes) : fmt::format("{} KiB", bytes >> 10);
}

void AddLoweredByMemory(const toml::table& table, const Config& config,
                        std::vector<std::string>* warnings) {
  const auto plan = PlanMemory(config);
  if (!plan.ok()) return;
  for (const LoweredLimit& limit : plan->lowered) {
    if (!table.at_path(limit.key)) continue;
    warnings->push_back(fmt::format(
        "{} of {} is lowered to {}, which is all that gateway.memory_limit of {} leaves it; raise "
        "memory_limit to {}, or write what there is",
        limit.key, Size(limit.wanted), Size(limit.given), Size(config.gateway.memory_limit),
        Size(limit.memory_needed)));
  }
}

// The journal's limit stands over those of its streams.
void AddLoweredByJournal(const Config& config, std::vector<std::string>* warnings) {
  uint64_t all = 0;
  for (const StreamConfig& stream : config.streams) all += stream.max_bytes;
  if (config.journal.max_bytes == 0 || all <= config.journal.max_bytes) return;
  warnings->push_back(
      fmt::format("journal.max_bytes of {} is less than the {} of all streams together "
                  "(dead-letters included); "
                  "they can't all become as large as stream.max_bytes says",
                  Size(config.journal.max_bytes), Size(all)));
}

void AddLoweredByUplink(const Config& config, std::vector<std::string>* warnings) {
  for (const RouteConfig& route : config.routes) {
    const uint64_t most = forward::UplinkConnectionOptions{}.max_in_flight;
    if (route.window.max_publishes <= most) continue;
    warnings->push_back(fmt::format(
        "route {}: window.max_publishes of {} is lowered to {}, the most that all routes to one "
        "uplink have under way",
        route.name, route.window.max_publishes, most));
  }
  for (const UplinkConfig& uplink : config.uplinks) {
    const Duration used = UsedConnectTimeout(uplink);
    if (used == uplink.connect_timeout) continue;
    warnings->push_back(fmt::format(
        "uplink {}: connect_timeout of {} ms becomes {} s; it counts in whole seconds", uplink.name,
        uplink.connect_timeout / std::chrono::milliseconds(1), used / std::chrono::seconds(1)));
  }
}

void AddLowered(const toml::table& table, const Config& config,
                std::vector<std::string>* warnings) {
  AddLoweredByMemory(table, config, warnings);
  AddLoweredByJournal(config, warnings);
  AddLoweredByUplink(config, warnings);
}

}  // namespace

std::vector<std::string> Warnings(const toml::table& table, const Config& config) {
  std::vector<std::string> warnings;
  for (const ListenerConfig& listener : config.listeners) {
    if (listener.plaintext) {
      warnings.push_back(
          fmt::format("listener {} speaks plaintext: whoever is on the network reads and forges",
                      listener.bind));
    }
    if (listener.anonymous) {
      warnings.push_back(fmt::format(
          "listener {} admits clients without a certificate, as 'anonymous'", listener.bind));
    }
  }
  for (const StreamConfig& stream : config.streams) {
    if (stream.durability != journal::Durability::kCommit) {
      warnings.push_back(fmt::format(
          "stream {} acknowledges before events are on disk (durability = \"{}\")", stream.name,
          stream.durability == journal::Durability::kMemory ? "memory" : "interval"));
    }
  }
  for (const UplinkConfig& uplink : config.uplinks) {
    if (!IsTlsUrl(uplink.url)) {
      warnings.push_back(
          fmt::format("uplink {} sends in plaintext to {}", uplink.name, uplink.url));
    }
  }
  AddLowered(table, config, &warnings);
  return warnings;
}

std::vector<std::string> Notes(const Env& env, const Config& config) {
  const auto says = [](const AccessConfig& access) { return !access.speaks_for.empty(); };
  if (config.streams.empty() || config.gateway.profiles.empty() ||
      std::any_of(config.access.begin(), config.access.end(), says)) {
    return {};
  }
  const auto profiles = LoadProfiles(env, config.gateway.profiles);
  if (!profiles.ok()) return {};
  std::vector<std::string> notes;
  for (const normalise::Profile& profile : *profiles) {
    if (profile.device.from == normalise::DeviceRule::From::kIdentity) continue;
    notes.push_back(
        fmt::format("profile {} takes the device's name from the message, and no [[access]] rule "
                    "has speaks_for: "
                    "only a publisher whose own name that is makes events",
                    profile.name));
  }
  return notes;
}

}  // namespace sluice::config
