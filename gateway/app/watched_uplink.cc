#include "app/watched_uplink.h"

#include <utility>

namespace sluice::app {

WatchedUplink::WatchedUplink(std::unique_ptr<forward::Uplink> uplink, const Clock& clock,
                             std::shared_ptr<UplinkHistory> history)
    : uplink_(std::move(uplink)), clock_(clock), history_(std::move(history)) {
  uplink_->SetListener(this);
}

WatchedUplink::~WatchedUplink() { uplink_->SetListener(nullptr); }

// The first attempt begins the time without a connection.
void WatchedUplink::Connect() {
  Become(false);
  uplink_->Connect();
}

void WatchedUplink::Disconnect() {
  Become(false);
  uplink_->Disconnect();
}

void WatchedUplink::OnConnected(const forward::UplinkLimits& limits) {
  Become(true);
  history_->server = limits.server;
  if (listener_ != nullptr) listener_->OnConnected(limits);
}

void WatchedUplink::OnDisconnected(const forward::UplinkEnd& end) {
  NoteEnd(end);
  if (listener_ != nullptr) listener_->OnDisconnected(end);
}

void WatchedUplink::OnGivenUp(const forward::UplinkEnd& end) {
  NoteEnd(end);
  if (listener_ != nullptr) listener_->OnGivenUp(end);
}

void WatchedUplink::OnServerFailed(const forward::UplinkEnd& end) {
  NoteEnd(end);
  if (listener_ != nullptr) listener_->OnServerFailed(end);
}

void WatchedUplink::OnStatusTold(const std::string& untold) {
  if (listener_ != nullptr) listener_->OnStatusTold(untold);
}

void WatchedUplink::NoteEnd(const forward::UplinkEnd& end) {
  Become(false);
  history_->last_error = end.why;
  history_->last_reason = end.reason;
  history_->last_error_at = clock_.Now();
}

void WatchedUplink::OnAcknowledged(uint32_t token) {
  if (listener_ != nullptr) listener_->OnAcknowledged(token);
}

void WatchedUplink::OnRefused(uint32_t token, const forward::Refusal& refusal) {
  if (listener_ != nullptr) listener_->OnRefused(token, refusal);
}

void WatchedUplink::Become(bool connected) {
  if (!connected) history_->server.clear();
  if (history_->since && history_->connected == connected) return;
  history_->since = clock_.Now();
  history_->connected = connected;
}

}  // namespace sluice::app
