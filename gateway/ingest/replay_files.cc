#include "ingest/replay_files.h"

#include "journal/handled_store.h"

namespace sluice::ingest {

using journal::ReplayNotes;
using What = ReplayNotes::What;

Status ReplayFiles::Load(Env& env, ReplayNotes* notes) const {
  auto loaded = journal::LoadReplayNotes(env, directory, letters, stream_id);
  if (!loaded.ok()) return loaded.status();
  *notes = std::move(*loaded);
  return Status::Ok();
}

Status ReplayFiles::Begin(Env& env, BegunReplay* replay) const {
  const auto marks = journal::LoadHandled(env, directory, letters);
  if (!marks.ok()) return marks.status();
  ReplayNotes notes;
  SLUICE_RETURN_IF_ERROR(Load(env, &notes));
  notes.DropBelow(replay->first_stored);
  bool any = false;
  for (const uint64_t offset : replay->offsets) {
    const ReplayNotes::Note* const note = notes.Find(offset);
    if (marks->Contains(offset)) {
      replay->handled.insert(offset);
    } else if (note != nullptr && note->what == What::kUndecided && !replay->again) {
      replay->undecided.insert(offset);
    } else {
      notes.Set({.offset = offset, .what = What::kBegun});
      any = true;
    }
  }
  if (!any) return Status::Ok();
  notes.targets = replay->targets;
  notes.Trim();
  return journal::SaveReplayNotes(env, directory, letters, stream_id, notes);
}

Status ReplayFiles::Settle(Env& env, const SettledReplay& settled) const {
  if (!settled.handled.empty()) {
    const auto marked = journal::MarkHandled(env, directory, letters, settled.handled);
    if (!marked.ok()) return marked.status();
  }
  ReplayNotes notes;
  SLUICE_RETURN_IF_ERROR(Load(env, &notes));
  const ReplayNotes before = notes;
  std::erase_if(notes.notes, [](const auto& note) { return note.what == What::kBegun; });
  notes.targets.clear();
  for (const uint64_t offset : settled.undecided) {
    notes.Set({.offset = offset, .what = What::kUndecided});
  }
  for (const auto& [offset, reason] : settled.failed) {
    notes.Set({.offset = offset, .what = What::kFailed, .why = reason});
  }
  notes.Trim();
  if (notes == before) return Status::Ok();
  return journal::SaveReplayNotes(env, directory, letters, stream_id, notes);
}

std::vector<ReplayNotes::Target> TargetsOf(const journal::Journal& journal,
                                           std::string_view letters) {
  std::vector<ReplayNotes::Target> targets;
  for (const auto& stream : journal.streams()) {
    if (stream->name() == letters) continue;
    targets.push_back({stream->name(), stream->id(), stream->next_offset()});
  }
  return targets;
}

}  // namespace sluice::ingest
