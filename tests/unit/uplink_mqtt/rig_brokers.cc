#include "rig_brokers.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "forward/topic_template.h"
#include "support/mosquitto_broker.h"
#include "support/nats_broker.h"
#include "support/rabbitmq_broker.h"
#include "support/scripted_broker.h"
#include "support/temporary_directory.h"
#include "uplink_mqtt/subscriber.h"

namespace sluice::test {
namespace {

// A loaded machine keeps it.
constexpr std::chrono::seconds kLimit{60};

// Somebody else who is connected to a real broker and hears what is published to "t".
class Listener {
 public:
  Listener(const std::string& url, codec::Version version) {
    options_.url = *forward::ParseUplinkUrl(url, uplink_mqtt::kSchemes);
    options_.session.client_id = "subscriber";
    options_.session.version = version;
    options_.session.user_name = "reader";
    options_.session.password = "reader";
  }

  void Listen() {
    subscriber_.emplace(options_, "t");
    SLUICE_CHECK(subscriber_->Connect().ok());
  }
  std::vector<std::string> Received(size_t count) {
    std::vector<std::string> payloads;
    std::string payload;
    while (payloads.size() < count &&
           subscriber_->Next(kLimit, &payload) == uplink_mqtt::MqttSubscriber::Outcome::kMessage) {
      payloads.push_back(payload);
    }
    return payloads;
  }

 private:
  uplink_mqtt::MqttOptions options_;
  std::optional<uplink_mqtt::MqttSubscriber> subscriber_;
};

// A broker of others, which is a process.
template <typename Broker>
class ProcessRigBroker : public RigBroker {
 public:
  ProcessRigBroker(Broker& broker, codec::Version version)
      : broker_(broker), listener_(broker.url(), version) {}

  std::string url() const override { return broker_.url(); }
  void Restart() override { broker_.Start(); }
  void Kill() override { broker_.Kill(); }
  void Pause() override { broker_.Pause(); }
  void Resume() override { broker_.Resume(); }
  void Listen() override { listener_.Listen(); }
  std::vector<std::string> Received(
      size_t count, const std::function<bool(const std::function<bool()>&)>&) override {
    return listener_.Received(count);
  }

 private:
  Broker& broker_;
  Listener listener_;
};

struct Mosquitto {
  explicit Mosquitto(const UplinkRig::Terms& terms) : broker(MosquittoConfigOf(terms, directory)) {}
  TemporaryDirectory directory;
  MosquittoBroker broker;
};

class MosquittoRigBroker final : private Mosquitto, public ProcessRigBroker<MosquittoBroker> {
 public:
  explicit MosquittoRigBroker(const UplinkRig::Terms& terms)
      : Mosquitto(terms), ProcessRigBroker(Mosquitto::broker, codec::Version::kV5) {}
};

struct Nats {
  explicit Nats(const UplinkRig::Terms& terms) : broker(terms) {}
  NatsBroker broker;
};

class NatsRigBroker final : private Nats, public ProcessRigBroker<NatsBroker> {
 public:
  explicit NatsRigBroker(const UplinkRig::Terms& terms)
      : Nats(terms), ProcessRigBroker(Nats::broker, codec::Version::kV311) {}
};

class RabbitMqRigBroker final : public ProcessRigBroker<RabbitMqBroker> {
 public:
  RabbitMqRigBroker(RabbitMqBroker& broker, const UplinkRig::Terms& terms)
      : ProcessRigBroker(broker, codec::Version::kV311), knows_us_(terms.knows_us) {}

  std::string user_name() const override { return knows_us_ ? "somebody" : "nobody"; }
  // A topic is a routing key there, a short string of AMQP 0-9-1.
  size_t LongestTopic() const override { return 255; }

 private:
  const bool knows_us_;
};

class ScriptedRigBroker final : public RigBroker {
 public:
  ScriptedRigBroker(transport::Loop& loop, const UplinkRig::Terms& terms) : broker_(loop, terms) {}

  std::string url() const override { return "mqtt://" + broker_.address(); }
  void Restart() override { broker_.Start(); }
  void Kill() override { broker_.Kill(); }
  void Pause() override { broker_.Pause(); }
  void Resume() override { broker_.Resume(); }
  void Listen() override { broker_.received().clear(); }
  std::vector<std::string> Received(
      size_t count, const std::function<bool(const std::function<bool()>&)>& run_until) override {
    std::vector<std::string>& all = broker_.received();
    run_until([&] { return all.size() >= count; });
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(count, all.size()));
    std::vector<std::string> payloads(all.begin(), end);
    all.erase(all.begin(), end);
    return payloads;
  }

 private:
  ScriptedBroker broker_;
};

}  // namespace

size_t RigBroker::LongestTopic() const { return forward::TopicTemplate::kMaxTopicBytes; }

std::unique_ptr<RigBroker> MakeScripted(transport::Loop& loop, const UplinkRig::Terms& terms) {
  return std::make_unique<ScriptedRigBroker>(loop, terms);
}

std::unique_ptr<RigBroker> MakeMosquitto(transport::Loop&, const UplinkRig::Terms& terms) {
  return std::make_unique<MosquittoRigBroker>(terms);
}

std::unique_ptr<RigBroker> MakeNats(transport::Loop&, const UplinkRig::Terms& terms) {
  return std::make_unique<NatsRigBroker>(terms);
}

std::unique_ptr<RigBroker> MakeRabbitMq(transport::Loop&, const UplinkRig::Terms& terms) {
  static RabbitMqBroker broker;
  return std::make_unique<RabbitMqRigBroker>(broker, terms);
}

}  // namespace sluice::test
