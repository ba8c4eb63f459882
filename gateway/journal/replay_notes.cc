#include "journal/replay_notes.h"

#include <fmt/format.h>

#include <algorithm>

#include "journal/paths.h"
#include "journal/recovery.h"
#include "journal/side_file.h"

namespace sluice::journal {
namespace {

constexpr std::string_view kMagic = "SLRP";
constexpr size_t kHeaderBytes = 32;
constexpr size_t kNoteBytes = 32;
constexpr size_t kTargetBytes = 80;
constexpr size_t kNameBytes = 64;
constexpr size_t kMaxFileBytes =
    kHeaderBytes + kNoteBytes * ReplayNotes::kMaxNotes + kTargetBytes * ReplayNotes::kMaxTargets;

Status Damaged(const char* what) { return Status::Corruption(what); }

auto LowerBound(auto& notes, uint64_t offset) {
  return std::lower_bound(
      notes.begin(), notes.end(), offset,
      [](const ReplayNotes::Note& note, uint64_t wanted) { return note.offset < wanted; });
}

bool DecodeNote(const uint8_t* at, ReplayNotes* notes) {
  ReplayNotes::Note note{.offset = LoadLe64(at), .what = static_cast<ReplayNotes::What>(at[8])};
  const size_t length = at[9];
  const bool follows = notes->notes.empty() || note.offset > notes->notes.back().offset;
  if (at[8] < 1 || at[8] > 3 || length > ReplayNotes::kMaxWhyBytes || !follows) return false;
  note.why.assign(AsText({at + 10, length}));
  notes->notes.push_back(std::move(note));
  return true;
}

bool DecodeTarget(const uint8_t* at, ReplayNotes* notes) {
  const std::string_view name = AsText({at + 16, kNameBytes});
  const std::string_view text = name.substr(0, name.find('\0'));
  if (!IsValidName(text)) return false;
  notes->targets.push_back({std::string(text), LoadLe64(at), LoadLe64(at + 8)});
  return true;
}

Status Unknown(const std::string& path, const Status& why) {
  return {why.code(),
          fmt::format("{} cannot be relied on: {}; nobody knows which letters were being replayed. "
                      "Move it away: then letters that were may be replayed twice",
                      path, why.message())};
}

}  // namespace

const ReplayNotes::Note* ReplayNotes::Find(uint64_t offset) const {
  const auto found = LowerBound(notes, offset);
  return found == notes.end() || found->offset != offset ? nullptr : &*found;
}

void ReplayNotes::Set(Note note) {
  if (note.why.size() > kMaxWhyBytes) note.why.resize(kMaxWhyBytes);
  const auto at = LowerBound(notes, note.offset);
  if (at != notes.end() && at->offset == note.offset) {
    *at = std::move(note);
  } else {
    notes.insert(at, std::move(note));
  }
}

void ReplayNotes::Erase(uint64_t offset) {
  std::erase_if(notes, [&](const Note& note) { return note.offset == offset; });
}

void ReplayNotes::DropBelow(uint64_t offset) {
  std::erase_if(notes, [&](const Note& note) { return note.offset < offset; });
}

void ReplayNotes::Trim() {
  size_t excess = notes.size() - std::min(notes.size(), kMaxNotes);
  std::erase_if(notes, [&](const Note& note) {
    if (excess == 0 || note.what != What::kFailed) return false;
    --excess;
    return true;
  });
}

bool ReplayNotes::HasBegun() const {
  return std::any_of(notes.begin(), notes.end(),
                     [](const Note& note) { return note.what == What::kBegun; });
}

std::vector<uint8_t> ReplayNotes::Encode(uint64_t stream_id) const {
  std::vector<uint8_t> file(kHeaderBytes + notes.size() * kNoteBytes +
                            targets.size() * kTargetBytes);
  StoreLe32(&file[24], static_cast<uint32_t>(notes.size()));
  StoreLe32(&file[28], static_cast<uint32_t>(targets.size()));
  uint8_t* at = file.data() + kHeaderBytes;
  for (const Note& note : notes) {
    StoreLe64(at, note.offset);
    at[8] = static_cast<uint8_t>(note.what);
    at[9] = static_cast<uint8_t>(note.why.size());
    std::copy(note.why.begin(), note.why.end(), at + 10);
    at += kNoteBytes;
  }
  for (const Target& target : targets) {
    StoreLe64(at, target.stream_id);
    StoreLe64(at + 8, target.end);
    std::copy_n(target.stream.begin(), std::min(target.stream.size(), kNameBytes - 1), at + 16);
    at += kTargetBytes;
  }
  SealSideFile(kMagic, stream_id, file);
  return file;
}

Result<ReplayNotes> ReplayNotes::Decode(ByteSpan file, uint64_t* stream_id) {
  const Result<uint64_t> id = OpenSideFile(kMagic, file, kHeaderBytes);
  if (!id.ok()) return id.status();
  const size_t count = LoadLe32(&file[24]), targets = LoadLe32(&file[28]);
  const bool is_whole = count <= kMaxNotes && targets <= kMaxTargets &&
                        file.size() == kHeaderBytes + count * kNoteBytes + targets * kTargetBytes;
  if (!is_whole) return Damaged("its header is none");
  ReplayNotes notes;
  const uint8_t* at = file.data() + kHeaderBytes;
  for (size_t i = 0; i < count; ++i, at += kNoteBytes) {
    if (!DecodeNote(at, &notes)) return Damaged("its notes are none");
  }
  for (size_t i = 0; i < targets; ++i, at += kTargetBytes) {
    if (!DecodeTarget(at, &notes)) return Damaged("its streams are none");
  }
  *stream_id = *id;
  return notes;
}

Result<ReplayNotes> LoadReplayNotes(const Env& env, const std::string& directory,
                                    const std::string& stream, std::optional<uint64_t> stream_id) {
  const StreamPaths paths(directory, stream);
  if (!stream_id) {
    const Result<uint64_t> found = FindStreamId(env, paths);
    if (!found.ok()) return found.status();
    stream_id = *found;
  }
  const auto file = ReadFileToString(env, paths.replays, kMaxFileBytes);
  if (file.status().code() == StatusCode::kNotFound) return ReplayNotes();
  if (!file.ok()) return Unknown(paths.replays, file.status());
  uint64_t noted_id = 0;
  auto notes = ReplayNotes::Decode(AsBytes(*file), &noted_id);
  if (!notes.ok()) return Unknown(paths.replays, notes.status());
  return noted_id == *stream_id ? notes : ReplayNotes();
}

Status SaveReplayNotes(Env& env, const std::string& directory, const std::string& stream,
                       uint64_t stream_id, const ReplayNotes& notes) {
  if (notes.notes.size() > ReplayNotes::kMaxNotes ||
      notes.targets.size() > ReplayNotes::kMaxTargets) {
    return {StatusCode::kResourceExhausted, "too many letters or streams are being replayed"};
  }
  return WriteFileAtomically(env, StreamPaths(directory, stream).replays, notes.Encode(stream_id));
}

}  // namespace sluice::journal
