#include "tools/offset_tracker.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace sluice::tools {
namespace {

// Takes what stands before the next `end` off the front of `text`.
std::string_view TakeUntil(char end, std::string_view* text) {
  const size_t at = text->find(end);
  const std::string_view taken = text->substr(0, at);
  text->remove_prefix(at == text->npos ? text->size() : at + 1);
  return taken;
}

bool ParseNumber(std::string_view text, uint64_t* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size();
}

using Range = OffsetTracker::Range;
using Ranges = std::vector<Range>;

bool IsName(std::string_view text) {
  const auto prints = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; };
  return !text.empty() && text.size() <= OffsetTracker::kMaxNameBytes &&
         std::all_of(text.begin(), text.end(), prints);
}

// Cuts `range` out of `from`; what was cut.
Ranges Cut(Ranges* from, Range range) {
  Ranges cut;
  auto at = std::lower_bound(from->begin(), from->end(), range.first,
                             [](const Range& r, uint64_t offset) { return r.last < offset; });
  while (at != from->end() && at->first <= range.last) {
    const Range whole = *at;
    at = from->erase(at);
    cut.push_back({std::max(whole.first, range.first), std::min(whole.last, range.last)});
    if (whole.last > range.last) at = from->insert(at, {range.last + 1, whole.last});
    if (whole.first < range.first) {
      at = std::next(from->insert(at, {whole.first, range.first - 1}));
    }
    if (whole.last > range.last) break;
  }
  if (from->size() > OffsetTracker::kMaxHoles) from->erase(from->begin());
  return cut;
}

// Adds a range that overlaps none.
void Add(Ranges* to, Range range) {
  const auto at = std::lower_bound(to->begin(), to->end(), range.first,
                                   [](const Range& r, uint64_t offset) { return r.last < offset; });
  if (at != to->begin() && std::prev(at)->last + 1 == range.first) {
    std::prev(at)->last = range.last;
  } else {
    to->insert(at, range);
  }
  if (to->size() > OffsetTracker::kMaxHoles) to->erase(to->begin());
}

}  // namespace

bool OffsetTracker::IsPlausible(std::string_view gateway, std::string_view stream, Range range) {
  return IsName(gateway) && IsName(stream) && range.first <= range.last && range.last <= kMaxOffset;
}

OffsetTracker::Stream* OffsetTracker::Find(std::string_view gateway, std::string_view stream,
                                           uint64_t first) {
  auto streams = gateways_.find(gateway);
  if (streams != gateways_.end()) {
    const auto found = streams->second.find(stream);
    if (found != streams->second.end()) return &found->second;
  }
  if (streams_ == kMaxStreams) return nullptr;
  ++streams_;
  if (streams == gateways_.end()) streams = gateways_.emplace(gateway, Streams()).first;
  Stream fresh{.next = first, .begin = first, .holes = {}};
  if (first > 0) fresh.holes.push_back({0, first - 1});
  return &streams->second.emplace(stream, std::move(fresh)).first->second;
}

OffsetTracker::Answer OffsetTracker::OnEvent(std::string_view gateway, std::string_view name,
                                             uint64_t offset) {
  Stream* const stream = Find(gateway, name, offset);
  if (stream == nullptr) return {Verdict::kUntracked, {}};
  const Range range{offset, offset};
  if (offset >= stream->next) return MoveOn(*stream, range);
  const bool missed =
      !Cut(&stream->holes, range).empty() || !Cut(&stream->explained, range).empty();
  return {missed ? Verdict::kLate : Verdict::kDuplicate, {}};
}

OffsetTracker::Answer OffsetTracker::OnGap(std::string_view gateway, std::string_view name,
                                           Range gap) {
  Stream* const stream = Find(gateway, name, gap.first);
  if (stream == nullptr) return {Verdict::kUntracked, {}};
  const Ranges explains = Cut(&stream->holes, gap);
  for (const Range& range : explains) Add(&stream->explained, range);
  if (gap.last < stream->next) {
    return {explains.empty() ? Verdict::kDuplicate : Verdict::kLate, {}};
  }
  const Range fresh{std::max(gap.first, stream->next), gap.last};
  const Answer answer = MoveOn(*stream, fresh);
  Add(&stream->explained, fresh);
  return answer;
}

// `range` begins at `next` or beyond.
OffsetTracker::Answer OffsetTracker::MoveOn(Stream& stream, Range range) {
  const Range hole{stream.next, range.first - 1};
  stream.next = range.last + 1;
  if (range.first == hole.first) return {Verdict::kNext, {}};
  Add(&stream.holes, hole);
  return {Verdict::kAfterHole, hole};
}

uint64_t OffsetTracker::Missing(const Stream& stream) {
  uint64_t missing = 0;
  for (const Range& hole : stream.holes) {
    if (hole.last >= stream.begin) missing += hole.last - std::max(hole.first, stream.begin) + 1;
  }
  return missing;
}

uint64_t OffsetTracker::missing() const {
  uint64_t missing = 0;
  for (const auto& [gateway, streams] : gateways_) {
    for (const auto& [name, stream] : streams) missing += Missing(stream);
  }
  return missing;
}

std::string OffsetTracker::Save() const {
  std::string text;
  for (const auto& [gateway, streams] : gateways_) {
    for (const auto& [name, stream] : streams) {
      fmt::format_to(std::back_inserter(text), "{}\t{}\t{}\t{}", gateway, name, stream.next,
                     stream.begin);
      for (const Range& hole : stream.holes) {
        fmt::format_to(std::back_inserter(text), "\t{}-{}", hole.first, hole.last);
      }
      for (const Range& gap : stream.explained) {
        fmt::format_to(std::back_inserter(text), "\t={}-{}", gap.first, gap.last);
      }
      text.push_back('\n');
    }
  }
  return text;
}

bool OffsetTracker::LoadHoles(std::string_view text, Stream* stream) {
  while (!text.empty()) {
    std::string_view hole = TakeUntil('\t', &text);
    Ranges& ranges = hole.starts_with('=') ? stream->explained : stream->holes;
    if (hole.starts_with('=')) hole.remove_prefix(1);
    Range range;
    if (!ParseNumber(TakeUntil('-', &hole), &range.first) || !ParseNumber(hole, &range.last)) {
      return false;
    }
    const bool in_order = ranges.empty() || ranges.back().last < range.first;
    if (!in_order || range.first > range.last || range.last >= stream->next) return false;
    if (ranges.size() == kMaxHoles) return false;
    ranges.push_back(range);
  }
  return true;
}

Status OffsetTracker::Load(std::string_view text) {
  gateways_.clear();
  streams_ = 0;
  for (size_t number = 1; !text.empty(); ++number) {
    const bool ended = text.find('\n') != text.npos;
    std::string_view line = TakeUntil('\n', &text);
    const std::string_view gateway = TakeUntil('\t', &line);
    const std::string_view name = TakeUntil('\t', &line);
    Stream stream;
    if (!ended || !ParseNumber(TakeUntil('\t', &line), &stream.next) ||
        !ParseNumber(TakeUntil('\t', &line), &stream.begin) || !LoadHoles(line, &stream)) {
      return Status::Corruption(fmt::format("line {} of the state is not what was saved", number));
    }
    if (!IsPlausible(gateway, name, {stream.begin, stream.begin}) || stream.next > kMaxOffset + 1 ||
        streams_ == kMaxStreams ||
        !gateways_[std::string(gateway)].emplace(name, std::move(stream)).second) {
      return Status::Corruption(fmt::format("line {} of the state is not what was saved", number));
    }
    ++streams_;
  }
  return Status::Ok();
}

}  // namespace sluice::tools
