#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "firmware_sim/link.h"

namespace sluice::fleet {

struct PahoLinkOptions {
  std::string url;        // mqtt://host:port or mqtts://host:port
  std::string client_id;  // also the certificate's subject
  std::string ca_file;    // these three only with mqtts
  std::string cert_file;
  std::string key_file;
  bool mqtt5 = true;
  size_t window = 8;
  std::chrono::seconds keep_alive{60};
  std::chrono::seconds connect_timeout{15};
  std::chrono::seconds session_expiry{3600};  // MQTT 5, with a session that is kept
};

// A link on Paho MQTT C++, with Paho's own persistence and reconnection off: the device decides.
// All links of a process share Paho's two threads; its callbacks only post. `listener` outlives the
// link. Never throws.
// When one link resumes its session, Paho 1.3 also resends, with DUP, what is in flight on the
// other links of the process, over connections that live: a gateway gets more duplicates than the
// devices' counters say.
std::unique_ptr<Link> MakePahoLink(uint32_t device, const PahoLinkOptions& options,
                                   LinkListener& listener);

}  // namespace sluice::fleet
