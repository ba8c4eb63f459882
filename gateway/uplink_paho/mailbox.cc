#include "uplink_paho/mailbox.h"

#include <utility>

namespace sluice::uplink_paho {

void PahoMailbox::Put(Letter letter) {
  bool first = false;
  {
    const MutexLock lock(mutex_);
    first = letters_.empty();
    letters_.push_back(std::move(letter));
  }
  if (first) loop_.Post([self = shared_from_this()] { self->Deliver(); });
}

void PahoMailbox::Deliver() {
  {
    const MutexLock lock(mutex_);
    opened_.swap(letters_);
  }
  for (const Letter& letter : opened_) {
    if (letter.attempt == attempt_ && listener_ != nullptr) Tell(letter);
  }
  opened_.clear();
}

void PahoMailbox::Tell(const Letter& letter) {
  switch (letter.kind) {
    case Letter::Kind::kConnected:
      connected_ = true;
      return listener_->OnConnected(letter.limits);
    case Letter::Kind::kDisconnected:
      NewAttempt();  // one end for each
      return listener_->OnDisconnected(letter.text);
    case Letter::Kind::kAcknowledged:
      return listener_->OnAcknowledged(letter.token);
    case Letter::Kind::kRefused:
      return listener_->OnRefused(letter.token, letter.refusal);
  }
}

}  // namespace sluice::uplink_paho
