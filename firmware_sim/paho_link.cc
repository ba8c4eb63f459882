#include "firmware_sim/paho_link.h"

#include <mqtt/async_client.h>

#include <atomic>

namespace sluice::fleet {
namespace {

// MQTT 5's errors; Paho puts 255 where an MQTT 3.1.1 server could not say why.
constexpr int kFirstErrorCode = 0x80;
constexpr int kLastErrorCode = 0xa2;

// Paho 1.3 knows ssl:// and tcp:// in every build.
std::string PahoUrl(const std::string& url) {
  if (url.starts_with("mqtts://")) return "ssl://" + url.substr(8);
  if (url.starts_with("mqtt://")) return "tcp://" + url.substr(7);
  return url;
}

void* ToContext(uint64_t seq) { return reinterpret_cast<void*>(static_cast<uintptr_t>(seq)); }
uint64_t FromContext(void* context) { return reinterpret_cast<uintptr_t>(context); }

uint8_t ReasonOf(const mqtt::token& token) {
  const int code = token.get_reason_code();
  return code >= kFirstErrorCode && code <= kLastErrorCode ? static_cast<uint8_t>(code)
                                                           : uint8_t{0};
}

// Tells what became of each publish; the context of its token is the reading's seq.
class PublishOutcome : public mqtt::iaction_listener {
 public:
  PublishOutcome(uint32_t device, LinkListener& listener) : device_(device), listener_(listener) {}

 private:
  void on_success(const mqtt::token& token) override {
    // Paho calls a PUBACK a success whatever its reason code says.
    Tell(token, ReasonOf(token) == 0 ? LinkEvent::Kind::kAcknowledged : LinkEvent::Kind::kRefused);
  }
  void on_failure(const mqtt::token& token) override { Tell(token, LinkEvent::Kind::kRefused); }

  void Tell(const mqtt::token& token, LinkEvent::Kind kind) {
    LinkEvent event{.kind = kind, .device = device_};
    event.reason_code = ReasonOf(token);
    event.seq = FromContext(token.get_user_context());
    listener_.Post(std::move(event));
  }

  uint32_t device_;
  LinkListener& listener_;
};

// Tells the outcome of connecting or disconnecting; the context of the token is the attempt.
class LinkOutcome : public mqtt::iaction_listener {
 public:
  LinkOutcome(uint32_t device, LinkListener& listener, LinkEvent::Kind success,
              LinkEvent::Kind failure)
      : device_(device), listener_(listener), success_(success), failure_(failure) {}

 private:
  void on_success(const mqtt::token& token) override {
    LinkEvent event = Make(token, success_);
    if (success_ == LinkEvent::Kind::kConnected) {
      event.session_present = token.get_connect_response().is_session_present();
    }
    listener_.Post(std::move(event));
  }
  void on_failure(const mqtt::token& token) override {
    LinkEvent event = Make(token, failure_);
    event.reason_code = ReasonOf(token);
    event.text = mqtt::exception::error_str(token.get_return_code());
    if (event.reason_code != 0) event.text = "reason code " + std::to_string(event.reason_code);
    listener_.Post(std::move(event));
  }
  LinkEvent Make(const mqtt::token& token, LinkEvent::Kind kind) {
    return {.kind = kind,
            .device = device_,
            .attempt = static_cast<uint32_t>(FromContext(token.get_user_context()))};
  }

  uint32_t device_;
  LinkListener& listener_;
  LinkEvent::Kind success_;
  LinkEvent::Kind failure_;
};

class PahoLink : public Link {
 public:
  PahoLink(uint32_t device, const PahoLinkOptions& options, LinkListener& listener)
      : device_(device),
        options_(options),
        listener_(listener),
        publish_outcome_(device, listener),
        connect_outcome_(device, listener, LinkEvent::Kind::kConnected,
                         LinkEvent::Kind::kConnectFailed),
        disconnect_outcome_(device, listener, LinkEvent::Kind::kDisconnected,
                            LinkEvent::Kind::kDisconnected),
        client_(PahoUrl(options.url), options.client_id,
                mqtt::create_options(options.mqtt5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1)) {
    client_.set_connection_lost_handler([this](const std::string&) { PostLost(); });
    // What a broker of MQTT 5 says before it closes the connection comes here instead.
    client_.set_disconnected_handler(
        [this](const mqtt::properties&, mqtt::ReasonCode) { PostLost(); });
  }

  void Connect(bool resume) override {
    attempt_.fetch_add(1);
    try {
      client_.connect(ConnectOptions(resume), ToContext(attempt()), connect_outcome_);
    } catch (const std::exception& error) {
      LinkEvent event{
          .kind = LinkEvent::Kind::kConnectFailed, .device = device_, .attempt = attempt()};
      event.text = error.what();
      listener_.Post(std::move(event));
    }
  }

  void Disconnect() override {
    try {
      client_.disconnect(0, ToContext(attempt()), disconnect_outcome_);
    } catch (const std::exception&) {  // it was not connected any more
      listener_.Post(
          {.kind = LinkEvent::Kind::kDisconnected, .device = device_, .attempt = attempt()});
    }
  }

  void Publish(uint64_t seq, int qos, const Message& message) override {
    try {
      auto publication = mqtt::make_message(message.topic, message.payload, qos, false);
      if (qos == 0) {
        client_.publish(std::move(publication));
      } else {
        client_.publish(std::move(publication), ToContext(seq), publish_outcome_);
      }
    } catch (const std::exception&) {
      if (qos == 0) return;
      LinkEvent event{.kind = LinkEvent::Kind::kRefused, .device = device_};
      event.seq = seq;
      listener_.Post(std::move(event));
    }
  }

  uint32_t attempt() const override { return attempt_.load(); }

 private:
  void PostLost() {
    listener_.Post({.kind = LinkEvent::Kind::kLost, .device = device_, .attempt = attempt()});
  }

  mqtt::connect_options ConnectOptions(bool resume) const {
    mqtt::connect_options connect;
    if (options_.mqtt5) {
      connect.set_mqtt_version(MQTTVERSION_5);
      connect.set_clean_start(!resume);
      if (resume) {
        connect.set_properties({mqtt::property(mqtt::property::SESSION_EXPIRY_INTERVAL,
                                               static_cast<int>(options_.session_expiry.count()))});
      }
    } else {
      connect.set_mqtt_version(MQTTVERSION_3_1_1);
      connect.set_clean_session(!resume);
    }
    connect.set_keep_alive_interval(options_.keep_alive);
    connect.set_connect_timeout(options_.connect_timeout);
    // Room beyond the device's own window for what a forgetful device sends again.
    connect.set_max_inflight(static_cast<int>(options_.window) + 8);
    if (!options_.ca_file.empty()) connect.set_ssl(SslOptions());
    return connect;
  }

  mqtt::ssl_options SslOptions() const {
    mqtt::ssl_options ssl;
    ssl.set_trust_store(options_.ca_file);
    ssl.set_key_store(options_.cert_file);
    ssl.set_private_key(options_.key_file);
    ssl.set_enable_server_cert_auth(true);
    ssl.set_verify(true);
    return ssl;
  }

  const uint32_t device_;
  const PahoLinkOptions options_;
  LinkListener& listener_;
  std::atomic<uint32_t> attempt_{0};
  PublishOutcome publish_outcome_;
  LinkOutcome connect_outcome_;
  LinkOutcome disconnect_outcome_;
  mqtt::async_client client_;  // last: its callbacks use what is above
};

}  // namespace

std::unique_ptr<Link> MakePahoLink(uint32_t device, const PahoLinkOptions& options,
                                   LinkListener& listener) {
  return std::make_unique<PahoLink>(device, options, listener);
}

}  // namespace sluice::fleet
