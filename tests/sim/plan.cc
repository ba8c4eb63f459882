#include "sim/plan.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <iterator>

#include "base/random.h"

namespace sluice::sim {
namespace {

template <typename T, size_t N>
T Pick(Random& random, const T (&choices)[N]) {
  return choices[random.Below(N)];
}

bool Chance(Random& random, double p) { return random.Unit() < p; }

// Few kinds of trouble at a time: what is rare comes up because the rest is quiet.
void DrawTroubles(Random& random, Plan* plan) {
  const double density = Pick(random, {0.0, 0.05, 0.1, 0.2, 0.2, 0.35, 0.6});
  for (size_t i = 0; i < kTroubles; ++i) {
    plan->troubles.set(i, Chance(random, density));
    plan->rates[i] = std::exp2(random.Unit() * 5 - 3);
  }
}

// Letters are replayed for a profile that comes with a start; and who replays them is surprised by
// an end.
void DrawLetterReplays(Random& random, Plan* plan) {
  plan->late_profile = random.Unit();
  if (!plan->has(Trouble::kLetterReplays)) return;
  const Trouble end =
      Pick(random, {Trouble::kKill, Trouble::kPowerCut, Trouble::kMidway, Trouble::kStop});
  plan->troubles.set(static_cast<size_t>(end));
}

Plan::Stream DrawStream(Random& random, const char* name, bool is_small) {
  Plan::Stream stream;
  stream.name = name;
  stream.durability = Pick(random, {"commit", "commit", "commit", "interval", "memory"});
  stream.on_full = Pick(random, {"reject", "reject", "drop_oldest", "drop_newest"});
  stream.segment_bytes = is_small ? 16 << 10 : Pick(random, {16, 32, 64, 256}) << 10;
  stream.max_bytes = stream.segment_bytes * (is_small ? 4 : 4 + random.Below(12));
  stream.keep = std::chrono::seconds(Pick(random, {0, 0, 20, 600}));
  stream.compress = Chance(random, 0.7);
  return stream;
}

Plan::Route DrawRoute(Random& random, const std::string& from, const std::string& to,
                      bool is_small) {
  Plan::Route route;
  route.name = from + "-" + to;
  route.from = from;
  route.to = to;
  route.format = Pick(random, {"flatbuffers", "json"});
  route.batch_events = Pick(random, {1, 2, 10, 100});
  route.batch_bytes = Pick(random, {2, 8, 64}) << 10;
  route.max_in_flight = is_small ? 1 + random.Below(2) : Pick(random, {1, 4, 16, 64});
  route.linger = std::chrono::milliseconds(Pick(random, {0, 20, 200}));
  if (is_small && Chance(random, 0.3)) route.max_age = std::chrono::seconds(30);
  return route;
}

Plan::Uplink DrawUplink(Random& random, const char* name) {
  Plan::Uplink uplink;
  uplink.name = name;
  uplink.servers = Pick(random, {1, 1, 2, 3});
  uplink.is_cluster = Chance(random, 0.4);
  uplink.mqtt_version = Pick(random, {5, 5, 5, 4});
  uplink.has_status = Chance(random, 0.6);
  uplink.has_password = Chance(random, 0.4);
  uplink.keep_alive = std::chrono::seconds(Pick(random, {2, 10, 30, 60}));
  uplink.connect_timeout = std::chrono::seconds(Pick(random, {3, 10}));
  return uplink;
}

std::string Milliseconds(Duration duration) {
  return fmt::format("{}ms",
                     std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

std::string TextOf(const Plan::Uplink& uplink) {
  std::string urls;
  for (size_t i = 0; i < uplink.servers; ++i) {
    fmt::format_to(std::back_inserter(urls), "{}\"mqtt://{}\"", i == 0 ? "" : ", ",
                   HostOf(uplink, i));
  }
  std::string text = fmt::format(
      "\n[[uplink]]\nname = \"{}\"\nurl = [{}]\nmqtt_version = {}\nkeep_alive = \"{}\"\n"
      "connect_timeout = \"{}\"\nbackoff_turned_away = \"20s\"\n",
      uplink.name, urls, uplink.mqtt_version == 4 ? 311 : 5, Milliseconds(uplink.keep_alive),
      Milliseconds(uplink.connect_timeout));
  const auto out = std::back_inserter(text);
  if (uplink.has_status) fmt::format_to(out, "status_topic = \"{}\"\n", StatusTopicOf(uplink));
  if (uplink.has_password) {
    fmt::format_to(out, "username_file = \"{}\"\npassword_file = \"{}\"\n", UserFileOf(uplink),
                   PasswordFileOf(uplink));
  }
  return text;
}

constexpr char kHead[] = R"([gateway]
id = "gw"
data_dir = "{}"
profiles = "profiles"
memory_limit = "{}MiB"
clock_trust_after = "30s"

[journal]
min_free = "0B"

[state]
enabled = {}

[mqtt]
sys_interval = "0s"

[limits]
max_connections = {}
receive_maximum = {}
session_queue = "{}KiB"
retained = "{}KiB"

[[listener]]
bind = "127.0.0.1:1883"
plaintext = true
anonymous = true

[[access]]
identity = "*"
publish = ["+/{{identity}}/#", "local/#"]
subscribe = ["local/#", "events/#"]

[[access]]
identity = "hub-*"
publish = ["+/hubs/{{identity}}/#"]
speaks_for = ["{{identity}}-*"]

[[access]]
identity = "anonymous"
speaks_for = ["{{identity}}"]
)";

// Room for everybody who means well, and hardly more.
void DrawLimits(Random& random, Plan* plan) {
  plan->max_connections = plan->devices + plan->hubs + plan->subscribers + random.Below(4);
  plan->receive_maximum = Pick(random, {1, 4, 16, 128});
  plan->session_queue_bytes = Pick(random, {1, 16, 1024}) << 10;
  plan->retained_bytes = Pick(random, {1, 16, 4096}) << 10;
}

}  // namespace

Plan Draw(uint64_t seed) {
  Random random(seed);
  Plan plan;
  plan.seed = seed;
  DrawTroubles(random, &plan);
  DrawLetterReplays(random, &plan);
  const bool is_small = plan.has(Trouble::kSmallBounds);
  plan.calms_down = Chance(random, 0.85);
  plan.devices = 1 + random.Below(6);
  plan.hubs = random.Below(3) / 2 + random.Below(2);
  plan.subscribers = random.Below(3);
  plan.tls = Chance(random, 0.05);
  plan.publishes_per_second = std::exp2(random.Unit() * 5 - 2);
  const size_t streams = Chance(random, 0.5) ? 1 : 2 + random.Below(2);
  for (size_t i = 0; i < streams; ++i) {
    constexpr const char* kNames[] = {"telemetry", "ring", "latest"};
    plan.streams.push_back(DrawStream(random, kNames[i], is_small));
  }
  plan.uplinks = {DrawUplink(random, "cloud")};
  if (Chance(random, 0.3)) plan.uplinks.push_back(DrawUplink(random, "plant"));
  for (const Plan::Stream& stream : plan.streams) {
    for (const Plan::Uplink& uplink : plan.uplinks) {
      const bool is_first = &uplink == &plan.uplinks.front();
      if (!is_first && Chance(random, 0.5)) continue;
      plan.routes.push_back(DrawRoute(random, stream.name, uplink.name, is_small));
    }
  }
  plan.state = Chance(random, 0.7);
  if (is_small) DrawLimits(random, &plan);
  plan.rots_slots = Chance(random, 0.3);
  plan.compress_dead_letters = Chance(random, 0.7);
  return plan;
}

std::string HostOf(const Plan::Uplink& uplink, size_t server) {
  return fmt::format("{}-{}.example", uplink.name, server + 1);
}
std::string StatusTopicOf(const Plan::Uplink& uplink) { return "gateways/gw/" + uplink.name; }
std::string UserFileOf(const Plan::Uplink& uplink) {
  return fmt::format("{}/{}.user", kFilesDirectory, uplink.name);
}
std::string PasswordFileOf(const Plan::Uplink& uplink) {
  return fmt::format("{}/{}.password", kFilesDirectory, uplink.name);
}

std::string ConfigurationOf(const Plan& plan) {
  std::string text =
      fmt::format(kHead, kDataDirectory, plan.memory_limit >> 20, plan.state, plan.max_connections,
                  plan.receive_maximum, plan.session_queue_bytes >> 10, plan.retained_bytes >> 10);
  const auto out = std::back_inserter(text);
  for (const Plan::Stream& stream : plan.streams) {
    fmt::format_to(out,
                   "\n[[stream]]\nname = \"{}\"\ntopics = [\"{}/#\"]\ndurability = \"{}\"\n"
                   "on_full = \"{}\"\nmax_bytes = \"{}KiB\"\nsegment_bytes = \"{}KiB\"\n"
                   "keep = \"{}\"\ncompress = {}\n",
                   stream.name, stream.name, stream.durability, stream.on_full,
                   stream.max_bytes >> 10, stream.segment_bytes >> 10, Milliseconds(stream.keep),
                   stream.compress);
  }
  fmt::format_to(out,
                 "\n[[stream]]\nname = \"dead-letters\"\nmax_bytes = \"{}KiB\"\n"
                 "on_full = \"drop_oldest\"\ncompress = {}\n",
                 plan.dead_letter_bytes >> 10, plan.compress_dead_letters);
  for (const Plan::Uplink& uplink : plan.uplinks) text += TextOf(uplink);
  for (const Plan::Route& route : plan.routes) {
    fmt::format_to(
        out,
        "\n[[route]]\nname = \"{}\"\nfrom = \"{}\"\nto = \"{}\"\ntopic = \"{}\"\nformat = "
        "\"{}\"\n"
        "batch = {{ max_events = {}, max_bytes = \"{}KiB\", linger = \"{}\" }}\n"
        "window = {{ max_publishes = {} }}\n",
        route.name, route.from, route.to, route.name, route.format, route.batch_events,
        route.batch_bytes >> 10, Milliseconds(route.linger), route.max_in_flight);
    if (route.max_age.count() > 0) {
      fmt::format_to(out, "max_age = \"{}\"\n", Milliseconds(route.max_age));
    }
  }
  return text;
}

namespace {

// Of one reading, and of a list of them. To be formatted with the name of the product.
constexpr char kProfile[] = R"(name = "{0}"
topics = ["+/+/{0}"]
device = {{ topic_level = 1 }}

[[event]]
type = "climate.reading.v1"
)";
constexpr char kHubProfile[] = R"(name = "hub-{0}"
topics = ["+/hubs/+/{0}"]
device = {{ member = "/device" }}

[[event]]
type = "climate.reading.v1"
base = "/list"
each = true
)";
constexpr char kReadings[] = R"(
  [[event.reading]]
  name = "temperature"
  member = "/t"
  unit = "Cel"

  [[event.reading]]
  name = "token"
  member = "/token"
  type = "text"
)";

}  // namespace

Duration LateProfileAge(const Plan& plan) {
  return std::chrono::duration_cast<Duration>(plan.late_profile * plan.length);
}

std::string ProfileText(std::string_view product) {
  return fmt::format(kProfile, product) + kReadings;
}

std::string HubProfileText(std::string_view product) {
  return fmt::format(kHubProfile, product) + kReadings;
}

}  // namespace sluice::sim
