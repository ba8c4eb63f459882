#include "journal/stream_health.h"

#include <fmt/format.h>

namespace sluice::journal {
namespace {

constexpr uint64_t kNearlyFullPercent = 90, kRoomyPercent = 80;
// How long nobody must have been refused until the stream counts as taking again.
constexpr Duration kCalm = std::chrono::seconds(10);
constexpr Duration kLookInterval = std::chrono::seconds(1);

std::string Fill(const StreamHealth::Picture& p) {
  return fmt::format("{} bytes wait for its routes and there is room for {} more", p.used_bytes,
                     p.room_bytes);
}

constexpr char kWhatToDo[] =
    "see whether its uplinks acknowledge, or raise the bound: max_bytes of the stream or of "
    "[journal], or the free space above min_free";

}  // namespace

StreamHealth::StreamHealth(Health& health, const StreamOptions& options)
    : options_(options),
      full_(Add(health, "full")),
      dropping_(Add(health, "dropping")),
      evicting_(Add(health, "evicting")),
      nearly_full_(Add(health, "nearly_full")),
      damaged_(Add(health, "damaged")) {}

StreamHealth::ConditionPointer StreamHealth::Add(Health& health, const char* name) const {
  return health.Add("stream " + options_.name, name);
}

bool StreamHealth::is_calm(MonotonicTime now, MonotonicTime last) const {
  return now >= last + kCalm;
}

void StreamHealth::Look(MonotonicTime now, const Picture& picture) {
  // The first refusal is told at once.
  if (now < next_look_ && !(picture.refusing && !was_refusing_)) return;
  next_look_ = now + kLookInterval;
  const uint64_t most = picture.used_bytes + picture.room_bytes;
  percent_ = most == 0 ? 100 : picture.used_bytes * 100 / most;
  quarantined_ = picture.quarantined;
  LookAtFull(now, picture);
  LookAtDropped(now, picture);
  LookAtEvicted(now, picture);
  LookAtRoom(picture);
}

void StreamHealth::LookAtFull(MonotonicTime now, const Picture& picture) {
  was_refusing_ = picture.refusing;
  if (picture.refusing) {
    last_refused_ = now;
    full_->Raise(HealthState::kFailing,
                 "full, so publishers are refused or wait: " + Fill(picture) + "; " + kWhatToDo);
  } else if (is_calm(now, last_refused_)) {
    full_->Clear();
  }
}

void StreamHealth::LookAtDropped(MonotonicTime now, const Picture& picture) {
  if (picture.dropped_events != dropped_before_) {
    last_dropped_ = now;
    dropped_before_ = picture.dropped_events;
    dropping_->Raise(
        HealthState::kDegraded,
        fmt::format("full, so new events are dropped and leave a gap, {} since the start: {}; {}",
                    picture.dropped_events, Fill(picture), kWhatToDo));
  } else if (is_calm(now, last_dropped_)) {
    dropping_->Clear();
  }
}

// A stream without routes is a ring on purpose.
void StreamHealth::LookAtEvicted(MonotonicTime now, const Picture& picture) {
  if (picture.evicted_events != evicted_before_ && !options_.routes.empty()) {
    last_evicted_ = now;
    evicting_->Raise(
        HealthState::kDegraded,
        fmt::format("full, so events that a route has not passed are removed and leave a gap, {} "
                    "since the start: {}; {}",
                    picture.evicted_events, Fill(picture), kWhatToDo));
  } else if (is_calm(now, last_evicted_) && percent_ < kRoomyPercent) {
    evicting_->Clear();
  }
  evicted_before_ = picture.evicted_events;
}

void StreamHealth::LookAtRoom(const Picture& picture) {
  if (options_.routes.empty() && options_.on_full == OnFull::kDropOldest) return;
  if (percent_ >= kNearlyFullPercent) {
    nearly_full_->Raise(HealthState::kDegraded,
                        fmt::format("{} % full: {}; {}", percent_, Fill(picture), kWhatToDo));
  } else if (percent_ < kRoomyPercent) {
    nearly_full_->Clear();
  }
}

void StreamHealth::NoteQuarantine(size_t files, const std::string& directory) {
  saw_quarantine_ |= files > 0;
  if (files > 0) {
    damaged_->Raise(HealthState::kDegraded,
                    fmt::format("{} damaged files were set aside in {}; look at the medium, and "
                                "move them away to clear this",
                                files, directory));
  } else if (quarantined_ > 0 && !saw_quarantine_) {
    damaged_->Raise(HealthState::kDegraded,
                    fmt::format("{} segments were damaged since the start and could not be set "
                                "aside; look at the medium",
                                quarantined_));
  } else {
    damaged_->Clear();
  }
}

}  // namespace sluice::journal
