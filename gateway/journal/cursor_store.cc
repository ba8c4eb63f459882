#include "journal/cursor_store.h"

#include <algorithm>
#include <array>

#include "base/log.h"
#include "base/probe.h"
#include "journal/record_format.h"
#include "journal/set_aside.h"

namespace sluice::journal {

void EncodeBooks(const Books& books, uint8_t* at) {
  StoreLe64(at, books.origin);
  StoreLe64(at + 8, books.acknowledged);
  StoreLe64(at + 16, books.dead_lettered);
  StoreLe64(at + 24, books.expired);
  StoreLe64(at + 32, books.evicted);
  StoreLe64(at + 40, books.replayed);
  StoreLe64(at + 48, books.replay_end);
  StoreLe64(at + 56, books.Cursor());
}

std::optional<Books> DecodeBooks(ByteSpan payload, uint64_t* difference) {
  // The first version knew no replays, and did not say the cursor.
  constexpr size_t kFirstBytes = 40;
  if (payload.size() != kBooksBytes && payload.size() != kFirstBytes) return {};
  for (size_t i = 0; i < payload.size(); i += 8) {
    if (LoadLe64(&payload[i]) > kMaxOffset / 8) return {};
  }
  const uint8_t* at = payload.data();
  Books books{.origin = LoadLe64(at),
              .acknowledged = LoadLe64(at + 8),
              .dead_lettered = LoadLe64(at + 16),
              .expired = LoadLe64(at + 24),
              .evicted = LoadLe64(at + 32)};
  if (payload.size() == kFirstBytes) return books;
  books.replayed = LoadLe64(at + 40);
  books.replay_end = LoadLe64(at + 48);
  if (books.replayed > books.origin + books.Passed()) return {};
  const uint64_t cursor = LoadLe64(at + 56), sum = books.Cursor();
  if (difference != nullptr) *difference = cursor > sum ? cursor - sum : sum - cursor;
  if (cursor < sum) books.replayed += sum - cursor;
  return books;
}

CursorStore::CursorStore(Env& env, StreamPaths paths, uint64_t stream_id, JournalShared* shared)
    : env_(env), paths_(std::move(paths)), stream_id_(stream_id), shared_(shared) {}

Result<std::optional<Books>> CursorStore::Load(std::string_view route) {
  const std::string path = paths_.Cursor(route);
  const Result<LoadedSlot> loaded = SlotFile::Load(env_, path);
  if (!loaded.ok()) return loaded.status();
  std::optional<Books> books;
  uint64_t difference = 0;
  if (loaded->slot && loaded->slot->stream_id == stream_id_) {
    books = DecodeBooks(loaded->slot->payload, &difference);
  }
  if (loaded->damaged || (loaded->slot && !books)) {
    ++damaged_;
    // In its place a foreign slot would go on winning over what is saved.
    static_cast<void>(SetAside(env_, path, "is damaged").ok());
  } else if (books) {
    loaded_.push_back({std::string(route), loaded->slot->sequence, difference});
    if (difference > 0) {
      LogError(
          "journal: the books of route {} do not add up: they and its cursor differ by {} events; "
          "it goes on at the lower place, {}, so that nothing is left out; keep {} and report it",
          route, difference, books->Cursor(), path);
    }
  }
  return books;
}

Result<uint64_t> CursorStore::HighestSaved() const {
  uint64_t highest = 0;
  const auto names = NamesIn(env_, paths_.cursors);
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    if (!name.ends_with(kCursorSuffix)) continue;
    const Result<LoadedSlot> loaded = SlotFile::Load(env_, paths_.cursors + "/" + name);
    if (!loaded.ok()) return loaded.status();
    if (!loaded->slot || loaded->slot->stream_id != stream_id_) continue;
    const auto books = DecodeBooks(loaded->slot->payload);
    if (books) highest = std::max(highest, books->Reached());
  }
  return highest;
}

std::unique_ptr<Cursor> CursorStore::Begin(std::string_view route, const Books& books) {
  uint64_t sequence = 0, difference = 0;
  for (const Loaded& loaded : loaded_) {
    if (loaded.route != route) continue;
    sequence = loaded.sequence;
    difference = loaded.difference;
  }
  auto cursor = std::make_unique<Cursor>(std::string(route), books, shared_, difference);
  entries_.push_back(
      {cursor.get(), SlotFile(env_, paths_.cursors, paths_.Cursor(route), sequence), books, false});
  return cursor;
}

Status CursorStore::Save() {
  Status last;
  for (Entry& entry : entries_) {
    Status status = SaveOne(&entry);
    if (!status.ok()) last = std::move(status);
  }
  return last;
}

Status CursorStore::SaveOne(Entry* entry) {
  const std::optional<Books> books = entry->cursor->TakeChanged();
  if (!books) return Status::Ok();
  std::array<uint8_t, kBooksBytes> payload{};
  EncodeBooks(*books, payload.data());
  // A cursor that is set back must hold back retention even if the save fails half-way.
  if (books->Cursor() < entry->saved.Cursor()) entry->saved = *books;
  entry->cursor->LetGo();
  Status saved = entry->file.Save(stream_id_, payload);
  // Their directory could not be made when the stream was opened.
  if (saved.code() == StatusCode::kNotFound && MakeDirectory(env_, paths_.cursors).ok()) {
    SLUICE_PROBE("journal: the directory of cursors is made late");
    saved = entry->file.Save(stream_id_, payload);
  }
  if (saved.ok()) {
    entry->saved = *books;
    entry->is_saved = true;
    entry->cursor->Saved(*books);
  } else {
    entry->cursor->SaveFailed();
  }
  return saved;
}

bool CursorStore::IsDirty() const {
  for (const Entry& entry : entries_) {
    entry.cursor->shared_->mutex.AssertHeld();
    if (entry.cursor->dirty_) return true;
  }
  return false;
}

uint64_t CursorStore::LowestSaved() const {
  if (entries_.empty()) return 0;
  uint64_t lowest = UINT64_MAX;
  for (const Entry& entry : entries_) {
    lowest =
        std::min({lowest, entry.is_saved ? entry.saved.Cursor() : 0, entry.cursor->held_from()});
  }
  return lowest;
}

bool CursorStore::has_unsaved() const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [](const Entry& entry) { return !entry.is_saved; });
}

}  // namespace sluice::journal
