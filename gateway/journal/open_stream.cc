#include "journal/open_stream.h"

#include <algorithm>
#include <array>

#include "base/log.h"
#include "journal/paths.h"
#include "journal/recovery.h"
#include "journal/set_aside.h"

namespace sluice::journal {
namespace {

constexpr uint64_t kMinSegmentBytes = 8192;

struct State {
  uint64_t stream_id = 0;
  uint64_t floor = 0;
  uint64_t sequence = 0;
};

class Opener {
 public:
  Opener(Env& env, const std::string& directory, const Options& options,
         const StreamOptions& stream)
      : env_(env), paths_(directory, stream.name), options_(options), stream_(stream) {}

  Result<OpenedStream> Run(Metrics* metrics, Random* random, JournalShared* shared) {
    Status status = MakeDirectories();
    if (status.ok()) status = LoadState(random);
    auto cursors = std::make_unique<CursorStore>(env_, paths_, state_.stream_id, shared);
    if (status.ok()) status = LoadBooks(*cursors);
    auto store = NewStore();
    RecoveryReport report;
    if (status.ok()) status = Recover(store.get(), &report);
    if (status.code() == StatusCode::kResourceExhausted) return status;
    OpenedStream opened;
    opened.next_offset = store->end_offset();
    opened.committed = report.unproven ? report.unproven->offset : opened.next_offset;
    auto state = std::make_unique<SlotFile>(env_, paths_.directory, paths_.state, state_.sequence);
    if (status.ok()) SaveState(state.get(), opened.committed);
    for (size_t i = 0; i < stream_.routes.size(); ++i) {
      opened.cursors.push_back(BeginRoute(i, cursors.get(), store->first_offset()));
    }
    if (status.ok()) SaveCursors(cursors.get());
    opened.core = std::make_unique<StreamCore>(shared, stream_, state_.stream_id, options_.clock,
                                               options_.commit_bytes);
    opened.core->closed = !status.ok();
    const uint64_t lost_cursors = cursors->damaged();
    opened.worker = std::make_unique<StreamWorker>(
        env_, options_, metrics,
        StreamWorker::Parts{opened.core.get(), std::move(store), std::move(cursors),
                            std::move(state), std::move(status), report.unproven});
    opened.worker->Report(report, lost_cursors);
    return opened;
  }

 private:
  // Only the stream's own directory has to be there.
  Status MakeDirectories() {
    SLUICE_RETURN_IF_ERROR(MakeDirectory(env_, paths_.directory));
    for (const std::string& path : {paths_.cursors, paths_.quarantine}) {
      const Status made = MakeDirectory(env_, path);
      if (!made.ok()) LogWarn("journal: {}", made.ToString());
    }
    return Status::Ok();
  }

  // Without a readable state file the segments, or the cursors, still name the stream's id.
  Status LoadState(Random* random) {
    const Result<LoadedSlot> loaded = SlotFile::Load(env_, paths_.state);
    if (!loaded.ok()) return loaded.status();
    const std::optional<Slot>& slot = loaded->slot;
    const bool sound = slot && slot->payload.size() == kFloorBytes;
    if (sound) {
      state_ = {slot->stream_id, LoadLe64(slot->payload.data()), slot->sequence};
    } else {
      const Result<uint64_t> found = FindStreamId(env_, paths_);
      if (!found.ok()) return found.status();
      state_.stream_id = *found;
    }
    if (loaded->damaged || (slot && !sound)) {
      static_cast<void>(SetAside(env_, paths_.state, "is damaged").ok());
      state_.sequence = 0;
    }
    while (state_.stream_id == 0) state_.stream_id = random->Next();
    return Status::Ok();
  }

  Status LoadBooks(CursorStore& cursors) {
    const Result<uint64_t> highest = cursors.HighestSaved();
    if (!highest.ok()) return highest.status();
    proven_.committed = std::max(state_.floor, *highest);
    proven_.acknowledged = stream_.routes.empty() ? 0 : UINT64_MAX;
    for (const std::string& route : stream_.routes) {
      auto books = cursors.Load(route);
      if (!books.ok()) return books.status();
      books_.push_back(*books);
      const uint64_t passed = books_.back() ? books_.back()->Cursor() : 0;
      proven_.acknowledged = std::min(proven_.acknowledged, passed);
    }
    return Status::Ok();
  }

  std::unique_ptr<StreamStore> NewStore() const {
    const StreamStore::Settings settings{
        stream_.segment_bytes, options_.preallocate,
        stream_.max_quarantine_bytes.value_or(stream_.max_bytes / 4), stream_.compress};
    return std::make_unique<StreamStore>(env_, paths_, state_.stream_id, *options_.clock, settings);
  }

  Status Recover(StreamStore* store, RecoveryReport* report) {
    Result<RecoveryReport> recovered = RecoverStream(env_, proven_, store);
    if (!recovered.ok()) return recovered.status();
    *report = *recovered;
    return Status::Ok();
  }

  // What recovery has left is synced, so the floor may say so.
  void SaveState(SlotFile* file, uint64_t committed) {
    std::array<uint8_t, kFloorBytes> floor{};
    StoreLe64(floor.data(), committed);
    const Status saved = file->Save(state_.stream_id, floor);
    if (!saved.ok()) LogWarn("journal: {}", saved.ToString());
  }

  std::unique_ptr<Cursor> BeginRoute(size_t index, CursorStore* cursors, uint64_t first_offset) {
    const std::string& route = stream_.routes[index];
    if (index < books_.size() && books_[index]) return cursors->Begin(route, *books_[index]);
    if (first_offset > 0) {
      LogInfo("journal: route {} has no cursor yet; it begins at the first stored event, {}", route,
              first_offset);
    }
    return cursors->Begin(route, {.origin = first_offset});
  }

  void SaveCursors(CursorStore* cursors) {
    const Status saved = cursors->Save();
    if (!saved.ok()) LogWarn("journal: {}; tried again while the gateway runs", saved.ToString());
  }

  Env& env_;
  const StreamPaths paths_;
  const Options& options_;
  const StreamOptions& stream_;
  State state_;
  ProvenOffsets proven_;
  std::vector<std::optional<Books>> books_;
};

}  // namespace

Result<StreamOptions> CheckedOptions(StreamOptions options) {
  if (!IsValidName(options.name)) {
    return Status::InvalidArgument("a stream's name is [a-z0-9][a-z0-9_-]{0,62}: " +
                                   Printable(options.name));
  }
  for (const std::string& route : options.routes) {
    if (!IsValidName(route)) {
      return Status::InvalidArgument("a route's name is [a-z0-9][a-z0-9_-]{0,62}: " +
                                     Printable(route));
    }
  }
  if (options.max_bytes < 8 * kMinSegmentBytes) {
    return Status::InvalidArgument("stream " + options.name +
                                   ": max_bytes must be at least 64 KiB");
  }
  options.segment_bytes =
      std::clamp(options.segment_bytes, kMinSegmentBytes, options.max_bytes / 4);
  options.max_dirty_bytes = std::min<size_t>(options.max_dirty_bytes, options.segment_bytes / 2);
  options.max_event_bytes = std::min(options.max_event_bytes, options.max_dirty_bytes / 4);
  return options;
}

Result<OpenedStream> OpenStream(Env& env, const std::string& directory, const Options& options,
                                const StreamOptions& stream, Metrics* metrics, Random* random,
                                JournalShared* shared) {
  return Opener(env, directory, options, stream).Run(metrics, random, shared);
}

}  // namespace sluice::journal
