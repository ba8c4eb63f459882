#include "uplink_paho/mailbox.h"

#include <utility>

namespace sluice::uplink_paho {

void PahoMailbox::Put(Event event) {
  bool first = false;
  {
    const MutexLock lock(mutex_);
    first = events_.empty();
    events_.push_back(std::move(event));
  }
  if (first) loop_.Post([self = shared_from_this()] { self->Deliver(); });
}

void PahoMailbox::Deliver() {
  {
    const MutexLock lock(mutex_);
    opened_.swap(events_);
  }
  for (const Event& event : opened_) {
    if (event.attempt == attempt_ && listener_ != nullptr) Tell(event);
  }
  opened_.clear();
}

void PahoMailbox::Tell(const Event& event) {
  switch (event.kind) {
    case Event::Kind::kConnected:
      connected_ = true;
      return listener_->OnConnected(event.limits);
    case Event::Kind::kDisconnected:
      NewAttempt();  // one end for each
      return listener_->OnDisconnected(event.end);
    case Event::Kind::kAcknowledged:
      return listener_->OnAcknowledged(event.token);
    case Event::Kind::kRefused:
      return listener_->OnRefused(event.token, event.refusal);
  }
}

}  // namespace sluice::uplink_paho
