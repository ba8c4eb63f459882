#include "transport/handshake_turns.h"

#include "base/status.h"

namespace sluice::transport {

HandshakeTurns::Item::~Item() {
  if (turns_ == nullptr) return;
  turns_->Update(source_, [this](Source& s) { s.waiting.erase(place_); });
}

void HandshakeTurns::Add(Item* item, const SourceAddress& source) {
  SLUICE_CHECK(item->turns_ == nullptr);
  item->turns_ = this;
  item->source_ = sources_.try_emplace(source).first;
  Update(item->source_, [&](Source& s) {
    item->place_ = s.waiting.insert(s.waiting.end(), item);
    s.latest = ++arrivals_;
  });
}

HandshakeTurns::Item* HandshakeTurns::Next() {
  const auto source = sources_.find(std::get<SourceAddress>(*order_.begin()));
  Item* item = nullptr;
  Update(source, [&](Source& s) {
    item = s.oldest_next ? s.waiting.front() : s.waiting.back();
    s.oldest_next = !s.oldest_next;
    s.waiting.erase(item->place_);
    ++s.debt;
  });
  item->turns_ = nullptr;
  return item;
}

void HandshakeTurns::Forgive(const SourceAddress& source) {
  const auto found = sources_.find(source);
  if (found != sources_.end()) Update(found, [](Source& s) { s.debt = 0; });
}

template <typename Change>
void HandshakeTurns::Update(Sources::iterator source, Change change) {
  Source& s = source->second;
  if (!s.waiting.empty()) order_.erase(RankOf(*source));
  if (s.is_idle) idle_.erase(s.idle);
  change(s);
  s.is_idle = s.waiting.empty();
  if (!s.is_idle) {
    order_.insert(RankOf(*source));
  } else {
    Settle(source);
  }
}

// None waits: only a debt is worth remembering, and not every one.
void HandshakeTurns::Settle(Sources::iterator source) {
  if (source->second.debt == 0) {
    sources_.erase(source);
    return;
  }
  source->second.idle = idle_.insert(idle_.end(), source->first);
  if (idle_.size() <= kMaxIdleSources) return;
  sources_.erase(idle_.front());
  idle_.pop_front();
}

void HandshakeTurns::CheckInvariants() const {
  for (const auto& source : sources_) {
    const auto& [address, s] = source;
    SLUICE_CHECK(s.is_idle == s.waiting.empty());
    SLUICE_CHECK(s.is_idle ? s.debt > 0 && *s.idle == address : order_.contains(RankOf(source)));
    for (const Item* item : s.waiting) {
      SLUICE_CHECK(item->turns_ == this && &*item->source_ == &source && *item->place_ == item);
    }
  }
  SLUICE_CHECK(sources_.size() == order_.size() + idle_.size());
  SLUICE_CHECK(idle_.size() <= kMaxIdleSources);
}

}  // namespace sluice::transport
