#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "firmware_sim/backoff.h"
#include "firmware_sim/device_counters.h"
#include "firmware_sim/device_options.h"
#include "firmware_sim/dialect.h"
#include "firmware_sim/outbox.h"

namespace sluice::fleet {

enum class DeviceTimer : uint8_t {
  kReading,  // take the next reading
  kLink,     // connect again, wake up, or give up waiting for an answer about the connection
  kSend,     // try again after a refusal; look for transmissions that nobody answers
};
inline constexpr int kDeviceTimers = 3;

struct Acknowledgement {
  uint64_t seq;
  int qos;
  bool malformed;
  uint64_t first_tx;
  uint64_t sure_tx;
  Duration
      latency;  // from the last transmission by the device, or from the resumption of its session
};

// What a device asks of the world. The owner implements it. Answers come later, through Device's
// On… functions, never from within these calls.
class DeviceHost {
 public:
  virtual ~DeviceHost() = default;
  // Ask for a connection; `resume` wants the earlier session, if the server still has it.
  virtual void Connect(bool resume) = 0;
  virtual void Disconnect() = 0;
  // Hand a message to the network. The outcome at QoS 1 and 2 is told by seq.
  virtual void Publish(uint64_t seq, int qos, const Message& message) = 0;
  // Starts a timer, replacing the one of this kind.
  virtual void StartTimer(DeviceTimer timer, Duration delay) = 0;
  // A reading's first acknowledgement; there is exactly one for each.
  virtual void Record(const Acknowledgement& acknowledgement) = 0;
};

// One simulated device: takes readings, keeps them until they are acknowledged, and connects,
// sleeps, drops its connection and resends as its options say. No I/O, no clock: time and what the
// network says come in, wishes go out through DeviceHost. One thread.
//
// Invariants: seqs rise and are never used twice; a reading leaves the outbox only when it is
// acknowledged or refused for good; at most `window` transmissions are unanswered; transmissions
// happen in the order of seq among those that wait.
class Device {
 public:
  // `host` and `counters` outlive the device. `wall_now` is given to every reading's sensors.
  Device(const DeviceOptions& options, std::unique_ptr<Dialect> dialect, DeviceHost& host,
         FleetCounters& counters);

  void Start();
  // Takes no more readings, wakes up, and goes on until everything is acknowledged.
  void StopReadings();
  // Closes the connection, whatever is outstanding; no reconnection afterwards.
  void Finish();

  void OnTimer(DeviceTimer timer, MonotonicTime now, WallTime wall_now);
  void OnConnected(MonotonicTime now, bool session_present);
  void OnConnectFailed();
  void OnConnectionLost();
  void OnDisconnected();  // after our own Disconnect
  void OnAcknowledged(MonotonicTime now, uint64_t seq);
  // `reason_code` is MQTT's (0x97: later, perhaps), or 0 if the client gave up without an answer.
  void OnRefused(MonotonicTime now, uint64_t seq, uint8_t reason_code);

  bool online() const { return link_ == Link::kOnline; }
  bool offline_for_good() const { return link_ == Link::kFinished; }
  // True when no more readings will come and none is outstanding.
  bool done() const { return !taking_readings_ && outbox_.empty(); }
  size_t outstanding() const { return outbox_.size(); }
  const std::string& name() const { return options_.name; }

 private:
  enum class Link : uint8_t { kOff, kConnecting, kOnline, kClosing, kWaiting, kAsleep, kFinished };

  void TakeReading(MonotonicTime now, WallTime wall_now);
  void SendUnacknowledged(uint64_t seq);
  void ScheduleReading();
  int PickQos();
  void Pump(MonotonicTime now);
  void Transmit(OutboxEntry* entry, MonotonicTime now);
  void CheckForSilence(MonotonicTime now);
  void PublishAgain(const OutboxEntry& entry);

  void GoOnline();
  void Close(Link purpose);
  void OnLinkTimer();
  void WaitAndReconnect();
  void StayAwakeForAWhile();
  Duration Jitter(Duration bound);

  DeviceOptions options_;
  std::unique_ptr<Dialect> dialect_;
  DeviceHost& host_;
  FleetCounters& counters_;
  Random random_;
  Outbox outbox_;
  Backoff connect_backoff_;
  Backoff refusal_backoff_;
  Message scratch_;

  Link link_ = Link::kOff;
  Link after_closing_ = Link::kWaiting;
  bool taking_readings_ = true;
  bool holding_ = false;  // after a refusal, until kSend
  bool silence_timer_running_ = false;
  bool was_connected_ = false;
  uint64_t next_seq_;
  uint64_t readings_taken_ = 0;
  uint64_t last_tx_ = 0;
};

}  // namespace sluice::fleet
