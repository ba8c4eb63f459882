#include "forward/window.h"

#include "base/status.h"

namespace sluice::forward {

void Window::Push(const InFlight& publish) {
  SLUICE_CHECK(!full());
  SLUICE_CHECK(publish.events + publish.expired + publish.evicted == publish.end - publish.first);
  SLUICE_CHECK(empty() || back().end == publish.first);
  ring_.Push(publish);
  bytes_ += publish.bytes;
  if (publish.outcome == InFlight::Outcome::kPending) ++unsettled_;
}

void Window::Forget(const InFlight& publish) {
  bytes_ -= publish.bytes;
  if (publish.outcome == InFlight::Outcome::kPending) --unsettled_;
}

void Window::PopFront() {
  Forget(front());
  ring_.Pop();
  head_sequence_ = Wrap(head_sequence_ + 1);
}

void Window::ReopenFront(MonotonicTime sent_at) {
  SLUICE_CHECK(!empty() && front().outcome != InFlight::Outcome::kPending);
  front().outcome = InFlight::Outcome::kPending;
  front().sent_at = sent_at;
  ++unsettled_;
}

void Window::Clear() {
  head_sequence_ = next_sequence();
  DropFrom(0);
}

void Window::DropFrom(size_t i) {
  while (size() > i) {
    Forget(back());
    ring_.PopBack();
  }
}

void Window::DropFromFirstPending() {
  size_t i = 0;
  while (i < size() && ring_[i].outcome != InFlight::Outcome::kPending) ++i;
  DropFrom(i);
}

InFlight* Window::FindPending(uint32_t sequence) {
  const uint32_t i = Wrap(sequence - head_sequence_);
  if (i >= size()) return nullptr;
  InFlight& publish = ring_[i];
  return publish.outcome == InFlight::Outcome::kPending ? &publish : nullptr;
}

const InFlight* Window::OldestPending() const {
  for (size_t i = 0; unsettled_ > 0 && i < size(); ++i) {
    if (ring_[i].outcome == InFlight::Outcome::kPending) return &ring_[i];
  }
  return nullptr;
}

void Window::SettleAcknowledged(InFlight* publish) {
  Settle(publish, InFlight::Outcome::kAcknowledged);
}

void Window::SettleRefused(InFlight* publish, const Refusal& refusal) {
  publish->refusal = refusal;
  Settle(publish, InFlight::Outcome::kRefused);
}

void Window::Settle(InFlight* publish, InFlight::Outcome outcome) {
  publish->outcome = outcome;
  --unsettled_;
}

void Window::CheckInvariants() const {
  SLUICE_CHECK(size() <= capacity_ && head_sequence_ <= kSequenceMask);
  size_t bytes = 0;
  size_t unsettled = 0;
  for (size_t i = 0; i < size(); ++i) {
    const InFlight& publish = ring_[i];
    const uint64_t counted = publish.events + publish.expired + publish.evicted;
    const uint64_t left = publish.end - publish.first;
    SLUICE_CHECK(publish.first < publish.end && (i == 0 ? left <= counted : left == counted));
    SLUICE_CHECK(i == 0 || ring_[i - 1].end == publish.first);
    bytes += publish.bytes;
    if (publish.outcome == InFlight::Outcome::kPending) ++unsettled;
  }
  SLUICE_CHECK(bytes == bytes_ && unsettled == unsettled_);
}

}  // namespace sluice::forward
