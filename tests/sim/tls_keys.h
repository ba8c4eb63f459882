#pragma once

#include <map>
#include <memory>
#include <string>

#include "tls/context.h"
#include "tls/engine.h"

namespace sluice::sim {

// Pairs of TLS engines that have shaken hands, as gateway and client do: with a certificate each,
// or by the ticket of the client's last connection, which is as good as new here and costs a
// fiftieth. The certificates are files, made once and for all worlds.
class TlsKeys {
 public:
  struct Pair {
    std::unique_ptr<tls::Engine> client, gateway;
  };

  // Whether there is a certificate for it.
  static bool Has(const std::string& identity);
  // Both ends of a new connection.
  Pair ShakeHands(const std::string& identity);

 private:
  std::map<std::string, std::unique_ptr<tls::ResumptionTicket>> tickets_;
};

}  // namespace sluice::sim
