#include "app/clock_watch.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

namespace sluice::app {
namespace {

constexpr Duration kInterval = std::chrono::seconds(1);
// Stops a data directory that is shared with something else from holding up the start.
constexpr int kMaxFiles = 100'000;

WallTime TimeOf(const std::filesystem::path& path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
  return WallTime(std::chrono::seconds(info.st_mtim.tv_sec) +
                  std::chrono::nanoseconds(info.st_mtim.tv_nsec));
}

uint64_t Appended(const journal::Journal& journal) {
  uint64_t appended = 0;
  for (const auto& stream : journal.streams()) appended += stream->next_offset();
  return appended;
}

}  // namespace

WallTime NewestFileTime(const std::string& data_dir) {
  WallTime newest{};
  std::error_code error;
  std::filesystem::recursive_directory_iterator file(data_dir, error);
  const std::filesystem::recursive_directory_iterator end;
  for (int left = kMaxFiles; !error && file != end && left > 0; file.increment(error), --left) {
    newest = std::max(newest, TimeOf(file->path()));
  }
  return newest;
}

ClockWatch::ClockWatch(ClockTrust::Options options, WallTime newest_stored, const Clock& clock,
                       Scheduler& scheduler, Metrics& metrics)
    : clock_(clock), trust_(clock, std::move(options), &metrics) {
  trust_.Saw(newest_stored);
  trust_.Check();
  timer_ = scheduler.NewTimer([this] { Look(); });
}

void ClockWatch::Start(const journal::Journal& journal) {
  journal_ = &journal;
  appended_ = Appended(journal);
  timer_.Start(kInterval);
}

void ClockWatch::Look() {
  const uint64_t appended = Appended(*journal_);
  trust_.Check();
  if (std::exchange(appended_, appended) != appended) trust_.Saw(clock_.WallNow());
  timer_.Start(kInterval);
}

}  // namespace sluice::app
