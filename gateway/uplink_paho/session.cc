#include "uplink_paho/session.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "client/advice.h"
#include "uplink_paho/refusal.h"

namespace sluice::uplink_paho {
namespace {

constexpr std::chrono::milliseconds kDisconnectTimeout{1000};

// Tokens travel through Paho as context pointers; 32 bits fit on every board.
// NOLINTNEXTLINE(performance-no-int-to-ptr): nobody follows it.
void* ToContext(uint32_t token) { return reinterpret_cast<void*>(static_cast<uintptr_t>(token)); }
uint32_t ToToken(const mqtt::token& token) {
  return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(token.get_user_context()));
}

}  // namespace

PahoSession::PahoSession(const PahoOptions& options, uint32_t attempt,
                         std::shared_ptr<PahoMailbox> mailbox, std::function<void()> attempt_over)
    : options_(options),
      attempt_(attempt),
      mailbox_(std::move(mailbox)),
      attempt_over_(std::move(attempt_over)) {}

PahoSession::~PahoSession() = default;

void PahoSession::Connect() {
  try {
    client_ = MakePahoClient(options_);
    client_->set_connection_lost_handler([this](const std::string& cause) {
      End({0, cause.empty() ? "connection lost" : cause});
    });
    client_->set_disconnected_handler([this](const mqtt::properties&, mqtt::ReasonCode reason) {
      End({static_cast<uint8_t>(reason), "disconnected by the broker"});
    });
    client_->connect(PahoConnectOptions(options_), nullptr, connect_listener_);
  } catch (const std::exception& error) {
    End({0, error.what()});
    attempt_over_();
  }
}

void PahoSession::Publish(uint32_t token, const mqtt::const_message_ptr& message) {
  try {
    client_->publish(message, ToContext(token), publish_listener_);
  } catch (const std::exception& error) {
    End({0, error.what()});
  }
}

void PahoSession::Disconnect() {
  if (client_ != nullptr) DisconnectPaho(*client_, kDisconnectTimeout);
}

void PahoSession::OnConnected(const mqtt::token& token) {
  attempt_over_();
  ConnackLimits limits;
  try {
    limits = PahoLimits(token, options_.version);
  } catch (const std::exception& error) {
    return End({0, error.what()});
  }
  if (!limits.takes_qos1) return End({0, "the broker takes nothing at QoS 1"});
  mailbox_->Put({.kind = PahoMailbox::Event::Kind::kConnected,
                 .attempt = attempt_,
                 .limits = {std::min(limits.receive_maximum, options_.max_in_flight),
                            limits.maximum_packet_bytes}});
}

void PahoSession::OnConnectFailed(const mqtt::token& token) {
  attempt_over_();
  Failure failure = PahoFailure(token.get_return_code(), token.get_reason_code(), options_.version);
  if (!failure.refused()) return End(failure);
  const auto& advice = client::AdviceOn(static_cast<codec::ReasonCode>(failure.code));
  failure.advice = advice.text;
  End(failure, advice.connack == client::Remedy::kHold);
}

void PahoSession::OnPublished(const mqtt::token& token) {
  mailbox_->Put({.kind = PahoMailbox::Event::Kind::kAcknowledged,
                 .attempt = attempt_,
                 .token = ToToken(token)});
}

// Either the broker refused it, or Paho gave up, which it does with the connection.
void PahoSession::OnPublishFailed(const mqtt::token& token) {
  const Failure failure =
      PahoFailure(token.get_return_code(), token.get_reason_code(), options_.version);
  if (!failure.refused()) return End(failure);
  mailbox_->Put({.kind = PahoMailbox::Event::Kind::kRefused,
                 .attempt = attempt_,
                 .token = ToToken(token),
                 .refusal = RefusalOf(failure.code)});
}

void PahoSession::End(const Failure& failure, bool turned_away) {
  std::string_view reason = "network";
  if (failure.refused()) {
    reason = client::AdviceOn(static_cast<codec::ReasonCode>(failure.code)).reason;
  }
  mailbox_->Put({.kind = PahoMailbox::Event::Kind::kDisconnected,
                 .attempt = attempt_,
                 .end = {failure.ToString(), reason, turned_away}});
}

}  // namespace sluice::uplink_paho
