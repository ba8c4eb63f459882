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
    while (payloads.size() < count && subscriber_->Next(kRigLimit, &payload) ==
                                          uplink_mqtt::MqttSubscriber::Outcome::kMessage) {
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
  ProcessRigBroker(std::shared_ptr<Broker> broker, codec::Version version)
      : broker_(std::move(broker)), listener_(broker_->url(), version) {}

  std::string url() const override { return broker_->url(); }
  void Restart() override { broker_->Start(); }
  void Kill() override { broker_->Kill(); }
  void Pause() override { broker_->Pause(); }
  void Resume() override { broker_->Resume(); }
  void Listen() override { listener_.Listen(); }
  std::vector<std::string> Received(
      size_t count, const std::function<bool(const std::function<bool()>&)>&) override {
    return listener_.Received(count);
  }

 private:
  const std::shared_ptr<Broker> broker_;
  Listener listener_;
};

// With the files that its configuration names.
struct Mosquitto {
  explicit Mosquitto(const UplinkRig::Terms& terms) : broker(MosquittoConfigOf(terms, directory)) {}
  TemporaryDirectory directory;
  MosquittoBroker broker;
};

class RabbitMqRigBroker final : public ProcessRigBroker<RabbitMqBroker> {
 public:
  RabbitMqRigBroker(std::shared_ptr<RabbitMqBroker> broker, const UplinkRig::Terms& terms)
      : ProcessRigBroker(std::move(broker), codec::Version::kV311), knows_us_(terms.knows_us) {}

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
  const auto with_files = std::make_shared<Mosquitto>(terms);
  return std::make_unique<ProcessRigBroker<MosquittoBroker>>(
      std::shared_ptr<MosquittoBroker>(with_files, &with_files->broker), codec::Version::kV5);
}

std::unique_ptr<RigBroker> MakeNats(transport::Loop&, const UplinkRig::Terms& terms) {
  return std::make_unique<ProcessRigBroker<NatsBroker>>(std::make_shared<NatsBroker>(terms),
                                                        codec::Version::kV311);
}

std::unique_ptr<RigBroker> MakeRabbitMq(transport::Loop&, const UplinkRig::Terms& terms) {
  static const auto broker = std::make_shared<RabbitMqBroker>();
  return std::make_unique<RabbitMqRigBroker>(broker, terms);
}

}  // namespace sluice::test
