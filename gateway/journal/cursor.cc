#include "journal/cursor.h"

#include "base/status.h"

namespace sluice::journal {

Cursor::Cursor(std::string route, const Books& saved, JournalShared* shared)
    : route_(std::move(route)), books_(saved), shared_(shared), wanted_(saved) {}

void Cursor::Advance(const Books& delta) {
  if (delta.Passed() == 0) return;
  books_.acknowledged += delta.acknowledged;
  books_.dead_lettered += delta.dead_lettered;
  books_.expired += delta.expired;
  books_.evicted += delta.evicted;
  Changed();
}

void Cursor::SetBack(uint64_t offset) {
  SLUICE_CHECK(offset <= books_.Cursor());
  books_ = {.origin = offset};
  Changed();
}

std::optional<Books> Cursor::TakeChanged() {
  const MutexLock lock(shared_->mutex);
  if (!dirty_) return {};
  dirty_ = false;
  return wanted_;
}

void Cursor::SaveFailed() {
  const MutexLock lock(shared_->mutex);
  dirty_ = true;
}

void Cursor::Changed() {
  bool notify = false;
  {
    const MutexLock lock(shared_->mutex);
    wanted_ = books_;
    // Only the first change since the last save has to wake anybody.
    if (!dirty_) notify = shared_->NoteWork(false);
    dirty_ = true;
  }
  if (notify) shared_->wake.NotifyOne();
}

}  // namespace sluice::journal
