#include "journal/unproven_tail.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/probe.h"

namespace sluice::journal {
namespace {

constexpr size_t kPieceBytes = 64u << 10;

// The same bytes again, so that the kernel has to write them. What can't be read is left as it is.
Status WriteAgain(Env& env, const std::string& path, uint64_t bytes) {
  const auto source = env.OpenReadable(path);
  if (!source.ok()) return source.status();
  const auto file = env.OpenWritable(path);
  if (!file.ok()) return file.status();
  std::vector<uint8_t> piece(kPieceBytes);
  for (uint64_t at = 0; at < bytes; at += piece.size()) {
    const size_t wanted = static_cast<size_t>(std::min<uint64_t>(piece.size(), bytes - at));
    const Result<size_t> got = (*source)->ReadAt(at, wanted, piece.data());
    if (!got.ok()) continue;
    SLUICE_RETURN_IF_ERROR((*file)->WriteAt(at, ByteSpan(piece).first(*got)));
  }
  return (*file)->Sync();
}

// When it fails the file is cut at the next opening.
void CutOff(Env& env, uint64_t base, uint64_t bytes, StreamStore* store) {
  const Status cut = CutSegment(env, base, bytes, store);
  if (!cut.ok()) LogWarn("journal: {}", cut.ToString());
}

}  // namespace

Status ProveTail(Env& env, const UnprovenTail& tail, StreamStore* store) {
  if (!tail.behind_damage) {
    const Status rewritten = store->RewriteTail(tail.offset);
    if (rewritten.ok()) {
      if (tail.offset > tail.base) CutOff(env, tail.base, tail.offset_bytes, store);
      return rewritten;
    }
    LogWarn("journal: {}; its last events are written again where they lie", rewritten.ToString());
  }
  SLUICE_PROBE("journal: an unsynced tail is written again where it lies");
  SLUICE_RETURN_IF_ERROR(WriteAgain(env, store->paths().Segment(tail.base), tail.end_bytes));
  if (!tail.behind_damage) CutOff(env, tail.base, tail.end_bytes, store);
  return Status::Ok();
}

Status CutSegment(Env& env, uint64_t base, uint64_t bytes, StreamStore* store) {
  const auto file = env.OpenWritable(store->paths().Segment(base));
  if (!file.ok()) return file.status();
  Status cut = (*file)->Truncate(bytes);
  const Status synced = (*file)->Sync();
  if (!cut.ok()) return cut;
  SLUICE_RETURN_IF_ERROR(synced);
  store->NoteCut(base, bytes);
  return Status::Ok();
}

}  // namespace sluice::journal
