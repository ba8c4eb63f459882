#include "journal/open_stream.h"

#include <algorithm>
#include <array>

#include "base/log.h"
#include "journal/paths.h"
#include "journal/recovery.h"

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
    SLUICE_RETURN_IF_ERROR(MakeDirectories());
    SLUICE_RETURN_IF_ERROR(LoadState(random));
    auto cursors = std::make_unique<CursorStore>(env_, paths_, state_.stream_id, shared);
    SLUICE_RETURN_IF_ERROR(LoadBooks(cursors.get()));
    const StreamStore::Settings settings{stream_.segment_bytes, options_.preallocate};
    auto store =
        std::make_unique<StreamStore>(env_, paths_, state_.stream_id, *options_.clock, settings);
    const Result<RecoveryReport> report = RecoverStream(env_, state_.floor, store.get());
    if (!report.ok()) return report.status();
    OpenedStream opened;
    opened.next_offset = store->end_offset();
    auto state = SaveState(store->end_offset());
    if (!state.ok()) return state.status();
    for (size_t i = 0; i < stream_.routes.size(); ++i) {
      const Books fresh{.origin = store->first_offset()};
      opened.cursors.push_back(cursors->Begin(stream_.routes[i], books_[i].value_or(fresh)));
    }
    opened.core = std::make_unique<StreamCore>(shared, stream_, state_.stream_id, options_.clock,
                                               options_.commit_bytes);
    opened.worker = std::make_unique<StreamWorker>(
        env_, options_, metrics,
        StreamWorker::Parts{opened.core.get(), std::move(store), std::move(cursors),
                            std::move(state).value()});
    opened.worker->Report(report->torn_bytes, report->quarantined, report->lost_events);
    return opened;
  }

 private:
  Status MakeDirectories() {
    SLUICE_RETURN_IF_ERROR(env_.CreateDirectories(paths_.cursors));
    SLUICE_RETURN_IF_ERROR(env_.CreateDirectories(paths_.quarantine));
    return env_.SyncDirectory(paths_.directory);
  }

  // Without a readable state file the segments still name the stream's id.
  Status LoadState(Random* random) {
    bool damaged = false;
    const Result<std::optional<Slot>> slot = SlotFile::Load(env_, paths_.state, &damaged);
    if (!slot.ok()) return slot.status();
    if (slot->has_value() && (*slot)->payload.size() == 8) {
      state_ = {(*slot)->stream_id, LoadLe64((*slot)->payload.data()), (*slot)->sequence};
      is_new_ = false;
    } else {
      if (damaged) LogError("journal: {} can't be read", paths_.state);
      state_.stream_id = FindStreamId(env_, paths_);
      is_new_ = state_.stream_id == 0;
      while (state_.stream_id == 0) state_.stream_id = random->Next();
    }
    return Status::Ok();
  }

  Status LoadBooks(CursorStore* cursors) {
    for (const std::string& route : stream_.routes) {
      Result<std::optional<Books>> books = cursors->Load(route);
      if (!books.ok()) return books.status();
      if (books->has_value()) state_.floor = std::max(state_.floor, (*books)->Cursor());
      books_.push_back(*books);
    }
    return Status::Ok();
  }

  // Everything that recovery has left is synced, so the floor may say so.
  Result<std::unique_ptr<SlotFile>> SaveState(uint64_t next_offset) {
    auto file = std::make_unique<SlotFile>(env_, paths_.directory, paths_.state, state_.sequence);
    std::array<uint8_t, 8> floor{};
    StoreLe64(floor.data(), next_offset);
    const Status saved = file->Save(state_.stream_id, floor);
    if (!saved.ok() && is_new_) return saved;
    if (!saved.ok()) LogWarn("journal: {}", saved.ToString());
    return file;
  }

  Env& env_;
  const StreamPaths paths_;
  const Options& options_;
  const StreamOptions& stream_;
  State state_;
  bool is_new_ = false;
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
