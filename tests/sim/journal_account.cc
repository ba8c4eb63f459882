#include "sim/journal_account.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "sim/block_chain.h"
#include "sim/letters.h"

namespace sluice::sim {
namespace {

// FORMAT.md, "Segment header" and "Record".
constexpr size_t kHeader = 64;
constexpr size_t kRecord = 32;
constexpr uint32_t kMaxPayload = 16 << 20;
constexpr size_t kPage = 4096;
enum Kind : uint8_t { kEvent = 1, kGap = 2, kBatch = 3, kBlock = kBlockRecord };

template <typename T>
T At(std::string_view bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

bool HasSoundHeader(std::string_view bytes) {
  return bytes.size() >= kHeader && bytes.starts_with("SLSG") &&
         At<uint64_t>(bytes, 56) == XXH3_64bits(bytes.data(), 56);
}

struct Segment {
  uint64_t base = 0;
  std::string bytes;
};

// A page that can't be read is zeros here, which is no record.
std::string ReadAll(const Env& medium, const std::string& path) {
  const auto size = medium.FileSize(path);
  const auto file = medium.OpenReadable(path);
  if (!size.ok() || !file.ok()) return {};
  std::string bytes(*size, '\0');
  auto* const to = reinterpret_cast<uint8_t*>(bytes.data());
  if ((*file)->ReadAt(0, bytes.size(), to).ok()) return bytes;
  for (size_t at = 0; at < bytes.size(); at += kPage) {
    const size_t wanted = std::min(kPage, bytes.size() - at);
    if (!(*file)->ReadAt(at, wanted, to + at).ok()) std::memset(to + at, 0, wanted);
  }
  return bytes;
}

std::vector<Segment> ReadSegments(const Env& medium, const std::string& directory) {
  std::vector<Segment> segments;
  const auto names = medium.List(directory);
  if (!names.ok()) return segments;
  for (const std::string& name : *names) {
    constexpr size_t kDigits = 20;
    if (name.size() != kDigits + 4 || !name.ends_with(".seg")) continue;
    segments.push_back({std::stoull(name.substr(0, kDigits)),
                        ReadAll(medium, fmt::format("{}/{}", directory, name))});
  }
  return segments;  // by base, as names are sorted
}

// What a stream's state says; zeros: it says nothing.
struct State {
  uint64_t id = 0;
  uint64_t floor = 0;
};

// FORMAT.md, "Slot file": the newer sound slot counts.
State ReadState(std::string_view slots) {
  constexpr size_t kSlot = 32, kFloor = 8;
  State state;
  uint64_t newest = 0;
  for (const size_t at : {size_t{0}, kPage}) {
    if (slots.size() < at + kSlot || slots.substr(at + 8, 4) != "SLSL") continue;
    const auto length = At<uint32_t>(slots, at + 12);
    if (length != kFloor || slots.size() < at + kSlot + length) continue;
    if (At<uint64_t>(slots, at) != XXH3_64bits(&slots[at + 8], kSlot - 8 + length)) continue;
    if (At<uint64_t>(slots, at + 16) < newest) continue;
    newest = At<uint64_t>(slots, at + 16);
    state = {At<uint64_t>(slots, at + 24), At<uint64_t>(slots, at + kSlot)};
  }
  return state;
}

// One stream's files, from the first record to the last.
class StreamReader {
 public:
  StreamReader(std::string name, const State& state, std::vector<Segment> segments)
      : segments_(std::move(segments)),
        id_(state.id),
        floor_(state.floor),
        holds_letters_(name == "dead-letters") {
    stream_.name = std::move(name);
  }

  StoredStream Read() {
    if (segments_.empty()) {
      stream_.first = stream_.end = floor_;
      return std::move(stream_);
    }
    stream_.first = stream_.end = segments_.front().base;
    FindStreamId();
    RemoveLeftovers();
    for (size_t i = 0; i < segments_.size(); ++i) {
      const bool is_last = i + 1 == segments_.size();
      ReadSegment(segments_[i], is_last ? UINT64_MAX : segments_[i + 1].base);
    }
    SkipTo(floor_, "corrupt");  // it was committed, whatever the last segment holds of it
    return std::move(stream_);
  }

 private:
  // Every sound header names it, too.
  void FindStreamId() {
    if (id_ != 0) return;
    for (const Segment& segment : segments_) {
      if (!HasSoundHeader(segment.bytes)) continue;
      id_ = At<uint64_t>(segment.bytes, 8);
      return;
    }
  }

  // Files that a gap segment before them covers are to be removed, "Replacing a segment".
  void RemoveLeftovers() {
    uint64_t covered = 0;
    std::erase_if(segments_, [&](const Segment& segment) {
      if (segment.base < covered) return true;
      if (HasSoundHeader(segment.bytes)) covered = At<uint64_t>(segment.bytes, 24);
      return false;
    });
  }

  void ReadSegment(const Segment& segment, uint64_t limit) {
    SkipTo(std::min(segment.base, limit), "missing");
    const std::string_view bytes = segment.bytes;
    chain_ = {};
    for (size_t at = kHeader; at + kRecord <= bytes.size();) {
      const auto size = SizeOfRecord(bytes, at);
      const bool taken = size && Take(bytes.substr(at, *size), limit);
      at += taken ? *size : 8;
    }
    // Of a segment that is nothing but a gap the header says the end as well.
    if (HasSoundHeader(bytes)) SkipTo(std::min(At<uint64_t>(bytes, 24), limit), "corrupt");
    if (limit != UINT64_MAX) SkipTo(limit, "corrupt");
  }

  // With its padding; none: there is no sound record.
  std::optional<size_t> SizeOfRecord(std::string_view bytes, size_t at) const {
    const auto length = At<uint32_t>(bytes, at + 8);
    const auto kind = At<uint8_t>(bytes, at + 12);
    if (kind < kEvent || kind > kBlock || length > kMaxPayload) return {};
    const size_t whole = kRecord + (length + 7) / 8 * 8;
    if (at + kRecord + length > bytes.size()) return {};
    const uint64_t sum = XXH3_64bits(bytes.data() + at + 8, kRecord - 8 + length) ^ id_;
    if (At<uint64_t>(bytes, at) != sum) return {};
    return whole;
  }

  // False for a block that can't be unpacked: it is no sound record.
  bool Take(std::string_view record, uint64_t limit) {
    const auto kind = At<uint8_t>(record, 12);
    auto offset = At<uint64_t>(record, 16);
    const std::string_view payload = record.substr(kRecord, At<uint32_t>(record, 8));
    if (kind == kBatch || offset < stream_.end || offset >= limit) return true;
    if (kind == kBlock) {
      const auto payloads = chain_.Unpack(record);
      if (!payloads) return false;
      for (const std::string_view one : *payloads) {
        if (offset < limit) TakeEvent(offset++, one);
      }
      return true;
    }
    if (kind == kEvent) {
      TakeEvent(offset, payload);
    } else {
      SkipTo(offset, "corrupt");
      Skip(std::min(At<uint64_t>(payload, 0), limit), At<uint8_t>(payload, 8));
    }
    return true;
  }

  void TakeEvent(uint64_t offset, std::string_view payload) {
    SkipTo(offset, "corrupt");
    StoredRun run{.first = offset, .last = offset};
    FindTokens(payload, [&](Token token) { run.token = token; });
    if (holds_letters_) {
      if (const auto letter = ReadLetter(payload)) run.letter = LetterKey(*letter);
    }
    stream_.runs.push_back(std::move(run));
    stream_.end = offset + 1;
  }

  void Skip(uint64_t end, uint8_t reason) {
    constexpr const char* kReasons[] = {"", "evicted", "dropped", "corrupt", "missing"};
    SkipTo(end, reason < std::size(kReasons) ? kReasons[reason] : "unknown");
  }

  void SkipTo(uint64_t end, const char* reason) {
    if (end <= stream_.end) return;
    stream_.runs.push_back({.first = stream_.end, .last = end - 1, .gap_reason = reason});
    stream_.end = end;
  }

  std::vector<Segment> segments_;
  StoredStream stream_;
  uint64_t id_;
  const uint64_t floor_;
  const bool holds_letters_;
  BlockChain chain_;
};

StoredStream ReadSegmentFile(const Env& medium, const std::string& path, uint64_t base,
                             uint64_t id) {
  std::vector<Segment> segments;
  segments.push_back({base, ReadAll(medium, path)});
  return StreamReader(path, {.id = id, .floor = 0}, std::move(segments)).Read();
}

bool Holds(const StoredStream& segment, const StoredRun& gap) {
  return std::any_of(segment.runs.begin(), segment.runs.end(), [&](const StoredRun& run) {
    return run.gap_reason.empty() && run.first >= gap.first && run.first <= gap.last;
  });
}

}  // namespace

std::string LookAtReplacement(const Env& medium, const std::string& segment,
                              const std::string& by) {
  const std::string header = ReadAll(medium, by);
  if (!HasSoundHeader(header)) return by + " has no sound header";
  const auto id = At<uint64_t>(header, 8);
  const auto base = At<uint64_t>(header, 16);
  const StoredStream after = ReadSegmentFile(medium, by, base, id);
  StoredStream before;
  for (const StoredRun& run : after.runs) {
    if (run.gap_reason != "corrupt" && run.gap_reason != "missing") continue;
    if (before.runs.empty()) before = ReadSegmentFile(medium, segment, base, id);
    if (!Holds(before, run)) continue;
    return fmt::format("{} to {} are {} in what replaces {}, which holds some of them soundly",
                       run.first, run.last, run.gap_reason, segment);
  }
  return {};
}

std::vector<StoredStream> ReadJournal(const Env& medium, const std::string& directory,
                                      const std::vector<std::string>& streams) {
  std::vector<StoredStream> stored;
  for (const std::string& name : streams) {
    const std::string files = fmt::format("{}/streams/{}", directory, name);
    const State state = ReadState(ReadAll(medium, files + "/state"));
    stored.push_back(StreamReader(name, state, ReadSegments(medium, files)).Read());
  }
  return stored;
}

}  // namespace sluice::sim
