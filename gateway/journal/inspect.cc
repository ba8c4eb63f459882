#include "journal/inspect.h"

#include <algorithm>

#include "journal/cursor_store.h"
#include "journal/paths.h"
#include "journal/recovery.h"
#include "journal/slot_file.h"
#include "journal/stream_walk.h"

namespace sluice::journal {
namespace {

RouteSummary SummaryOfRoute(const Env& env, const StreamPaths& paths, std::string route) {
  RouteSummary summary{std::move(route), Status::Ok(), {}};
  const Result<LoadedSlot> loaded = SlotFile::Load(env, paths.Cursor(summary.route));
  if (!loaded.ok()) {
    summary.status = loaded.status();
    return summary;
  }
  std::optional<Books> books;
  if (loaded->slot) books = DecodeBooks(loaded->slot->payload);
  if (books) {
    summary.books = *books;
  } else if (loaded->slot || (loaded->damaged && !loaded->empty)) {
    summary.status = Status::Corruption(paths.Cursor(summary.route));
  }
  return summary;
}

std::vector<RouteSummary> SummariesOfRoutes(const Env& env, const StreamPaths& paths) {
  std::vector<RouteSummary> routes;
  const auto names = env.List(paths.cursors);
  if (!names.ok()) return routes;
  for (const std::string& name : *names) {
    if (!name.ends_with(kCursorSuffix)) continue;
    routes.push_back(
        SummaryOfRoute(env, paths, name.substr(0, name.size() - kCursorSuffix.size())));
  }
  return routes;
}

Result<StreamSummary> SummaryOfStream(const Env& env, const StreamPaths& paths, std::string name) {
  StreamSummary summary;
  summary.name = std::move(name);
  // Before the segments: a cursor never lies behind what is committed, but may by the time that it
  // is read.
  summary.routes = SummariesOfRoutes(env, paths);
  const Result<uint64_t> stream_id = FindStreamId(env, paths);
  if (!stream_id.ok()) return stream_id.status();
  const auto segments = ListSegments(env, paths, *stream_id);
  if (!segments.ok()) return segments.status();
  for (const ListedSegment& s : *segments) {
    summary.segments.push_back({SegmentName(s.base), s.base, s.end, s.bytes, s.gap});
    summary.bytes += s.bytes;
    summary.next_offset = s.end;
  }
  if (!segments->empty()) summary.first_offset = segments->front().base;
  auto quarantined = env.List(paths.quarantine);
  if (quarantined.ok()) summary.quarantined = std::move(quarantined).value();
  return summary;
}

// Of this stream id only: what another one's files say is of other events.
uint64_t FloorOf(const Env& env, const StreamPaths& paths, uint64_t stream_id) {
  const Result<LoadedSlot> loaded = SlotFile::Load(env, paths.state);
  const bool sound = loaded.ok() && loaded->slot && loaded->slot->stream_id == stream_id &&
                     loaded->slot->payload.size() == kFloorBytes;
  return sound ? LoadLe64(loaded->slot->payload.data()) : 0;
}

uint64_t HighestCursor(const Env& env, const StreamPaths& paths, uint64_t stream_id) {
  uint64_t highest = 0;
  const auto names = env.List(paths.cursors);
  if (!names.ok()) return highest;
  for (const std::string& name : *names) {
    if (!name.ends_with(kCursorSuffix)) continue;
    const Result<LoadedSlot> loaded = SlotFile::Load(env, paths.cursors + "/" + name);
    if (!loaded.ok() || !loaded->slot || loaded->slot->stream_id != stream_id) continue;
    const std::optional<Books> books = DecodeBooks(loaded->slot->payload);
    if (books) highest = std::max(highest, books->Reached());
  }
  return highest;
}

Result<uint64_t> CommittedEndOf(const Env& env, const StreamPaths& paths) {
  const Result<uint64_t> stream_id = FindStreamId(env, paths);
  if (!stream_id.ok()) return stream_id.status();
  const uint64_t proven =
      std::max(FloorOf(env, paths, *stream_id), HighestCursor(env, paths, *stream_id));
  const auto segments = ListSegments(env, paths, *stream_id);
  if (!segments.ok()) return segments.status();
  return segments->empty() ? proven : std::max(proven, segments->back().committed);
}

Status CheckStream(const Env& env, const StreamPaths& paths, const std::string& stream) {
  if (IsValidName(stream) && env.Exists(paths.directory)) return Status::Ok();
  return Status::NotFound("there is no stream " + paths.directory);
}

}  // namespace

Result<std::vector<StreamSummary>> ListStreams(const Env& env, const std::string& directory) {
  const auto names = env.List(StreamsPath(directory));
  if (!names.ok()) return names.status();
  std::vector<StreamSummary> streams;
  for (const std::string& name : *names) {
    if (!IsValidName(name)) continue;
    auto summary = SummaryOfStream(env, StreamPaths(directory, name), name);
    if (!summary.ok()) return summary.status();
    streams.push_back(std::move(summary).value());
  }
  return streams;
}

Result<uint64_t> CommittedEnd(const Env& env, const std::string& directory,
                              const std::string& stream) {
  const StreamPaths paths(directory, stream);
  SLUICE_RETURN_IF_ERROR(CheckStream(env, paths, stream));
  return CommittedEndOf(env, paths);
}

uint64_t FloorOf(const Env& env, const std::string& directory, const std::string& stream) {
  const StreamPaths paths(directory, stream);
  const Result<uint64_t> stream_id = FindStreamId(env, paths);
  return stream_id.ok() ? FloorOf(env, paths, *stream_id) : 0;
}

Status VisitRecords(const Env& env, const std::string& directory, const std::string& stream,
                    uint64_t from_offset, const std::function<bool(const Record&)>& visit) {
  const StreamPaths paths(directory, stream);
  SLUICE_RETURN_IF_ERROR(CheckStream(env, paths, stream));
  const Result<uint64_t> end = CommittedEndOf(env, paths);
  if (!end.ok()) return end.status();
  return VisitRecordsBelow(env, directory, stream, from_offset, *end, visit);
}

Status VisitRecordsBelow(const Env& env, const std::string& directory, const std::string& stream,
                         uint64_t from_offset, uint64_t end,
                         const std::function<bool(const Record&)>& visit) {
  const StreamPaths paths(directory, stream);
  SLUICE_RETURN_IF_ERROR(CheckStream(env, paths, stream));
  const auto visit_committed = [&visit, end](const Record& record) {
    if (record.offset >= end) return false;
    Record visible = record;
    visible.end_offset = std::min(record.end_offset, end);
    return visit(visible) && visible.end_offset < end;
  };
  return StreamWalk(env, paths, visit_committed, [](const Finding&) {}).Run(from_offset);
}

Result<VerifyReport> VerifyStream(const Env& env, const std::string& directory,
                                  const std::string& stream) {
  const StreamPaths paths(directory, stream);
  SLUICE_RETURN_IF_ERROR(CheckStream(env, paths, stream));
  VerifyReport report;
  const auto count = [&](const Record& record) {
    if (record.kind == Record::Kind::kEvent) {
      ++report.events;
      report.event_bytes += record.payload.size();
    } else {
      ++report.gaps;
      report.gap_events += record.end_offset - record.offset;
    }
    return true;
  };
  const auto note = [&](const Finding& finding) { report.findings.push_back(finding); };
  SLUICE_RETURN_IF_ERROR(StreamWalk(env, paths, count, note).Run(0));
  for (const RouteSummary& route : SummariesOfRoutes(env, paths)) {
    if (!route.status.ok()) note({Finding::Kind::kCursor, route.route, 0, 0, 0, 0});
  }
  return report;
}

bool VerifyReport::sound() const {
  return std::all_of(findings.begin(), findings.end(),
                     [](const Finding& f) { return f.kind == Finding::Kind::kTornTail; });
}

}  // namespace sluice::journal
