#include "transport/flush_queue.h"

namespace sluice::transport {

void FlushQueue::Link::Unlink() {
  previous->next = next;
  next->previous = previous;
  previous = next = this;
}

void FlushQueue::Link::InsertBefore(Link* position) {
  previous = position->previous;
  next = position;
  previous->next = this;
  position->previous = this;
}

void FlushQueue::Add(Item* item) {
  if (item->empty()) item->InsertBefore(&queued_);
}

bool FlushQueue::Run() {
  for (int round = 0; round < kMaxRounds && !queued_.empty(); ++round) RunRound();
  return !queued_.empty();
}

// Items added meanwhile go behind the mark and wait for the next round.
void FlushQueue::RunRound() {
  Link mark;
  mark.InsertBefore(&queued_);
  while (queued_.next != &mark) {
    auto* item = static_cast<Item*>(queued_.next);
    item->Unlink();
    item->OnIterationEnd();
  }
  mark.Unlink();
}

}  // namespace sluice::transport
