#include "app/offset_tracker.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace sluice::app {
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

}  // namespace

OffsetTracker::Stream& OffsetTracker::Find(std::string_view gateway, std::string_view stream,
                                           uint64_t first) {
  auto streams = gateways_.find(gateway);
  if (streams == gateways_.end()) streams = gateways_.emplace(gateway, Streams()).first;
  const auto found = streams->second.find(stream);
  if (found != streams->second.end()) return found->second;
  Stream fresh{.next = first, .begin = first, .holes = {}};
  if (first > 0) fresh.holes.push_back({0, first - 1});
  return streams->second.emplace(stream, std::move(fresh)).first->second;
}

OffsetTracker::Answer OffsetTracker::OnEvent(std::string_view gateway, std::string_view stream,
                                             uint64_t offset) {
  return Take(Find(gateway, stream, offset), {offset, offset});
}

OffsetTracker::Answer OffsetTracker::OnGap(std::string_view gateway, std::string_view stream,
                                           Range gap) {
  return Take(Find(gateway, stream, gap.first), gap);
}

OffsetTracker::Answer OffsetTracker::Take(Stream& stream, Range range) {
  const uint64_t expected = stream.next;
  const bool filled = range.first < expected && FillHoles(stream, range);
  if (range.last < expected) return {filled ? Verdict::kLate : Verdict::kDuplicate, {}};
  stream.next = range.last + 1;
  if (range.first <= expected) return {Verdict::kNext, {}};
  const Range hole{expected, range.first - 1};
  if (stream.holes.size() == kMaxHoles) stream.holes.erase(stream.holes.begin());
  stream.holes.push_back(hole);
  return {Verdict::kAfterHole, hole};
}

// Cuts `range` out of the holes; false if it touches none.
bool OffsetTracker::FillHoles(Stream& stream, Range range) {
  std::vector<Range>& holes = stream.holes;
  auto hole = std::lower_bound(holes.begin(), holes.end(), range.first,
                               [](const Range& h, uint64_t offset) { return h.last < offset; });
  bool filled = false;
  while (hole != holes.end() && hole->first <= range.last) {
    filled = true;
    const Range before{hole->first, range.first - 1};
    const Range after{range.last + 1, hole->last};
    const bool keeps_front = hole->first < range.first;
    const bool keeps_back = hole->last > range.last;
    hole = holes.erase(hole);
    if (keeps_back) hole = holes.insert(hole, after);
    if (keeps_front) hole = std::next(holes.insert(hole, before));
    if (keeps_back) break;
  }
  if (holes.size() > kMaxHoles) holes.erase(holes.begin());
  return filled;
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
      text.push_back('\n');
    }
  }
  return text;
}

bool OffsetTracker::LoadHoles(std::string_view text, Stream* stream) {
  while (!text.empty()) {
    std::string_view hole = TakeUntil('\t', &text);
    Range range;
    if (!ParseNumber(TakeUntil('-', &hole), &range.first) || !ParseNumber(hole, &range.last)) {
      return false;
    }
    const bool in_order = stream->holes.empty() || stream->holes.back().last < range.first;
    if (!in_order || range.first > range.last || range.last >= stream->next) return false;
    if (stream->holes.size() == kMaxHoles) return false;
    stream->holes.push_back(range);
  }
  return true;
}

Status OffsetTracker::Load(std::string_view text) {
  gateways_.clear();
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
    gateways_[std::string(gateway)].insert_or_assign(std::string(name), std::move(stream));
  }
  return Status::Ok();
}

}  // namespace sluice::app
