#include "firmware_sim/device.h"

#include <algorithm>

#include "firmware_sim/malformed.h"

namespace sluice::fleet {
namespace {

constexpr uint8_t kFirstErrorCode = 0x80;

// Whether a later transmission of the same reading is as hopeless. Everything else may pass: a full
// stream (0x97), a busy server (0x89), or a QoS 2 flow that a restarted server does not know any
// more (0x92).
bool IsFinal(uint8_t reason_code) {
  constexpr uint8_t kNotAuthorized = 0x87;
  constexpr uint8_t kTopicNameInvalid = 0x90;
  constexpr uint8_t kPayloadFormatInvalid = 0x99;
  return reason_code == kNotAuthorized || reason_code == kTopicNameInvalid ||
         reason_code == kPayloadFormatInvalid;
}

}  // namespace

Device::Device(const DeviceOptions& options, std::unique_ptr<Dialect> dialect, DeviceHost& host,
               FleetCounters& counters)
    : options_(options),
      dialect_(std::move(dialect)),
      host_(host),
      counters_(counters),
      random_(options.seed),
      outbox_(options.outbox),
      connect_backoff_(options.connect_backoff, options.connect_backoff_max),
      refusal_backoff_(options.refusal_backoff, options.refusal_backoff_max),
      next_seq_(options.first_seq) {}

void Device::Start() {
  GoOnline();
  host_.StartTimer(DeviceTimer::kReading, Jitter(options_.interval));
}

void Device::StopReadings() {
  taking_readings_ = false;
  if (link_ == Link::kAsleep && !outbox_.empty()) GoOnline();
}

void Device::Finish() {
  taking_readings_ = false;
  if (link_ == Link::kOnline) return Close(Link::kFinished);
  after_closing_ = Link::kFinished;
  if (link_ != Link::kClosing && link_ != Link::kConnecting) link_ = Link::kFinished;
}

void Device::OnTimer(DeviceTimer timer, MonotonicTime now, WallTime wall_now) {
  switch (timer) {
    case DeviceTimer::kReading:
      if (!taking_readings_) return;
      TakeReading(now, wall_now);
      return ScheduleReading();
    case DeviceTimer::kLink:
      return OnLinkTimer();
    case DeviceTimer::kSend:
      silence_timer_running_ = false;
      holding_ = false;
      CheckForSilence(now);
      return Pump(now);
  }
}

void Device::ScheduleReading() {
  if (options_.readings != 0 && readings_taken_ >= options_.readings) taking_readings_ = false;
  if (taking_readings_) host_.StartTimer(DeviceTimer::kReading, options_.interval);
}

int Device::PickQos() {
  const auto& weights = options_.qos_weights;
  uint64_t pick = random_.Below(uint64_t{weights[0]} + weights[1] + weights[2]);
  for (int qos = 0; qos < 2; ++qos) {
    if (pick < weights[qos]) return qos;
    pick -= weights[qos];
  }
  return 2;
}

void Device::TakeReading(MonotonicTime now, WallTime wall_now) {
  ++readings_taken_;
  OutboxEntry entry;
  entry.seq = next_seq_++;
  entry.qos = PickQos();
  dialect_->Render(wall_now, entry.seq, &scratch_);
  entry.malformed = random_.Unit() < options_.malformed;
  if (entry.malformed) Damage(random_, &scratch_.payload);
  if (entry.qos == 0) {
    counters_.malformed += entry.malformed && online();
    return SendUnacknowledged(entry.seq);
  }
  entry.message = scratch_;
  if (!outbox_.Add(std::move(entry))) {
    ++counters_.overflowed;
    return;
  }
  Pump(now);
}

// Nobody will ever know whether it arrived, so there is nothing to keep.
void Device::SendUnacknowledged(uint64_t seq) {
  if (!online()) {
    ++counters_.unsent;
    return;
  }
  ++last_tx_;
  ++counters_.published[0];
  host_.Publish(seq, 0, scratch_);
}

void Device::Pump(MonotonicTime now) {
  while (online() && !holding_ && outbox_.in_flight() < options_.window) {
    OutboxEntry* entry = outbox_.NextToSend();
    if (entry == nullptr) return;
    Transmit(entry, now);
  }
}

void Device::Transmit(OutboxEntry* entry, MonotonicTime now) {
  if (entry->first_tx == 0) {
    ++counters_.published[entry->qos];
    counters_.malformed += entry->malformed;
  } else {
    ++counters_.resent;
  }
  outbox_.MarkSent(entry, ++last_tx_, now);
  host_.Publish(entry->seq, entry->qos, entry->message);
  if (!silence_timer_running_) {
    silence_timer_running_ = true;
    host_.StartTimer(DeviceTimer::kSend, options_.ack_timeout);
  }
  // A device that is draining has stopped misbehaving, or it would never come to an end.
  if (taking_readings_ && random_.Unit() < options_.drop) Close(Link::kWaiting);
}

void Device::CheckForSilence(MonotonicTime now) {
  if (outbox_.in_flight() == 0) return;
  const Duration silent = now - outbox_.OldestSent();
  if (online() && silent >= options_.ack_timeout) {
    ++counters_.silences;
    return Close(Link::kWaiting);
  }
  silence_timer_running_ = true;
  host_.StartTimer(DeviceTimer::kSend,
                   std::max<Duration>(options_.ack_timeout - silent, std::chrono::seconds(1)));
}

void Device::OnAcknowledged(MonotonicTime now, uint64_t seq) {
  const OutboxEntry* entry = outbox_.Find(seq);
  if (entry == nullptr) return;  // the second answer to a reading that was sent again
  refusal_backoff_.Reset();
  ++counters_.acknowledged[entry->qos];
  counters_.malformed_acknowledged += entry->malformed;
  // A reading that waits for another transmission may still be acknowledged by an earlier one: its
  // place in the order is then as unknown as that of one just refused.
  const uint64_t sure_tx = entry->sure_tx != 0 ? entry->sure_tx : last_tx_;
  host_.Record({seq, entry->qos, entry->malformed, entry->first_tx, sure_tx, now - entry->sent_at});
  if (online() && taking_readings_ && random_.Unit() < options_.resend) PublishAgain(*entry);
  outbox_.Remove(seq);
  Pump(now);
}

void Device::PublishAgain(const OutboxEntry& entry) {
  ++last_tx_;
  ++counters_.resent;
  host_.Publish(entry.seq, entry.qos, entry.message);
}

void Device::OnRefused(MonotonicTime now, uint64_t seq, uint8_t reason_code) {
  OutboxEntry* entry = outbox_.Find(seq);
  if (entry == nullptr || !entry->in_flight) return;
  if (IsFinal(reason_code)) {
    ++counters_.rejected;
    outbox_.Remove(seq);
    return Pump(now);
  }
  outbox_.Return(entry);
  if (reason_code < kFirstErrorCode || holding_) {
    counters_.refused += reason_code >= kFirstErrorCode;
    return;  // without an answer the connection is gone, and whoever reconnects sends it again
  }
  ++counters_.refused;
  holding_ = true;
  silence_timer_running_ = true;
  host_.StartTimer(DeviceTimer::kSend, refusal_backoff_.Next(random_));
}

}  // namespace sluice::fleet
