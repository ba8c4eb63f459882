#include "firmware_sim/fleet.h"

#include <algorithm>

#include "base/log.h"

namespace sluice::fleet {

// Glues a device to its link, the timers and the ledger.
class Fleet::Member : public DeviceHost {
 public:
  Member(Fleet& fleet, uint32_t index, std::unique_ptr<Link> link)
      : fleet_(fleet),
        index_(index),
        link_(std::move(link)),
        device_(OptionsOf(fleet.options_, index + 1), DialectOf(fleet.options_, index + 1), *this,
                fleet.counters_) {}

  void Connect(bool resume) override { fleet_.wants_connection_.emplace_back(index_, resume); }
  void Disconnect() override { link_->Disconnect(); }
  void Publish(uint64_t seq, int qos, const Message& message) override {
    link_->Publish(seq, qos, message);
  }
  void StartTimer(DeviceTimer timer, Duration delay) override {
    fleet_.timers_.Start(index_ * kDeviceTimers + static_cast<uint32_t>(timer),
                         fleet_.clock_.Now() + delay);
  }
  void Record(const Acknowledgement& acknowledgement) override {
    fleet_.Record(*this, acknowledgement);
  }

  Link& link() { return *link_; }
  Device& device() { return device_; }
  const Device& device() const { return device_; }

 private:
  static std::unique_ptr<Dialect> DialectOf(const FleetOptions& options, uint32_t number) {
    const DeviceOptions device = OptionsOf(options, number);
    return MakeDialect(ProductOf(options, number), device.name, device.seed, options.day);
  }

  Fleet& fleet_;
  uint32_t index_;
  std::unique_ptr<Link> link_;
  Device device_;
};

Fleet::Fleet(const FleetOptions& options, const LinkFactory& make_link,
             std::unique_ptr<LedgerWriter> ledger, const Clock& clock)
    : options_(options),
      clock_(clock),
      started_(clock.Now()),
      ledger_(std::move(ledger)),
      timers_(size_t{options.devices} * kDeviceTimers),
      next_connection_(started_) {
  for (uint32_t i = 0; i < options_.devices; ++i) {
    members_.push_back(std::make_unique<Member>(*this, i, make_link(i, mailbox_)));
  }
  for (auto& member : members_) member->device().Start();
}

Fleet::~Fleet() = default;

void Fleet::Turn(Duration patience) {
  RunTimers();
  StartConnections();
  const MonotonicTime now = clock_.Now();
  MonotonicTime deadline = std::min(now + patience, timers_.NextTime());
  if (!wants_connection_.empty()) deadline = std::min(deadline, next_connection_);
  mailbox_.Take(std::max(deadline - now, Duration(0)), &events_);
  for (const LinkEvent& event : events_) Dispatch(event);
}

// The clock is read once: a fleet that is slower than its own timers must still look at its mail.
void Fleet::RunTimers() {
  const MonotonicTime now = clock_.Now();
  while (const std::optional<uint32_t> timer = timers_.PopDue(now)) {
    members_[*timer / kDeviceTimers]->device().OnTimer(
        static_cast<DeviceTimer>(*timer % kDeviceTimers), clock_.Now(), clock_.WallNow());
  }
}

// After an outage all devices want in at once; a real site's network would not let them either.
void Fleet::StartConnections() {
  const MonotonicTime now = clock_.Now();
  const Duration spacing = Duration(std::chrono::seconds(1)) / options_.connect_rate;
  next_connection_ = std::max(next_connection_, now - spacing * 10);
  while (!wants_connection_.empty() && next_connection_ <= now) {
    const auto [device, resume] = wants_connection_.front();
    wants_connection_.pop_front();
    next_connection_ += spacing;
    members_[device]->link().Connect(resume);
  }
}

void Fleet::Dispatch(const LinkEvent& event) {
  Member& member = *members_[event.device];
  Device& device = member.device();
  const MonotonicTime now = clock_.Now();
  const bool current = event.attempt == member.link().attempt();
  switch (event.kind) {
    case LinkEvent::Kind::kAcknowledged:
      return device.OnAcknowledged(now, event.seq);
    case LinkEvent::Kind::kRefused:
      return device.OnRefused(now, event.seq, event.reason_code);
    case LinkEvent::Kind::kConnected:
      if (current) device.OnConnected(now, event.session_present);
      return;
    case LinkEvent::Kind::kConnectFailed:
      last_failure_ = Printable(event.text);
      if (current) device.OnConnectFailed();
      return;
    case LinkEvent::Kind::kLost:
      if (current) device.OnConnectionLost();
      return;
    case LinkEvent::Kind::kDisconnected:
      if (current) device.OnDisconnected();
      return;
  }
}

void Fleet::Record(const Member& member, const Acknowledgement& acknowledgement) {
  using std::chrono::duration_cast;
  using std::chrono::microseconds;
  latency_.Observe(acknowledgement.latency);
  LedgerLine line;
  line.device = member.device().name();
  line.seq = acknowledgement.seq;
  line.qos = acknowledgement.qos;
  line.malformed = acknowledgement.malformed;
  line.first_tx = acknowledgement.first_tx;
  line.sure_tx = acknowledgement.sure_tx;
  line.acked_unix_micros = ToUnixNanos(clock_.WallNow()) / 1000;
  line.acked_mono_micros = duration_cast<microseconds>(clock_.Now() - started_).count();
  line.latency_micros = duration_cast<microseconds>(acknowledgement.latency).count();
  static_cast<void>(ledger_->Add(line));  // the error stays in the writer; FlushLedger tells it
}

void Fleet::Drain() {
  for (auto& member : members_) member->device().StopReadings();
}

void Fleet::Close() {
  for (auto& member : members_) member->device().Finish();
}

bool Fleet::drained() const {
  return std::all_of(members_.begin(), members_.end(),
                     [](const auto& member) { return member->device().done(); });
}

bool Fleet::closed() const {
  return std::all_of(members_.begin(), members_.end(),
                     [](const auto& member) { return member->device().offline_for_good(); });
}

FleetStatus Fleet::status() const {
  FleetStatus status{};
  status.phase = phase_;
  status.seconds = std::chrono::duration<double>(clock_.Now() - started_).count();
  status.devices = members_.size();
  for (const auto& member : members_) {
    status.online += member->device().online();
    status.outstanding += member->device().outstanding();
  }
  status.counters = counters_;
  status.latency_p50_micros = latency_.QuantileMicros(0.50);
  status.latency_p99_micros = latency_.QuantileMicros(0.99);
  status.last_failure = last_failure_;
  return status;
}

}  // namespace sluice::fleet
