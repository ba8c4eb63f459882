#include "app/config_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/build_options.h"
#include "app/memory_plan.h"
#include "app/profile_file.h"
#include "broker/access_control.h"
#include "codec/topic.h"
#include "tls/key_file.h"

namespace sluice::app {
namespace {

// Where the i-th table of [[section]] stands.
toml::source_region PlaceOf(const toml::table& table, std::string_view section, size_t i) {
  const toml::array* array = table[section].as_array();
  const toml::node* node = array == nullptr ? nullptr : array->get(i);
  return node == nullptr ? table.source() : node->source();
}

bool IsLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool IsPlainName(std::string_view name) {
  return !name.empty() && name.size() <= 63 && IsLowerOrDigit(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return IsLowerOrDigit(c) || c == '-' || c == '_'; });
}

constexpr std::string_view kNameRule =
    "must be 1 to 63 of a-z, 0-9, '-' and '_', beginning with a letter or digit";

// Names become file names, metric labels and parts of event ids.
template <typename Section>
void CheckNames(const toml::table& table, std::string_view section, const std::vector<Section>& all,
                Mistakes* mistakes) {
  std::set<std::string_view> seen;
  for (size_t i = 0; i < all.size(); ++i) {
    const auto place = PlaceOf(table, section, i);
    if (!IsPlainName(all[i].name)) {
      mistakes->Add(place, fmt::format("{}.name '{}' {}", section, all[i].name, kNameRule));
    }
    if (!seen.insert(all[i].name).second) {
      mistakes->Add(
          place, fmt::format("{}.name '{}' is used twice; names are unique", section, all[i].name));
    }
  }
}

template <typename Section>
bool IsKnown(const std::vector<Section>& all, const std::string& name) {
  return std::any_of(all.begin(), all.end(), [&](const Section& s) { return s.name == name; });
}

void CheckRoutes(const toml::table& table, const Config& config, Mistakes* mistakes) {
  for (size_t i = 0; i < config.routes.size(); ++i) {
    const RouteConfig& route = config.routes[i];
    if (!IsKnown(config.streams, route.from)) {
      mistakes->Add(PlaceOf(table, "route", i),
                    fmt::format("route.from names the stream '{}', which no [[stream]] declares",
                                route.from));
    }
    if (!IsKnown(config.uplinks, route.to)) {
      mistakes->Add(
          PlaceOf(table, "route", i),
          fmt::format("route.to names the uplink '{}', which no [[uplink]] declares", route.to));
    }
  }
}

void CheckStreams(const toml::table& table, const Config& config, Mistakes* mistakes) {
  for (size_t i = 0; i < config.streams.size(); ++i) {
    const StreamConfig& stream = config.streams[i];
    const auto place = PlaceOf(table, "stream", i);
    if (stream.max_bytes < 4 * stream.segment_bytes) {
      mistakes->Add(
          place,
          "stream.max_bytes must be at least four times segment_bytes; space is freed by segments");
    }
    if (stream.name == kDeadLetterStream && !stream.topics.empty()) {
      mistakes->Add(place, "stream.topics of 'dead-letters' must be left out; no topic feeds it");
    }
    for (const std::string& filter : stream.topics) {
      if (codec::IsTopicFilter(filter)) continue;
      mistakes->Add(place, fmt::format("stream.topics: '{}' is no MQTT topic filter", filter));
    }
  }
}

void CheckUplinks(const toml::table& table, const Config& config, Mistakes* mistakes) {
  for (size_t i = 0; i < config.uplinks.size(); ++i) {
    const std::string& url = config.uplinks[i].url;
    if (url.starts_with("mqtt://") || url.starts_with("mqtts://")) continue;
    mistakes->Add(PlaceOf(table, "uplink", i),
                  fmt::format("uplink.url '{}' must begin with mqtt:// or mqtts://", url));
  }
}

// What the server would refuse at the start.
void CheckAccess(const toml::table& table, const Config& config, Mistakes* mistakes) {
  for (size_t i = 0; i < config.access.size(); ++i) {
    const auto rules = broker::AccessControl::Create(AccessRules(config.access[i]));
    if (rules.ok()) continue;
    const std::string_view what = rules.status().message();
    mistakes->Add(PlaceOf(table, "access", i),
                  fmt::format("access: {}", what.substr(what.find('"'))));
  }
}

// Whoever needs no certificate must not speak for whomever it likes by accident.
void CheckAnonymous(const toml::table& table, const Config& config, Mistakes* mistakes) {
  const auto rules = broker::AccessControl::Create(AccessRules(config));
  if (!rules.ok() || rules->SaysForWhomSpeaks(kAnonymous)) return;
  for (size_t i = 0; i < config.listeners.size(); ++i) {
    if (!config.listeners[i].anonymous) continue;
    const toml::node* const key = table["listener"][i]["anonymous"].node();
    mistakes->Add(
        key == nullptr ? PlaceOf(table, "listener", i) : key->source(),
        "listener.anonymous needs a rule that says for which devices clients without a "
        "certificate speak; add [[access]] with identity = \"anonymous\" and speaks_for = "
        "[\"sensor-*\"], or [\"*\"] for any");
  }
}

void CheckExists(const Env& env, std::string_view key, const std::string& path,
                 Mistakes* mistakes) {
  if (path.empty() || env.Exists(path)) return;
  mistakes->Add(fmt::format("{}: {} does not exist; create it or correct the path", key, path));
}

void CheckSecret(std::string_view key, const std::string& path, Mistakes* mistakes) {
  if (path.empty()) return;
  const Status status = tls::CheckSecretFile(path);
  if (!status.ok()) mistakes->Add(fmt::format("{}: {}", key, status.message()));
}

}  // namespace

void CheckReferences(const toml::table& table, const Config& config, Mistakes* mistakes) {
  if (!IsPlainName(config.gateway.id)) {
    mistakes->Add(table["gateway"]["id"].node()->source(),
                  fmt::format("gateway.id {}; it is part of every event's id", kNameRule));
  }
  if (config.listeners.empty()) mistakes->Add("no [[listener]]; without one no device can connect");
  CheckNames(table, "stream", config.streams, mistakes);
  CheckNames(table, "uplink", config.uplinks, mistakes);
  CheckNames(table, "route", config.routes, mistakes);
  CheckStreams(table, config, mistakes);
  CheckUplinks(table, config, mistakes);
  CheckRoutes(table, config, mistakes);
  CheckAccess(table, config, mistakes);
  CheckAnonymous(table, config, mistakes);
  const auto plan = PlanMemory(config);
  if (!plan.ok()) mistakes->Add(plan.status().message());
}

void CheckFiles(const Env& env, const Config& config, Mistakes* mistakes) {
  for (const ListenerConfig& listener : config.listeners) {
    CheckExists(env, "listener.tls.cert", listener.tls.cert, mistakes);
    CheckExists(env, "listener.tls.client_ca", listener.tls.client_ca, mistakes);
    CheckSecret("listener.tls.key", listener.tls.key, mistakes);
  }
  for (const UplinkConfig& uplink : config.uplinks) {
    CheckExists(env, "uplink.ca", uplink.ca, mistakes);
    CheckExists(env, "uplink.cert", uplink.cert, mistakes);
    CheckSecret("uplink.key", uplink.key, mistakes);
    CheckSecret("uplink.password_file", uplink.password_file, mistakes);
  }
  if (config.gateway.profiles.empty()) return;
  const auto profiles = LoadProfiles(env, config.gateway.profiles);
  if (!profiles.ok())
    mistakes->Add(fmt::format("gateway.profiles: {}", profiles.status().message()));
}

std::vector<std::string> Warnings(const Config& config) {
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
    if (stream.durability != "commit") {
      warnings.push_back(
          fmt::format("stream {} acknowledges before events are on disk (durability = \"{}\")",
                      stream.name, stream.durability));
    }
  }
  for (const UplinkConfig& uplink : config.uplinks) {
    if (uplink.url.starts_with("mqtt://")) {
      warnings.push_back(
          fmt::format("uplink {} sends in plaintext to {}", uplink.name, uplink.url));
    }
  }
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

}  // namespace sluice::app
