#include "base/status.h"
#include "forward/route.h"

namespace sluice::forward {

void Route::CheckInvariants() const {
  window_.CheckInvariants();
  SLUICE_CHECK(books().Cursor() <= source_.ReadableEnd());
  SLUICE_CHECK(up_ || window_.unsettled() == 0);
  if (mode_ == Mode::kStopped) return SLUICE_CHECK(window_.empty() && builder_.empty());
  SLUICE_CHECK(window_.empty() || window_.front().first == books().Cursor());
  if (mode_ == Mode::kBurying || mode_ == Mode::kTelling) return CheckBurial();
  if (mode_ != Mode::kStreaming) return;
  // Window, batch and what is read next follow each other without a hole.
  const uint64_t sent = window_.empty() ? books().Cursor() : window_.back().end;
  SLUICE_CHECK(builder_.empty() || builder_.contents().first == sent);
  SLUICE_CHECK(reader_.position() == (builder_.empty() ? sent : builder_.contents().end));
  SLUICE_CHECK(!(probing_ || narrowing_.alone()) || window_.size() <= 1);
}

// Only the first publish is buried, and consumers are told of each offset of it, in order.
void Route::CheckBurial() const {
  SLUICE_CHECK(!window_.empty());
  SLUICE_CHECK(mode_ == Mode::kTelling || window_.front().refusal.permanent);
  uint64_t next = window_.front().first;
  for (const Untold& untold : untold_) {
    SLUICE_CHECK(untold.gap.first == next);
    next = untold.gap.last + 1;
  }
  SLUICE_CHECK(next <= window_.front().end);
  SLUICE_CHECK(mode_ == Mode::kBurying || next == window_.front().end);
}

}  // namespace sluice::forward
