#include "journal/handled_store.h"

#include <fmt/format.h>

#include "journal/paths.h"
#include "journal/recovery.h"
#include "journal/stream_walk.h"

namespace sluice::journal {
namespace {

Status Unknown(const std::string& path, const Status& why) {
  return {why.code(),
          fmt::format("{} cannot be relied on: {}; nobody knows which letters are handled. Move it "
                      "away to begin anew: then none is",
                      path, why.message())};
}

Result<uint64_t> StreamIdOf(const Env& env, const StreamPaths& paths, const std::string& stream) {
  if (!IsValidName(stream) || !env.Exists(paths.directory)) {
    return Status::NotFound("there is no stream " + paths.directory);
  }
  return FindStreamId(env, paths);
}

// All of one file, though another takes its name meanwhile.
Result<std::vector<uint8_t>> ReadWhole(const Env& env, const std::string& path) {
  const auto file = env.OpenReadable(path);
  if (!file.ok()) return file.status();
  const Result<uint64_t> size = (*file)->Size();
  if (!size.ok()) return size.status();
  if (*size > HandledMarks::kMaxFileBytes) return Status::Corruption("it is too large");
  std::vector<uint8_t> content(*size);
  const Result<size_t> got = (*file)->ReadAt(0, content.size(), content.data());
  if (!got.ok()) return got.status();
  content.resize(*got);
  return content;
}

Result<HandledMarks> Load(const Env& env, const StreamPaths& paths, uint64_t stream_id) {
  const auto file = ReadWhole(env, paths.handled);
  if (file.status().code() == StatusCode::kNotFound) return HandledMarks();
  if (!file.ok()) return Unknown(paths.handled, file.status());
  uint64_t marked_id = 0;
  auto marks = HandledMarks::Decode(*file, &marked_id);
  if (!marks.ok()) return Unknown(paths.handled, marks.status());
  return marked_id == stream_id ? marks : HandledMarks();
}

// What was evicted stays as a gap in front.
uint64_t FirstStored(const std::vector<ListedSegment>& segments) {
  for (const ListedSegment& segment : segments) {
    if (!segment.gap) return segment.base;
  }
  return 0;
}

}  // namespace

Result<HandledMarks> LoadHandled(const Env& env, const std::string& directory,
                                 const std::string& stream) {
  const StreamPaths paths(directory, stream);
  const Result<uint64_t> stream_id = StreamIdOf(env, paths, stream);
  if (!stream_id.ok()) return stream_id.status();
  return Load(env, paths, *stream_id);
}

Result<uint64_t> MarkHandled(Env& env, const std::string& directory, const std::string& stream,
                             std::span<const uint64_t> offsets) {
  const StreamPaths paths(directory, stream);
  const Result<uint64_t> stream_id = StreamIdOf(env, paths, stream);
  if (!stream_id.ok()) return stream_id.status();
  const auto lock = env.Lock(paths.handled + ".lock");
  if (!lock.ok()) return lock.status();
  auto marks = Load(env, paths, *stream_id);
  if (!marks.ok()) return marks.status();
  const auto segments = ListSegments(env, paths, *stream_id);
  if (!segments.ok()) return segments.status();

  uint64_t added = 0;
  for (const uint64_t offset : offsets) added += marks->Add(offset) ? 1 : 0;
  if (added == 0) return added;
  marks->DropBelow(FirstStored(*segments));
  if (marks->ranges().size() > HandledMarks::kMaxRanges) {
    return Status(StatusCode::kResourceExhausted,
                  paths.handled + " would have too many ranges; mark letters that lie together");
  }
  const std::vector<uint8_t> file = marks->Encode(*stream_id);
  SLUICE_RETURN_IF_ERROR(WriteFileAtomically(env, paths.handled, file));
  return added;
}

}  // namespace sluice::journal
