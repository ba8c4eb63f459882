#include "config/config_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "broker/access_control.h"
#include "codec/topic.h"
#include "codec/topic_match.h"
#include "config/build_options.h"
#include "config/memory_plan.h"
#include "config/uplink_url.h"
#include "forward/topic_template.h"
#include "transport/socket_address.h"

namespace sluice::config {
namespace {

std::string At(std::string_view section, size_t i, std::string_view key) {
  return fmt::format("{}[{}].{}", section, i, key);
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
    const auto place = PlaceOf(table, At(section, i, "name"));
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
      mistakes->Add(PlaceOf(table, At("route", i, "from")),
                    fmt::format("route.from names the stream '{}', which no [[stream]] declares",
                                route.from));
    }
    if (!IsKnown(config.uplinks, route.to)) {
      mistakes->Add(
          PlaceOf(table, At("route", i, "to")),
          fmt::format("route.to names the uplink '{}', which no [[uplink]] declares", route.to));
    }
    if (const auto topic = forward::TopicTemplate::Parse(route.topic); !topic.ok()) {
      mistakes->Add(PlaceOf(table, At("route", i, "topic")),
                    fmt::format("route.topic: {}", topic.status().message()));
    }
  }
}

void CheckStreams(const toml::table& table, const Config& config, Mistakes* mistakes) {
  for (size_t i = 0; i < config.streams.size(); ++i) {
    const StreamConfig& stream = config.streams[i];
    if (stream.max_bytes < 4 * stream.segment_bytes) {
      mistakes->Add(
          PlaceOf(table, At("stream", i, "max_bytes")),
          "stream.max_bytes must be at least four times segment_bytes; space is freed by segments");
    }
    if (stream.name == kDeadLetterStream && !stream.topics.empty()) {
      mistakes->Add(PlaceOf(table, At("stream", i, "topics")),
                    "stream.topics of 'dead-letters' must be left out; no topic feeds it");
    }
    for (const std::string& filter : stream.topics) {
      if (codec::IsTopicFilter(filter) && !codec::IsShared(filter)) continue;
      mistakes->Add(PlaceOf(table, At("stream", i, "topics")),
                    fmt::format("stream.topics: '{}' is no MQTT topic filter", filter));
    }
  }
}

void CheckCredentials(const toml::table& table, size_t i, const UplinkConfig& uplink,
                      Mistakes* mistakes) {
  if (IsTlsUrl(uplink.url) && uplink.ca.empty()) {
    mistakes->Add(PlaceOf(table, At("uplink", i, "ca")),
                  "uplink.ca is missing; mqtts:// needs the authority of the broker's certificate");
  }
  if (uplink.cert.empty() != uplink.key.empty()) {
    const std::string_view has = uplink.cert.empty() ? "key" : "cert";
    const std::string_view lacks = uplink.cert.empty() ? "cert" : "key";
    mistakes->Add(PlaceOf(table, At("uplink", i, has)),
                  fmt::format("uplink.{} needs uplink.{} as well", has, lacks));
  }
  if (!uplink.password_file.empty() && uplink.username.empty() && uplink.mqtt_version != 5) {
    mistakes->Add(PlaceOf(table, At("uplink", i, "password_file")),
                  "uplink.password_file needs uplink.username in MQTT 3.1.1");
  }
}

void CheckUplinks(const toml::table& table, const Config& config, Mistakes* mistakes) {
  for (size_t i = 0; i < config.uplinks.size(); ++i) {
    if (const Status url = CheckUplinkUrl(config.uplinks[i].url); !url.ok()) {
      mistakes->Add(PlaceOf(table, At("uplink", i, "url")),
                    fmt::format("uplink.url {}", url.message()));
    } else {
      CheckCredentials(table, i, config.uplinks[i], mistakes);
    }
  }
}

// One of the addresses to listen on; two with the same port can't both be had, unless the system
// chooses it.
class BindCheck {
 public:
  BindCheck(const toml::table& table, Mistakes* mistakes) : table_(table), mistakes_(mistakes) {}

  void Add(const std::string& path, std::string_view key, const std::string& bind) {
    const auto address = transport::ParseSocketAddress(bind);
    if (!address.ok()) {
      return mistakes_->Add(PlaceOf(table_, path),
                            fmt::format("{}: {}", key, address.status().message()));
    }
    const uint16_t port = transport::PortOf(*address);
    if (port == 0) return;
    const std::string written = transport::FormatSocketAddress(*address);
    for (const auto& [other_port, other] : seen_) {
      if (other_port != port || (other != written && !IsAny(other) && !IsAny(written))) continue;
      return mistakes_->Add(PlaceOf(table_, path),
                            fmt::format("{} {} and {} can't both be listened on; change one port",
                                        key, written, other));
    }
    seen_.emplace_back(port, written);
  }

 private:
  static bool IsAny(std::string_view address) {
    return address.starts_with("0.0.0.0:") || address.starts_with("[::]:");
  }

  const toml::table& table_;
  Mistakes* mistakes_;
  std::vector<std::pair<uint16_t, std::string>> seen_;
};

void CheckBinds(const toml::table& table, const Config& config, Mistakes* mistakes) {
  BindCheck check(table, mistakes);
  for (size_t i = 0; i < config.listeners.size(); ++i) {
    check.Add(At("listener", i, "bind"), "listener.bind", config.listeners[i].bind);
  }
  if (config.admin.enabled) check.Add("admin.bind", "admin.bind", config.admin.bind);
}

// As a filter that matches whatever the rule's topic matches for some identity.
std::string ForAnyIdentity(std::string_view topic) {
  std::string filter;
  codec::LevelReader levels(topic);
  for (std::string_view level; levels.Next(&level);) {
    if (&level.front() != topic.data()) filter += '/';
    filter += level.find("{identity}") == std::string_view::npos ? level : "+";
  }
  return filter;
}

// Whether some client may publish what feeds the stream.
bool MayBeFed(const StreamConfig& stream, const std::vector<broker::AccessRule>& rules) {
  const auto fed_by = [&](const std::string& topic) {
    return std::any_of(stream.topics.begin(), stream.topics.end(), [&](const std::string& filter) {
      return codec::Overlap(filter, ForAnyIdentity(topic));
    });
  };
  return std::any_of(rules.begin(), rules.end(), [&](const broker::AccessRule& rule) {
    return rule.publish && rule.effect == broker::AccessRule::Effect::kAllow &&
           std::any_of(rule.topics.begin(), rule.topics.end(), fed_by);
  });
}

// A gateway with streams in which nothing can ever become an event is a mistake that nobody would
// notice before the readings are missed. Without streams it is a broker.
void CheckSomethingBecomesAnEvent(const toml::table& table, const Config& config,
                                  Mistakes* mistakes) {
  if (config.streams.empty()) return;
  if (config.gateway.profiles.empty()) {
    return mistakes->Add(
        PlaceOf(table, "gateway"),
        "gateway.profiles is missing; without profiles no message becomes an event "
        "and every one is a dead letter; name their directory, or remove [[stream]]");
  }
  std::vector<broker::AccessRule> rules = AccessRules(config);
  if (std::all_of(rules.begin(), rules.end(),
                  [](const auto& rule) { return rule.topics.empty(); })) {
    rules = broker::AccessControl::DefaultRules();
  }
  for (const StreamConfig& stream : config.streams) {
    if (MayBeFed(stream, rules)) return;
  }
  mistakes->Add(PlaceOf(table, "stream[0].topics"),
                "stream.topics: nobody may publish to a topic of any stream, so nothing becomes an "
                "event; add [[access]] with publish = [\"...\"], or correct the topics");
}

// What the server would refuse at the start.
void CheckAccess(const toml::table& table, const Config& config, Mistakes* mistakes) {
  for (size_t i = 0; i < config.access.size(); ++i) {
    const auto rules = broker::AccessControl::Create(AccessRules(config.access[i]));
    if (rules.ok()) continue;
    const std::string_view what = rules.status().message();
    mistakes->Add(PlaceOf(table, fmt::format("access[{}]", i)),
                  fmt::format("access: {}", what.substr(what.find('"'))));
  }
}

// Whoever needs no certificate must not speak for whomever it likes by accident.
void CheckAnonymous(const toml::table& table, const Config& config, Mistakes* mistakes) {
  const auto rules = broker::AccessControl::Create(AccessRules(config));
  if (!rules.ok() || rules->SaysForWhomSpeaks(kAnonymous)) return;
  for (size_t i = 0; i < config.listeners.size(); ++i) {
    if (!config.listeners[i].anonymous) continue;
    mistakes->Add(
        PlaceOf(table, At("listener", i, "anonymous")),
        "listener.anonymous needs a rule that says for which devices clients without a "
        "certificate speak; add [[access]] with identity = \"anonymous\" and speaks_for = "
        "[\"sensor-*\"], or [\"*\"] for any");
  }
}

}  // namespace

void CheckReferences(const toml::table& table, const Config& config, Mistakes* mistakes) {
  if (!IsPlainName(config.gateway.id)) {
    mistakes->Add(table["gateway"]["id"].node()->source(),
                  fmt::format("gateway.id {}; it is part of every event's id", kNameRule));
  }
  CheckBinds(table, config, mistakes);
  if (config.listeners.empty()) mistakes->Add("no [[listener]]; without one no device can connect");
  CheckNames(table, "stream", config.streams, mistakes);
  CheckNames(table, "uplink", config.uplinks, mistakes);
  CheckNames(table, "route", config.routes, mistakes);
  CheckStreams(table, config, mistakes);
  CheckUplinks(table, config, mistakes);
  CheckRoutes(table, config, mistakes);
  CheckAccess(table, config, mistakes);
  CheckAnonymous(table, config, mistakes);
  if (mistakes->empty()) CheckSomethingBecomesAnEvent(table, config, mistakes);
  const auto plan = PlanMemory(config);
  if (!plan.ok()) mistakes->Add(PlaceOf(table, "gateway.memory_limit"), plan.status().message());
}

}  // namespace sluice::config
