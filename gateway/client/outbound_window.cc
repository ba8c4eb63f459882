#include "client/outbound_window.h"

#include <algorithm>
#include <bit>

#include "base/status.h"

namespace sluice::client {

// One slot more than can be occupied: in the largest window slot 0 belongs to no identifier.
OutboundWindow::OutboundWindow(uint16_t max_publishes)
    : slots_(std::bit_ceil(std::min(max_publishes + kMaxRequests, kMaxIds) + 1)),
      max_publishes_(max_publishes) {}

void OutboundWindow::LimitPublishes(size_t most) {
  max_publishes_ = std::min(max_publishes_, most);
}

Exchange& OutboundWindow::Add(Exchange::Kind kind, uint32_t token, MonotonicTime now) {
  const uint16_t packet_id = NextPacketId();
  const uint32_t slot = SlotOf(packet_id);
  Exchange& exchange = slots_[slot];
  exchange = {.packet_id = packet_id,
              .kind = kind,
              .token = token,
              .sent_at = now,
              .older = newest_,
              .newer = kNone};
  (newest_ == kNone ? oldest_ : slots_[newest_].newer) = slot;
  newest_ = slot;
  ++used_;
  if (exchange.is_publish()) ++publishes_;
  return exchange;
}

Exchange* OutboundWindow::Find(uint16_t packet_id) {
  Exchange& exchange = slots_[SlotOf(packet_id)];
  return packet_id != 0 && exchange.packet_id == packet_id ? &exchange : nullptr;
}

void OutboundWindow::Erase(Exchange* exchange) {
  (exchange->older == kNone ? oldest_ : slots_[exchange->older].newer) = exchange->newer;
  (exchange->newer == kNone ? newest_ : slots_[exchange->newer].older) = exchange->older;
  --used_;
  if (exchange->is_publish()) --publishes_;
  exchange->packet_id = 0;
}

uint16_t OutboundWindow::NextPacketId() {
  SLUICE_CHECK(used_ < kMaxIds);
  do {
    ++last_packet_id_;
  } while (last_packet_id_ == 0 || slots_[SlotOf(last_packet_id_)].packet_id != 0);
  return last_packet_id_;
}

void OutboundWindow::CheckInvariants() const {
  size_t used = 0, publishes = 0;
  uint32_t before = kNone;
  for (uint32_t slot = oldest_; slot != kNone; before = slot, slot = slots_[slot].newer) {
    const Exchange& exchange = slots_[slot];
    SLUICE_CHECK(exchange.packet_id != 0 && SlotOf(exchange.packet_id) == slot);
    SLUICE_CHECK(exchange.older == before);
    SLUICE_CHECK(before == kNone || slots_[before].sent_at <= exchange.sent_at);
    ++used;
    if (exchange.is_publish()) ++publishes;
  }
  SLUICE_CHECK(before == newest_);
  SLUICE_CHECK(used == used_ && publishes == publishes_);
  SLUICE_CHECK(used_ < slots_.size());
}

}  // namespace sluice::client
