#pragma once

#include <memory>

#include "base/executor.h"
#include "forward/uplink.h"
#include "uplink_paho/options.h"

namespace sluice::uplink_paho {

// An Uplink on Paho MQTT C++. Its persistence and its own reconnecting are off: the journal is the
// outbox, and SharedUplink reconnects.
//
// Threads: Paho's C library has one lock for all clients and holds it through name lookups, so
// every call into Paho, also the destruction of a client, happens on a thread of this object.
// Callbacks leave what happened in a mailbox and post one task to the executor, on whose thread the
// listener hears of it. The destructor waits for the thread, at most about two seconds; the
// executor must still be there, but its tasks may run later.
class PahoUplink final : public forward::Uplink {
 public:
  PahoUplink(PahoOptions options, Executor& loop);
  ~PahoUplink() override;

  void SetListener(forward::UplinkListener* listener) override;
  void Connect() override;
  void Publish(uint32_t token, const forward::OutgoingMessage& message) override;
  void Disconnect() override;

 private:
  std::shared_ptr<class PahoMailbox> mailbox_;
  std::unique_ptr<class PahoWorker> worker_;
  const codec::Version version_;
};

}  // namespace sluice::uplink_paho
