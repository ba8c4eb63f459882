#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "sim/trouble.h"

namespace sluice::sim {

// What a seed has drawn before anything happens. The parts draw their details from their own luck
// (Scene::RandomFor), so that taking something away here leaves the rest of a history alike.
struct Plan {
  uint64_t seed = 0;
  Duration length = std::chrono::minutes(6);  // of troubled time
  bool calms_down = true;  // then everything has to mend within kPatience, and is looked at
  TroubleSet troubles;
  std::array<double, kTroubles> rates{};
  bool has(Trouble trouble) const { return troubles.test(static_cast<size_t>(trouble)); }
  double rate(Trouble trouble) const { return rates[static_cast<size_t>(trouble)]; }

  // Something keeps the clock right, so it can't be wrong.
  bool clock_is_synchronised() const {
    return !has(Trouble::kClockJumps) && !has(Trouble::kClockWild) && !has(Trouble::kClock1970);
  }

  // The people.
  size_t devices = 4;
  size_t hubs = 0;  // each speaks for several devices
  size_t subscribers = 1;
  bool tls = false;                 // connections are encrypted
  double publishes_per_second = 1;  // of a device, while it is awake

  // The configuration.
  struct Stream {
    std::string name;        // takes the topics "<name>/#"
    std::string durability;  // as in the configuration
    std::string on_full;
    uint64_t max_bytes = 1 << 20;
    uint64_t segment_bytes = 256 << 10;
    Duration keep{};  // of what every route has passed
    bool compress = false;
  };
  struct Route {
    std::string name, from, to;
    std::string format;  // flatbuffers, json
    uint64_t batch_events = 100;
    uint64_t batch_bytes = 64 << 10;
    uint64_t max_in_flight = 32;
    Duration linger{};
    Duration max_age{};  // zero: none
  };
  std::vector<Stream> streams;
  std::vector<Route> routes;
  struct Uplink {
    std::string name;
    size_t servers = 1;
    bool is_cluster = false;  // its servers know what one of them knows
    int mqtt_version = 5;     // or 4, which is 3.1.1
    bool has_status = false;
    bool has_password = false;
    Duration keep_alive = std::chrono::seconds(30);
    Duration connect_timeout = std::chrono::seconds(10);
  };
  std::vector<Uplink> uplinks;
  uint64_t memory_limit = 32 << 20;
  uint64_t max_connections = 0;  // of clients; 0: as many as memory_limit holds
  uint64_t receive_maximum = 128;
  uint64_t session_queue_bytes = 1 << 20;
  uint64_t retained_bytes = 4 << 20;
  uint64_t dead_letter_bytes = 256 << 10;
  bool compress_dead_letters = false;
  bool rots_slots = false;  // what rots are cursors, states and the like, and no segments
  bool state = true;        // retained messages outlive the process
  // After this share of the troubled time somebody adds the profile of a product that devices have
  // had from the first; the next start knows it.
  double late_profile = 0.5;

  // How long the calm may take until all is well again.
  static constexpr Duration kPatience = std::chrono::minutes(10);
};

Plan Draw(uint64_t seed);

inline constexpr char kDataDirectory[] = "/data";
inline constexpr char kFilesDirectory[] = "/etc/sluice";
std::string HostOf(const Plan::Uplink& uplink, size_t server);
std::string StatusTopicOf(const Plan::Uplink& uplink);
std::string UserFileOf(const Plan::Uplink& uplink);
std::string PasswordFileOf(const Plan::Uplink& uplink);
// The configuration file of the gateway in this world: every route's topic is its name.
std::string ConfigurationOf(const Plan& plan);
// From when on a start knows the late profile.
Duration LateProfileAge(const Plan& plan);
// What devices are: kClimateProduct from the first, kLateProduct see Plan::late_profile.
inline constexpr std::string_view kClimateProduct = "climate", kLateProduct = "late";
// Of `<stream>/<device>/<product>`, {"t":21.5,"token":"~0000002a~"}.
std::string ProfileText(std::string_view product);
// Of `<stream>/hubs/<hub>/<product>`,
// {"device":"hub-1-a","list":[{"t":1.5,"token":"~0000002b~"},…]}.
std::string HubProfileText(std::string_view product);

}  // namespace sluice::sim
