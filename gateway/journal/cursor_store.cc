#include "journal/cursor_store.h"

#include <algorithm>
#include <array>

#include "base/log.h"
#include "journal/record_format.h"
#include "journal/set_aside.h"

namespace sluice::journal {

void EncodeBooks(const Books& books, uint8_t* at) {
  StoreLe64(at, books.origin);
  StoreLe64(at + 8, books.acknowledged);
  StoreLe64(at + 16, books.dead_lettered);
  StoreLe64(at + 24, books.expired);
  StoreLe64(at + 32, books.evicted);
}

std::optional<Books> DecodeBooks(ByteSpan payload) {
  if (payload.size() != kBooksBytes) return {};
  const uint8_t* at = payload.data();
  const Books books{LoadLe64(at), LoadLe64(at + 8), LoadLe64(at + 16), LoadLe64(at + 24),
                    LoadLe64(at + 32)};
  for (const uint64_t term :
       {books.origin, books.acknowledged, books.dead_lettered, books.expired, books.evicted}) {
    if (term > kMaxOffset / 8) return {};
  }
  return books;
}

CursorStore::CursorStore(Env& env, StreamPaths paths, uint64_t stream_id, JournalShared* shared)
    : env_(env), paths_(std::move(paths)), stream_id_(stream_id), shared_(shared) {}

Result<std::optional<Books>> CursorStore::Load(std::string_view route) {
  const std::string path = paths_.Cursor(route);
  const Result<LoadedSlot> loaded = SlotFile::Load(env_, path);
  if (!loaded.ok()) return loaded.status();
  std::optional<Books> books;
  if (loaded->slot && loaded->slot->stream_id == stream_id_) {
    books = DecodeBooks(loaded->slot->payload);
  }
  if (loaded->damaged || (loaded->slot && !books)) {
    ++damaged_;
    // In its place a foreign slot would go on winning over what is saved.
    static_cast<void>(SetAside(env_, path, "is damaged").ok());
  } else if (books) {
    sequences_.emplace_back(route, loaded->slot->sequence);
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
    if (books) highest = std::max(highest, books->Cursor());
  }
  return highest;
}

std::unique_ptr<Cursor> CursorStore::Begin(std::string_view route, const Books& books) {
  uint64_t sequence = 0;
  for (const auto& [name, value] : sequences_) {
    if (name == route) sequence = value;
  }
  auto cursor = std::make_unique<Cursor>(std::string(route), books, shared_);
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
  const Status saved = entry->file.Save(stream_id_, payload);
  if (saved.ok()) {
    entry->saved = *books;
    entry->is_saved = true;
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
    lowest = std::min(lowest, entry.is_saved ? entry.saved.Cursor() : 0);
  }
  return lowest;
}

bool CursorStore::has_unsaved() const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [](const Entry& entry) { return !entry.is_saved; });
}

}  // namespace sluice::journal
