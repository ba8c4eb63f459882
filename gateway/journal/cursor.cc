#include "journal/cursor.h"

#include <algorithm>

#include "base/status.h"

namespace sluice::journal {

Cursor::Cursor(std::string route, const Books& saved, JournalShared* shared, uint64_t difference)
    : route_(std::move(route)),
      books_difference_(difference),
      books_(saved),
      shared_(shared),
      wanted_(saved) {}

Books Cursor::saved() const {
  const MutexLock lock(shared_->mutex);
  return saved_;
}

void Cursor::Saved(const Books& books) {
  const MutexLock lock(shared_->mutex);
  saved_ = books;
}

void Cursor::Advance(const Books& delta) {
  if (delta.Passed() == 0) return;
  books_.acknowledged += delta.acknowledged;
  books_.dead_lettered += delta.dead_lettered;
  books_.expired += delta.expired;
  books_.evicted += delta.evicted;
  Changed();
}

void Cursor::Hold(uint64_t offset) {
  const MutexLock lock(shared_->mutex);
  held_from_.store(std::min(offset, held_from_.load()));
  will_set_back_ = true;
}

void Cursor::SetBack(uint64_t offset) {
  SLUICE_CHECK(offset <= books_.Cursor());
  const uint64_t cursor = books_.Cursor();
  books_.replay_end = books_.Reached();
  books_.replayed += cursor - offset;
  Changed(offset);
}

std::optional<Books> Cursor::TakeChanged() {
  const MutexLock lock(shared_->mutex);
  if (!dirty_) return {};
  taken_hold_ = will_set_back_ ? UINT64_MAX : held_from_.load();
  dirty_ = false;
  return wanted_;
}

void Cursor::SaveFailed() {
  const MutexLock lock(shared_->mutex);
  dirty_ = true;
}

void Cursor::Changed(uint64_t hold) {
  bool notify = false;
  {
    const MutexLock lock(shared_->mutex);
    wanted_ = books_;
    held_from_.store(std::min(hold, held_from_.load()));
    if (hold != UINT64_MAX) will_set_back_ = false;
    // Only the first change since the last save has to wake anybody.
    if (!dirty_) notify = shared_->NoteWork(false);
    dirty_ = true;
  }
  if (notify) shared_->wake.NotifyOne();
}

}  // namespace sluice::journal
