#include "ingest/silence_watch.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "base/log.h"
#include "base/rfc3339.h"

namespace sluice::ingest {

SilenceWatch::SilenceWatch(SilenceOptions options, const Parts& parts)
    : options_(std::move(options)),
      parts_(parts),
      watched_gauge_(parts.metrics.AddGauge(
          "sluice_silence_watched", "Devices whose profile says how long they may be silent.")),
      silent_gauge_(
          parts.metrics.AddGauge("sluice_silence_silent",
                                 "Devices that are silent for longer than their profile allows.")),
      fell_silent_(parts.metrics.AddCounter("sluice_silence_total",
                                            "Times that a device fell silent for too long.")),
      unwatched_(parts.metrics.AddCounter(
          "sluice_silence_unwatched_total",
          "Messages of devices that are not watched because limits.watched_devices are.")),
      timer_(parts.scheduler.NewTimer([this] { Tick(); })) {}

SilenceWatch::Profile& SilenceWatch::ProfileOf(std::string_view name, Duration allowed) {
  const auto found = profiles_.find(name);
  if (found != profiles_.end()) return found->second;
  return profiles_.emplace(name, Profile{std::string(name), allowed, {}, {}}).first->second;
}

void SilenceWatch::Heard(journal::Stream& stream, std::string_view profile_name, Duration allowed,
                         std::string_view device) {
  if (stopped_) return;
  Profile& profile = ProfileOf(profile_name, allowed);
  const auto found = profile.index.find(device);
  if (found == profile.index.end()) return Watch(stream, profile, device);
  Entry& entry = *found->second;
  if (entry.is_silent) return Wake(profile, found->second);
  entry.heard = parts_.scheduler.Now();
  entry.heard_wall = parts_.clock.WallNow();
  entry.stream = &stream;
  profile.awake.splice(profile.awake.end(), profile.awake, found->second);
}

void SilenceWatch::Stop() {
  stopped_ = true;
  timer_.Stop();
}

void SilenceWatch::Watch(journal::Stream& stream, Profile& profile, std::string_view device) {
  if (devices_ >= options_.max_devices && !MakeRoom()) {
    unwatched_.Add();
    if (!log_limit_.Allows(parts_.scheduler.Now())) return;
    return LogWarn("device {} is not watched for silence: limits.watched_devices is {}; raise it{}",
                   Printable(device), options_.max_devices, log_limit_.LeftOut());
  }
  profile.awake.push_back({.device = std::string(device),
                           .profile = &profile,
                           .stream = &stream,
                           .heard = parts_.scheduler.Now(),
                           .heard_wall = parts_.clock.WallNow()});
  profile.index.emplace(device, std::prev(profile.awake.end()));
  ++devices_;
  Count();
  ArmFor(profile);
}

// Forgets the device that has been silent for longest; false if none is.
bool SilenceWatch::MakeRoom() {
  if (silent_.empty()) return false;
  silent_.front().profile->index.erase(silent_.front().device);
  silent_.pop_front();
  --devices_;
  return true;
}

void SilenceWatch::Wake(Profile& profile, Entries::iterator entry) {
  const MonotonicTime now = parts_.scheduler.Now();
  const Duration silence = now - entry->heard;
  entry->heard = now;
  entry->heard_wall = parts_.clock.WallNow();
  entry->is_silent = false;
  profile.awake.splice(profile.awake.end(), silent_, entry);
  Count();
  if (!Tell(*entry, "device.back.v1", schema::Severity::kInfo, silence)) {
    entry->owes_back = true;
    entry->silence = silence;
    owed_.push_back(&*entry);
  }
  ArmFor(profile);
}

void SilenceWatch::Tick() {
  bool is_done = FlushOwed();
  for (auto& [name, profile] : profiles_) is_done = TakeOverdue(profile) && is_done;
  Count();
  is_done ? Arm() : StartTimer(kInterval);
}

// False: not all of them were told; the rest later.
bool SilenceWatch::FlushOwed() {
  for (size_t i = 0; i < kMostAtOnce && !owed_.empty(); ++i) {
    Entry& entry = *owed_.front();
    if (!Tell(entry, "device.back.v1", schema::Severity::kInfo, entry.silence)) return false;
    entry.owes_back = false;
    owed_.pop_front();
  }
  return owed_.empty();
}

bool SilenceWatch::TakeOverdue(Profile& profile) {
  const MonotonicTime now = parts_.scheduler.Now();
  for (size_t i = 0; i < kMostAtOnce; ++i) {
    if (profile.awake.empty()) return true;
    Entry& entry = profile.awake.front();
    const Duration silence = now - entry.heard;
    if (silence < profile.allowed) return true;
    if (entry.owes_back) return false;  // first that it was back
    if (!Tell(entry, "device.silent.v1", schema::Severity::kWarning, silence)) return false;
    entry.is_silent = true;
    fell_silent_.Add();
    silent_.splice(silent_.end(), profile.awake, profile.awake.begin());
  }
  return false;
}

bool SilenceWatch::Tell(const Entry& entry, std::string_view type, schema::Severity severity,
                        Duration silence) {
  const WallTime now = parts_.clock.WallNow();
  std::string last_heard;
  AppendRfc3339Millis(entry.heard_wall, &last_heard);
  builder_.Start();
  builder_.AddReading(
      {.name = "silent_for", .value = std::chrono::duration<double>(silence).count(), .unit = "s"});
  if (severity == schema::Severity::kWarning) builder_.AddAttribute("last_heard", last_heard);
  const ByteSpan event =
      builder_.Finish({.type = type,
                       .gateway = options_.gateway,
                       .stream = entry.stream->name(),
                       .offset = entry.stream->next_offset(),
                       .device = entry.device,
                       .time = now,
                       .time_source = parts_.clock.WallIsSet() ? schema::TimeSource::kGateway
                                                               : schema::TimeSource::kGatewayUnset,
                       .received = now,
                       .profile = entry.profile->name,
                       .severity = severity});
  const journal::AppendVerdict verdict = entry.stream->Append(event, now).verdict;
  return verdict != journal::AppendVerdict::kFull && verdict != journal::AppendVerdict::kBusy;
}

void SilenceWatch::StartTimer(Duration after) {
  due_ = parts_.scheduler.Now() + after;
  timer_.Start(after);
}

// After a device of the profile has joined those that are awake: its time may come before that of
// all others.
void SilenceWatch::ArmFor(const Profile& profile) {
  if (!timer_.active() || parts_.scheduler.Now() + profile.allowed < due_) Arm();
}

// For the device whose time comes next; not more often than once in kInterval.
void SilenceWatch::Arm() {
  const MonotonicTime now = parts_.scheduler.Now();
  std::optional<Duration> next;
  for (const auto& [name, profile] : profiles_) {
    if (profile.awake.empty()) continue;
    const Duration left = profile.awake.front().heard + profile.allowed - now;
    next = std::min(next.value_or(left), left);
  }
  if (!owed_.empty()) next = kInterval;
  if (next) StartTimer(std::max(*next, kInterval));
}

void SilenceWatch::Count() {
  watched_gauge_.Set(static_cast<int64_t>(devices_));
  silent_gauge_.Set(static_cast<int64_t>(silent_.size()));
}

std::vector<SilenceWatch::Silent> SilenceWatch::LongestSilent(size_t most) const {
  const MonotonicTime now = parts_.scheduler.Now();
  std::vector<Silent> found;
  for (const Entry& entry : silent_) {
    if (found.size() == most) break;
    found.push_back({entry.device, entry.profile->name, now - entry.heard});
  }
  return found;
}

}  // namespace sluice::ingest
