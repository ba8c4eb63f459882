#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace sluice::app {

// Tells systemd, or whatever speaks its notify protocol, how the gateway is: one datagram a
// message. Without a service manager every call does nothing. Loop thread only.
class ServiceManager {
 public:
  // `socket` is $NOTIFY_SOCKET: a path, or "@name" in the abstract namespace; empty: nobody asked.
  // `watchdog_usec` is $WATCHDOG_USEC; what is not a number counts as no watchdog.
  ServiceManager(std::string socket, std::string_view watchdog_usec);
  static ServiceManager FromEnvironment();

  // How often Alive() has to be called, with the watchdog's time halved so that one late beat does
  // not end in a restart; nothing when there is no watchdog.
  std::optional<Duration> heartbeat() const { return heartbeat_; }

  void Ready() const { Send("READY=1"); }
  void Alive() const { Send("WATCHDOG=1"); }
  void Stopping() const { Send("STOPPING=1"); }

 private:
  // Never blocks; a datagram that cannot be delivered is dropped, because the gateway is no less
  // well for it and the watchdog sees what matters.
  void Send(std::string_view message) const;

  std::string socket_;
  std::optional<Duration> heartbeat_;
};

}  // namespace sluice::app
