#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/executor.h"
#include "base/status.h"
#include "codec/protocol.h"
#include "forward/uplink.h"

namespace sluice::forward {

struct PahoUplinkOptions {
  std::string url;  // mqtt://host[:1883] or mqtts://host[:8883]
  std::string client_id;
  codec::Version version = codec::Version::kV5;
  std::string username;
  std::string password;
  std::string ca_file;    // PEM; required with mqtts
  std::string cert_file;  // PEM, with its chain; empty: no client certificate
  std::string key_file;   // PEM
  std::chrono::seconds keep_alive{30};
  std::chrono::seconds connect_timeout{10};
  uint16_t max_in_flight = 256;  // as UplinkConnectionOptions
};

// kInvalidArgument says what is wrong with the options; files are not looked at.
Status CheckPahoUplinkOptions(const PahoUplinkOptions& options);

// An Uplink on Paho MQTT C++. Its persistence and its own reconnecting are off: the journal is the
// outbox, and UplinkConnection reconnects.
//
// Threads: Paho's C library has one lock for all clients and holds it through name lookups, so
// every call into Paho, also the destruction of a client, happens on a thread of this object
// (started with the first Connect). Callbacks leave what happened in a mailbox and post one task to
// the executor, on whose thread the listener hears of it. The destructor waits for the thread, at
// most about a second; the executor must still be there, its tasks may run later.
class PahoUplink final : public Uplink {
 public:
  PahoUplink(PahoUplinkOptions options, Executor& loop);
  ~PahoUplink() override;

  void SetListener(UplinkListener* listener) override;
  void Connect() override;
  void Publish(uint32_t token, const OutgoingMessage& message) override;
  void Disconnect() override;

 private:
  class Worker;
  class Mailbox;
  std::shared_ptr<Mailbox> mailbox_;
  std::unique_ptr<Worker> worker_;
};

}  // namespace sluice::forward
