#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "base/byte_buffer.h"
#include "base/clock.h"
#include "broker/subscription.h"
#include "codec/publish.h"

namespace sluice::broker {

class MessagePool;

// An application message that has to wait: in queues, as retained message, as will. Immutable, in
// one allocation with its bytes, shared by all who hold it through MessageRef. Loop thread only,
// which is why the count of holders is no atomic.
class Message {
 public:
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;

  std::string_view topic() const { return AsText({bytes(), topic_size_}); }
  bool has_payload() const { return payload_size_ > 0; }
  ByteSpan payload() const { return {bytes() + topic_size_ + properties_size_, payload_size_}; }
  // Encoded, with their length in front; empty: none.
  ByteSpan properties() const { return {bytes() + topic_size_, properties_size_}; }
  codec::Qos qos() const { return qos_; }
  SessionId publisher() const { return publisher_; }
  MonotonicTime received() const { return received_; }
  // Allocated bytes.
  size_t size() const;

  // The message as a packet to be sent at `now`: what is left of its expiry interval
  // [MQTT-3.3.2-6], RETAIN as published. The views live as long as the message.
  codec::Publish View(MonotonicTime now) const;
  bool ExpiredAt(MonotonicTime now) const;
  // Nothing: never.
  std::optional<MonotonicTime> expiry() const;

 private:
  friend class MessagePool;
  friend class MessageRef;

  Message() = default;
  const uint8_t* bytes() const { return reinterpret_cast<const uint8_t*>(this + 1); }

  MessagePool* pool_ = nullptr;
  MonotonicTime received_;
  uint32_t holders_ = 0;
  uint32_t payload_size_ = 0;
  uint32_t properties_size_ = 0;  // encoded, with their length in front
  uint32_t expiry_seconds_ = 0;
  SessionId publisher_;
  uint16_t topic_size_ = 0;
  codec::Qos qos_ = codec::Qos::kAtMostOnce;
  bool retain_ = false;
  bool expires_ = false;
};

// Holds a message, or none.
class MessageRef {
 public:
  MessageRef() = default;
  explicit MessageRef(Message* message) : message_(message) { ++message_->holders_; }
  MessageRef(const MessageRef& other) : message_(other.message_) {
    if (message_ != nullptr) ++message_->holders_;
  }
  MessageRef(MessageRef&& other) noexcept : message_(std::exchange(other.message_, nullptr)) {}
  MessageRef& operator=(MessageRef other) noexcept {
    std::swap(message_, other.message_);
    return *this;
  }
  ~MessageRef() { Drop(); }

  const Message& operator*() const { return *message_; }
  const Message* operator->() const { return message_; }
  explicit operator bool() const { return message_ != nullptr; }

 private:
  void Drop();

  Message* message_ = nullptr;
};

// Makes messages and knows how many bytes they hold together. Outlives them.
class MessagePool {
 public:
  MessagePool() = default;
  ~MessagePool();
  MessagePool(const MessagePool&) = delete;
  MessagePool& operator=(const MessagePool&) = delete;

  // Copies a publish, or a will as one; packet id, DUP, topic alias and subscription ids are not
  // kept.
  MessageRef Make(const codec::Publish& publish, MonotonicTime received, SessionId publisher);

  size_t bytes() const { return bytes_; }

 private:
  friend class MessageRef;
  void Free(Message* message);

  ByteBuffer properties_;  // scratch
  size_t bytes_ = 0;
};

}  // namespace sluice::broker
