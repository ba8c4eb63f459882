#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "uplink_paho/client.h"
#include "uplink_paho/mailbox.h"

namespace sluice::uplink_paho {

// One connection of a PahoUplink, from the attempt to the end. A Paho client is used once: a new
// one has no memory of what the last connection left behind. Lives on the worker's thread; the
// callbacks come on Paho's.
class PahoSession {
 public:
  // `attempt_over` runs on any thread when the broker has answered, or nothing can come of it.
  PahoSession(const PahoOptions& options, uint32_t attempt, std::shared_ptr<PahoMailbox> mailbox,
              std::function<void()> attempt_over);
  ~PahoSession();

  uint32_t attempt() const { return attempt_; }
  void Connect();
  void Publish(uint32_t token, const mqtt::const_message_ptr& message);
  void Disconnect();  // waits, but not long

 private:
  // Paho tells how an action ended.
  class ConnectListener final : public mqtt::iaction_listener {
   public:
    explicit ConnectListener(PahoSession& session) : session_(session) {}
    void on_success(const mqtt::token& token) override { session_.OnConnected(token); }
    void on_failure(const mqtt::token& token) override { session_.OnConnectFailed(token); }

   private:
    PahoSession& session_;
  };
  class PublishListener final : public mqtt::iaction_listener {
   public:
    explicit PublishListener(PahoSession& session) : session_(session) {}
    void on_success(const mqtt::token& token) override { session_.OnPublished(token); }
    void on_failure(const mqtt::token& token) override { session_.OnPublishFailed(token); }

   private:
    PahoSession& session_;
  };

  void OnConnected(const mqtt::token& token);
  void OnConnectFailed(const mqtt::token& token);
  void OnPublished(const mqtt::token& token);
  void OnPublishFailed(const mqtt::token& token);
  void End(const Failure& failure, bool turned_away = false);

  const PahoOptions& options_;
  const uint32_t attempt_;
  const std::shared_ptr<PahoMailbox> mailbox_;
  const std::function<void()> attempt_over_;
  ConnectListener connect_listener_{*this};
  PublishListener publish_listener_{*this};
  std::unique_ptr<mqtt::async_client> client_;  // last: gone before what its callbacks use
};

}  // namespace sluice::uplink_paho
