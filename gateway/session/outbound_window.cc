#include "session/outbound_window.h"

#include <algorithm>

#include "base/status.h"

namespace sluice::session {
namespace {

// A slot that is free keeps no more than this, so that one large message does not stay with us.
constexpr size_t kKeptFrameBytes = 1024;

}  // namespace

OutboundMessage& OutboundWindow::Append(codec::Qos qos, MonotonicTime now) {
  const uint16_t packet_id = NextPacketId();
  if (used_ == slots_.size()) slots_.emplace_back();
  OutboundMessage& message = slots_[used_++];
  message.packet_id = packet_id;
  message.qos = qos;
  message.stage = OutboundStage::kPublished;
  message.tag = 0;
  message.accepted_at = now;
  return message;
}

OutboundMessage* OutboundWindow::Find(uint16_t packet_id) {
  for (OutboundMessage& message : std::span(slots_).first(used_)) {
    if (message.packet_id == packet_id) return &message;
  }
  return nullptr;
}

void OutboundWindow::Release(OutboundMessage* message) {
  bytes_ -= message->frame.size();
  DropFrame(message);
  message->stage = OutboundStage::kReleased;
}

void OutboundWindow::Erase(OutboundMessage* message) {
  const auto at = message - slots_.data();
  bytes_ -= message->frame.size();
  DropFrame(message);
  if (static_cast<size_t>(at) < sent_) --sent_;
  // The slot goes behind the last one that is used; the order of the others stays.
  std::rotate(slots_.begin() + at, slots_.begin() + at + 1,
              slots_.begin() + static_cast<std::ptrdiff_t>(used_));
  --used_;
}

void OutboundWindow::Clear() {
  slots_.clear();
  used_ = sent_ = bytes_ = 0;
}

size_t OutboundWindow::MemoryBytes() const {
  size_t total = slots_.capacity() * sizeof(OutboundMessage);
  for (const OutboundMessage& message : slots_) total += message.frame.capacity();
  return total;
}

void OutboundWindow::DropFrame(OutboundMessage* message) {
  if (message->frame.capacity() > kKeptFrameBytes) {
    message->frame.Release();
  } else {
    message->frame.Clear();
  }
}

// Identifiers go round, so that a late acknowledgement does not meet a new message soon
// [MQTT-2.2.1-4].
uint16_t OutboundWindow::NextPacketId() {
  SLUICE_CHECK(used_ < 65'535);
  do {
    ++last_packet_id_;
  } while (last_packet_id_ == 0 || Find(last_packet_id_) != nullptr);
  return last_packet_id_;
}

void OutboundWindow::CheckInvariants() const {
  size_t bytes = 0;
  for (size_t i = 0; i < used_; ++i) {
    const OutboundMessage& message = slots_[i];
    bytes += message.frame.size();
    SLUICE_CHECK(message.packet_id != 0);
    SLUICE_CHECK(message.frame.empty() == (message.stage == OutboundStage::kReleased));
    SLUICE_CHECK(message.stage == OutboundStage::kPublished ||
                 message.qos == codec::Qos::kExactlyOnce);
    for (size_t j = 0; j < i; ++j) SLUICE_CHECK(slots_[j].packet_id != message.packet_id);
  }
  SLUICE_CHECK(bytes == bytes_);
  SLUICE_CHECK(sent_ <= used_ && used_ <= slots_.size());
}

}  // namespace sluice::session
