// The part of Device that is about its connection: connecting, sleeping, dropping, coming back.
#include "firmware_sim/device.h"

namespace sluice::fleet {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The MQTT client always answers; these are for the day when it does not.
constexpr Duration kConnectPatience = seconds(60);
constexpr Duration kClosePatience = seconds(10);
constexpr Duration kPauseAfterDrop = milliseconds(400);

}  // namespace

Duration Device::Jitter(Duration bound) {
  return Duration(static_cast<int64_t>(static_cast<double>(bound.count()) * random_.Unit()));
}

void Device::GoOnline() {
  link_ = Link::kConnecting;
  after_closing_ = Link::kWaiting;
  host_.StartTimer(DeviceTimer::kLink, kConnectPatience);
  host_.Connect(options_.keep_session);
}

void Device::Close(Link purpose) {
  link_ = Link::kClosing;
  after_closing_ = purpose;
  host_.StartTimer(DeviceTimer::kLink, kClosePatience);
  host_.Disconnect();
}

void Device::OnConnected(MonotonicTime now, bool session_present) {
  if (link_ != Link::kConnecting) return;
  link_ = Link::kOnline;
  if (after_closing_ == Link::kFinished) return Close(Link::kFinished);
  connect_backoff_.Reset();
  ++counters_.connects;
  counters_.reconnects += was_connected_;
  counters_.sessions_lost += was_connected_ && options_.keep_session && !session_present;
  was_connected_ = true;
  if (session_present) {
    counters_.resumed += outbox_.Touch(now);
  } else {
    outbox_.ReturnAll();
  }
  holding_ = false;
  StayAwakeForAWhile();
  Pump(now);
}

void Device::StayAwakeForAWhile() {
  if (options_.sleeper && taking_readings_) {
    host_.StartTimer(DeviceTimer::kLink, options_.awake / 2 + Jitter(options_.awake));
  }
}

void Device::OnConnectFailed() {
  if (link_ != Link::kConnecting) return;
  ++counters_.connect_failures;
  WaitAndReconnect();
}

void Device::OnConnectionLost() {
  if (link_ == Link::kClosing) return OnDisconnected();
  if (link_ != Link::kOnline) return;
  ++counters_.connections_lost;
  WaitAndReconnect();
}

void Device::WaitAndReconnect() {
  link_ = after_closing_ == Link::kFinished ? Link::kFinished : Link::kWaiting;
  if (link_ == Link::kWaiting) {
    host_.StartTimer(DeviceTimer::kLink, connect_backoff_.Next(random_));
  }
}

void Device::OnDisconnected() {
  if (link_ != Link::kClosing) return;
  link_ = after_closing_;
  if (link_ == Link::kAsleep) {
    host_.StartTimer(DeviceTimer::kLink, options_.sleep / 2 + Jitter(options_.sleep));
  } else if (link_ == Link::kWaiting) {
    host_.StartTimer(DeviceTimer::kLink, Jitter(kPauseAfterDrop));
  }
}

void Device::OnLinkTimer() {
  switch (link_) {
    case Link::kWaiting:
    case Link::kAsleep:
      return GoOnline();
    case Link::kConnecting:
      return OnConnectFailed();
    case Link::kClosing:
      return OnDisconnected();
    case Link::kOnline:
      if (options_.sleeper && taking_readings_) Close(Link::kAsleep);
      return;
    case Link::kOff:
    case Link::kFinished:
      return;
  }
}

}  // namespace sluice::fleet
