#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/env.h"
#include "base/status.h"

namespace sluice::journal {

// What is noted of events of a stream that are replayed into others, so that none is replayed twice
// whatever happens to the process; see "Replays" in FORMAT.md. A value.
struct ReplayNotes {
  enum class What : uint8_t {
    kBegun = 1,      // what comes of it may be in one of the targets, behind its end
    kUndecided = 2,  // it was begun, and nobody can know any more
    kFailed = 3,     // it was tried and is as it was
  };
  struct Note {
    uint64_t offset = 0;
    What what = What::kBegun;
    std::string why = {};  // of kFailed: at most kMaxWhyBytes of it are kept
    bool operator==(const Note&) const = default;
  };
  // A stream into which the begun ones go, as it was before.
  struct Target {
    std::string stream;
    uint64_t stream_id = 0;
    uint64_t end = 0;
    bool operator==(const Target&) const = default;
  };

  static constexpr size_t kMaxWhyBytes = 22;
  // Stops failures from filling the disk; 512 KiB. Beyond, those that failed first are forgotten.
  static constexpr size_t kMaxNotes = 16 * 1024;
  static constexpr size_t kMaxTargets = 1024;

  std::vector<Note> notes;  // ascending by offset, each once
  std::vector<Target> targets;

  const Note* Find(uint64_t offset) const;
  void Set(Note note);
  void Erase(uint64_t offset);
  void DropBelow(uint64_t offset);
  // Forgets failures until there are no more than kMaxNotes.
  void Trim();
  bool HasBegun() const;

  std::vector<uint8_t> Encode(uint64_t stream_id) const;
  // kCorruption, or kUnimplemented for a newer version's file.
  static Result<ReplayNotes> Decode(ByteSpan file, uint64_t* stream_id);
  bool operator==(const ReplayNotes&) const = default;
};

// Beside a running gateway or not. Empty when there is no file, or one of another stream id. Fails
// when nobody can know, as LoadHandled does. Who does not know the stream's id looks for it.
Result<ReplayNotes> LoadReplayNotes(const Env& env, const std::string& directory,
                                    const std::string& stream,
                                    std::optional<uint64_t> stream_id = {});
// Durable when it returns OK; else the file says what it said before, or all of the new. Only for
// the process that has the journal's lock.
Status SaveReplayNotes(Env& env, const std::string& directory, const std::string& stream,
                       uint64_t stream_id, const ReplayNotes& notes);

}  // namespace sluice::journal
