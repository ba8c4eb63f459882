#include "uplink_paho/uplink.h"

#include <utility>

#include "uplink_paho/client.h"
#include "uplink_paho/mailbox.h"
#include "uplink_paho/worker.h"

namespace sluice::uplink_paho {
namespace {

constexpr int kQos = 1;

mqtt::properties ToProperties(const forward::OutgoingMessage& message) {
  mqtt::properties properties;
  if (message.is_text) properties.add({mqtt::property::PAYLOAD_FORMAT_INDICATOR, 1});
  properties.add({mqtt::property::CONTENT_TYPE, std::string(message.content_type)});
  for (const forward::UserProperty& property : message.properties) {
    properties.add(
        {mqtt::property::USER_PROPERTY, std::string(property.name), std::string(property.value)});
  }
  return properties;
}

// Made on the loop thread, so that the payload is copied once.
mqtt::const_message_ptr ToPaho(const forward::OutgoingMessage& message, codec::Version version) {
  const mqtt::message_ptr paho = mqtt::make_message(
      std::string(message.topic), std::string(AsText(message.payload)), kQos, false);
  if (version == codec::Version::kV5) paho->set_properties(ToProperties(message));
  return paho;
}

}  // namespace

PahoUplink::PahoUplink(PahoOptions options, Executor& loop)
    : mailbox_(std::make_shared<PahoMailbox>(loop)), version_(options.version) {
  worker_ = std::make_unique<PahoWorker>(std::move(options), mailbox_);
}

PahoUplink::~PahoUplink() { mailbox_->SetListener(nullptr); }

void PahoUplink::SetListener(forward::UplinkListener* listener) { mailbox_->SetListener(listener); }

void PahoUplink::Connect() {
  worker_->Add({.kind = PahoWorker::Command::Kind::kConnect, .attempt = mailbox_->NewAttempt()});
}

void PahoUplink::Publish(uint32_t token, const forward::OutgoingMessage& message) {
  if (!mailbox_->connected()) return;
  worker_->Add({.kind = PahoWorker::Command::Kind::kPublish,
                .attempt = mailbox_->attempt(),
                .token = token,
                .message = ToPaho(message, version_)});
}

void PahoUplink::Disconnect() {
  mailbox_->NewAttempt();
  worker_->Add({.kind = PahoWorker::Command::Kind::kDisconnect});
}

}  // namespace sluice::uplink_paho
