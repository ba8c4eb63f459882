#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "sim/block_chain.h"
#include "sim/letters.h"
#include "sim/witness.h"
#include "support/memory_env.h"

namespace sluice::sim {

// Which readings are synced, by the disk's own account: it is told of every change and every sync,
// looks for readings in what is written, packed or not, and knows no more of formats than how that
// is unpacked. A reading counts when the
// bytes that hold it are synced and a name that leads to their file is, and goes on to count when
// the file is gone again: nothing but an order takes away what is synced. Likewise which dead
// letters of events are, in segments of the stream that is called so, and of which letters other
// streams have an event that says it is a replay. One thread.
class SyncAccount {
 public:
  // A reading by its token, a letter by its place in letters_, a replay by the letter's offset.
  struct Mark {
    uint32_t number;
    enum class Of : uint8_t { kReading, kLetter, kReplay } of;
  };

  explicit SyncAccount(const test::MemoryEnv& env) : env_(env) {}

  // The file that `path` names from now on, made if there is none.
  using FileId = uint32_t;
  FileId Open(const std::string& path);
  void Written(FileId file, uint64_t offset, ByteSpan bytes);
  // What was written from there on and is not synced is gone.
  void Truncated(FileId file, uint64_t size);
  void Synced(FileId file);
  // The sync failed: what was written since the last one no later sync will save.
  void SyncFailed(FileId file);
  void Renamed(const std::string& from, const std::string& to);
  void Linked(const std::string& from, const std::string& to);
  void Removed(const std::string& path);
  void DirectorySynced(const std::string& path);
  // After a power cut: what is there now is all that was synced. A letter that has survived by
  // chance may lie behind a torn place, and be cut off with it even when somebody has synced the
  // file meanwhile: it counts when it is synced and Found.
  void Recount();
  // After a start: a reader of the medium comes upon this letter (LetterKey) at this offset.
  void Found(uint64_t place, std::string_view letter);

  bool IsDurable(Token token) const { return token < durable_.size() && durable_[token]; }
  bool IsReplayDurable(uint64_t letter) const { return durable_replays_.contains(letter); }
  // `kept` is called when a dead letter has become durable, once for each.
  void SetOnLetter(std::function<void(const Letter& letter)> kept) { kept_ = std::move(kept); }

 private:
  struct Unsynced {
    uint64_t offset;  // of the write
    Mark mark;
  };
  struct File {
    std::vector<Unsynced> unsynced;
    std::vector<Mark> nameless;       // synced, while no durable name leads to the file
    std::vector<uint32_t> survivors;  // letters that a power cut has left, by chance; not synced
    BlockChain packed;                // of what was written
    uint32_t durable_names = 0;
    bool holds_letters = false, holds_events = false;
  };
  struct KnownLetter {
    Letter letter;
    bool is_durable = false;
    bool is_synced_survivor = false;
  };
  using Names = std::map<std::string, FileId>;  // by path

  // Notes what is in `bytes`: of a write, or of an event in it that was packed.
  void Note(File* file, uint64_t offset, std::string_view bytes);
  void NoteLetter(File* file, uint64_t offset, const Letter& letter);
  uint32_t NumberOf(const Letter& letter);
  static std::vector<uint32_t> TakeLetters(std::vector<Unsynced>* from);
  void Keep(std::vector<Mark>* marks);
  void KeepLetter(uint32_t number);

  const test::MemoryEnv& env_;
  std::function<void(const Letter& letter)> kept_;
  std::vector<File> files_;
  Names names_, durable_names_;
  std::vector<bool> durable_;  // by token
  std::set<uint64_t> durable_replays_;
  std::vector<KnownLetter> letters_;
  std::map<std::string, uint32_t, std::less<>> letter_numbers_;
};

}  // namespace sluice::sim
