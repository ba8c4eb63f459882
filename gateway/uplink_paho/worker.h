#pragma once

#include <mqtt/message.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <thread>

#include "base/clock.h"
#include "base/mutex.h"
#include "uplink_paho/mailbox.h"
#include "uplink_paho/options.h"

namespace sluice::uplink_paho {

class PahoSession;

// The thread that calls Paho for one uplink. Its queue is bounded by the publishes that the
// SharedUplink lets in flight.
class PahoWorker {
 public:
  struct Command {
    enum class Kind : uint8_t { kConnect, kAttemptOver, kPublish, kDisconnect, kQuit };
    Kind kind;
    uint32_t attempt = 0;
    uint32_t token = 0;
    mqtt::const_message_ptr message{};
  };

  PahoWorker(PahoOptions options, std::shared_ptr<PahoMailbox> mailbox);
  // Disconnects and waits for the thread.
  ~PahoWorker();

  void Add(Command command);  // any thread; never blocks

 private:
  void Run();
  Command Take();
  void Connect(uint32_t attempt);
  void BeginAttempt();
  bool AttemptIsStuck() const;
  void OnAttemptOver(uint32_t attempt);
  void Publish(const Command& command);
  void Disconnect();

  const PahoOptions options_;
  const std::shared_ptr<PahoMailbox> mailbox_;
  // This thread's own. The session before the current one is kept a while: Paho's threads touch a
  // client after they have told that it failed.
  std::unique_ptr<PahoSession> session_;
  std::unique_ptr<PahoSession> previous_;
  // Only one attempt at a time: one that was given up and gets through all the same would take the
  // client id, and with it the connection, from the one after it.
  std::optional<uint32_t> open_attempt_;
  MonotonicTime attempt_began_{};
  std::optional<uint32_t> next_attempt_;

  Mutex mutex_;
  ConditionVariable wake_;
  std::deque<Command> commands_ SLUICE_GUARDED_BY(mutex_);
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace sluice::uplink_paho
