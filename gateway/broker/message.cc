#include "broker/message.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <new>

#include "base/status.h"
#include "codec/packet_reader.h"

namespace sluice::broker {
namespace {

std::chrono::seconds WaitedSince(MonotonicTime received, MonotonicTime now) {
  return std::chrono::duration_cast<std::chrono::seconds>(now - received);
}

// What a message keeps of its publish's properties; those of a will come out as those of a publish.
codec::Properties Forwarded(const codec::Publish& publish) {
  codec::Properties properties = publish.properties;
  properties.topic_alias.reset();
  properties.subscription_ids = {};
  return properties;
}

}  // namespace

size_t Message::size() const {
  return sizeof(Message) + topic_size_ + properties_size_ + payload_size_;
}

codec::Publish Message::View(MonotonicTime now) const {
  codec::Publish publish;
  publish.qos = qos_;
  publish.retain = retain_;
  publish.topic = topic();
  publish.payload = payload();
  if (properties_size_ > 0) {
    codec::PacketReader reader(properties());
    reader.ReadProperties(codec::PacketType::kPublish, &publish.properties);
    SLUICE_CHECK(reader.ok());
  }
  if (expires_) {
    const int64_t left = int64_t{expiry_seconds_} - WaitedSince(received_, now).count();
    publish.properties.message_expiry_interval =
        static_cast<uint32_t>(std::clamp<int64_t>(left, 0, expiry_seconds_));  // [MQTT-3.3.2-6]
  }
  return publish;
}

std::optional<MonotonicTime> Message::expiry() const {
  if (!expires_) return std::nullopt;
  return received_ + std::chrono::seconds(expiry_seconds_);
}

bool Message::ExpiredAt(MonotonicTime now) const {
  const auto at = expiry();
  return at && *at <= now;
}

void MessageRef::Drop() {
  if (message_ != nullptr && --message_->holders_ == 0) message_->pool_->Free(message_);
}

MessagePool::~MessagePool() { SLUICE_CHECK(bytes_ == 0); }

MessageRef MessagePool::Make(const codec::Publish& publish, MonotonicTime received,
                             SessionId publisher) {
  SLUICE_CHECK(publish.topic.size() <= codec::kMaxFieldBytes);
  const codec::Properties forwarded = Forwarded(publish);
  properties_.Clear();
  if (!forwarded.empty()) {
    codec::EncodeProperties(forwarded, codec::PacketType::kPublish, &properties_);
  }
  const size_t tail = publish.topic.size() + properties_.size() + publish.payload.size();
  auto* const message = new (::operator new(sizeof(Message) + tail)) Message();
  message->pool_ = this;
  message->received_ = received;
  message->publisher_ = publisher;
  message->qos_ = publish.qos;
  message->retain_ = publish.retain;
  message->expires_ = forwarded.message_expiry_interval.has_value();
  message->expiry_seconds_ = forwarded.message_expiry_interval.value_or(0);
  message->topic_size_ = static_cast<uint16_t>(publish.topic.size());
  message->properties_size_ = static_cast<uint32_t>(properties_.size());
  message->payload_size_ = static_cast<uint32_t>(publish.payload.size());
  auto* to = reinterpret_cast<uint8_t*>(message + 1);
  for (const ByteSpan part : {AsBytes(publish.topic), properties_.view(), publish.payload}) {
    if (!part.empty()) std::memcpy(to, part.data(), part.size());
    to += part.size();
  }
  bytes_ += message->size();
  return MessageRef(message);
}

void MessagePool::Free(Message* message) {
  bytes_ -= message->size();
  message->~Message();
  ::operator delete(message);
}

}  // namespace sluice::broker
