#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/env.h"
#include "base/status.h"

namespace sluice::journal {

struct Slot {
  uint64_t sequence = 0;
  uint64_t stream_id = 0;
  std::vector<uint8_t> payload;
};

// The valid slot with the larger sequence of a whole slot file ("Slot file" in FORMAT.md), if there
// is one.
std::optional<Slot> DecodeSlots(ByteSpan file);

// What was found at a slot file's path.
struct LoadedSlot {
  std::optional<Slot> slot;
  // There is something, but no valid slot or a part that can't be read: to be set aside, and
  // written anew.
  bool damaged = false;
  bool empty = false;  // damaged, or made by a process that is about to write
};

// A small file that is replaced often and is whole after any crash. One thread.
//
// A slot with sequence s lies in place s % 2. Write() goes on writing into one place, so that the
// other keeps what was synced last; a Sync() makes them change roles. What was loaded is synced
// before anything is written, for the process that wrote it may have died before its sync.
class SlotFile {
 public:
  static constexpr size_t kMaxPayloadBytes = 256;

  // What is stored at `path`; what can't be opened is damaged. Fails only with kResourceExhausted:
  // too many open files say nothing about this one.
  static Result<LoadedSlot> Load(const Env& env, const std::string& path);

  // Opens for writing; a missing file is made when first written. `sequence` is that of the loaded
  // slot or 0.
  SlotFile(Env& env, std::string directory, std::string path, uint64_t sequence);

  // Writes and syncs. After a failure the old content stands, or the new.
  Status Save(uint64_t stream_id, ByteSpan payload);
  // Writes into the page cache only: survives the process, not the machine.
  Status Write(uint64_t stream_id, ByteSpan payload);
  // Syncs what was written, if anything was.
  Status Sync();
  bool is_synced() const { return synced_ || file_ == nullptr; }

 private:
  Status Open();
  void Reserve(uint64_t sequence);

  Env& env_;
  const std::string directory_;
  const std::string path_;
  uint64_t next_sequence_;
  bool found_is_synced_;
  bool synced_ = true;  // what was written last
  std::unique_ptr<WritableFile> file_;
};

}  // namespace sluice::journal
