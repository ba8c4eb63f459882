#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "forward/uplink.h"

namespace sluice::app {

// What became of the connections of one uplink, for people. Loop thread.
struct UplinkHistory {
  std::string name;                    // [[uplink]] name
  std::optional<MonotonicTime> since;  // when it was connected, or began to be away
  bool connected = false;
  std::string server;            // of several, the one it is connected to
  std::string last_error;        // why the last connection or attempt ended; empty: none has
  std::string_view last_reason;  // its forward::UplinkEnd::reason
  MonotonicTime last_error_at{};
};

// An uplink that notes what its connections come to, and is otherwise the one that it is made of.
class WatchedUplink final : public forward::Uplink, private forward::UplinkListener {
 public:
  // The clock outlives it; the history is shared with whoever tells of it.
  WatchedUplink(std::unique_ptr<forward::Uplink> uplink, const Clock& clock,
                std::shared_ptr<UplinkHistory> history);
  ~WatchedUplink() override;

  void SetListener(forward::UplinkListener* listener) override { listener_ = listener; }
  void Connect() override;
  void Publish(uint32_t token, const forward::OutgoingMessage& message) override {
    uplink_->Publish(token, message);
  }
  void Disconnect() override;

 private:
  void OnConnected(const forward::UplinkLimits& limits) override;
  void OnDisconnected(const forward::UplinkEnd& end) override;
  void OnGivenUp(const forward::UplinkEnd& end) override;
  void OnServerFailed(const forward::UplinkEnd& end) override;
  void OnStatusTold(const std::string& untold) override;
  void OnAcknowledged(uint32_t token) override;
  void OnRefused(uint32_t token, const forward::Refusal& refusal) override;
  void NoteEnd(const forward::UplinkEnd& end);
  void Become(bool connected);

  const std::unique_ptr<forward::Uplink> uplink_;
  const Clock& clock_;
  const std::shared_ptr<UplinkHistory> history_;
  forward::UplinkListener* listener_ = nullptr;
};

}  // namespace sluice::app
