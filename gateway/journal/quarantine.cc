#include "journal/quarantine.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/log.h"
#include "journal/set_aside.h"

namespace sluice::journal {
namespace {

// The number in "<base>.<number>.seg"; nothing for a name that is not ours.
std::optional<uint64_t> NumberOf(std::string_view name) {
  const size_t dot = name.find('.');
  if (dot == std::string_view::npos) return {};
  if (!BaseOfSegmentName(std::string(name.substr(0, dot)) + ".seg")) return {};
  const char* const end = name.data() + name.size();
  uint64_t number = 0;
  const auto parsed = std::from_chars(name.data() + dot + 1, end, number);
  const std::string_view rest(parsed.ptr, static_cast<size_t>(end - parsed.ptr));
  if (parsed.ec != std::errc() || rest != ".seg") return {};
  return number;
}

}  // namespace

Quarantine::Quarantine(Env& env, const StreamPaths& paths, uint64_t max_bytes)
    : env_(env), paths_(paths), max_bytes_(max_bytes) {
  Look();
}

void Quarantine::Look() {
  const auto names = env_.List(paths_.quarantine);
  if (!names.ok()) return;
  for (const std::string& name : *names) {
    const std::optional<uint64_t> number = NumberOf(name);
    if (!number) continue;
    const std::string path = paths_.quarantine + "/" + name;
    const Result<uint64_t> size = env_.FileSize(path);
    entries_.push_back({*number, path, size.ok() ? *size : 0});
    bytes_ += entries_.back().bytes;
  }
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return a.number < b.number; });
}

Result<std::string> Quarantine::Keep(uint64_t base_offset) {
  const std::string segment = paths_.Segment(base_offset);
  if (max_bytes_ == 0) return segment;
  SLUICE_RETURN_IF_ERROR(MakeDirectory(env_, paths_.quarantine));
  const uint64_t number = entries_.empty() ? 0 : entries_.back().number + 1;
  const std::string path = fmt::format("{}/{:020}.{}.seg", paths_.quarantine, base_offset, number);
  const Result<uint64_t> size = env_.FileSize(segment);
  Status kept = env_.Link(segment, path);
  if (!kept.ok()) kept = env_.Rename(segment, path);
  if (!kept.ok()) return kept;
  entries_.push_back({number, path, size.ok() ? *size : 0});
  bytes_ += entries_.back().bytes;
  kept = env_.SyncDirectory(paths_.quarantine);
  if (kept.ok()) return path;
  TakeBack(base_offset);
  return kept;
}

void Quarantine::TakeBack(uint64_t base_offset) {
  if (entries_.empty()) return;
  const Entry last = entries_.back();
  const std::string segment = paths_.Segment(base_offset);
  const bool there = env_.Exists(segment);
  if (there && !IsStillIn(segment, last.path)) return;
  const Status undone = there ? env_.Remove(last.path) : env_.Rename(last.path, segment);
  if (!undone.ok()) LogWarn("journal: {}", undone.ToString());
  bytes_ -= last.bytes;
  entries_.pop_back();
}

// Whether both names are of one file. When it can't be found out, the copy stays.
bool Quarantine::IsStillIn(const std::string& segment, const std::string& kept) {
  const auto file = env_.OpenWritable(kept);
  if (!file.ok()) return false;
  const Result<bool> same = (*file)->IsAt(segment);
  return same.ok() && *same;
}

void Quarantine::Trim() {
  while (bytes_ > max_bytes_ && !entries_.empty()) RemoveOldest();
}

void Quarantine::RemoveOldest() {
  const Entry& oldest = entries_.front();
  const Status removed = env_.Remove(oldest.path);
  if (removed.ok()) {
    LogWarn("journal: {} is removed: what is kept of damaged segments is over max_quarantine, {}",
            oldest.path, max_bytes_);
    ++removed_;
  } else {
    LogWarn("journal: {}", removed.ToString());
  }
  bytes_ -= oldest.bytes;
  entries_.erase(entries_.begin());
}

}  // namespace sluice::journal
