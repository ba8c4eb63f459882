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

// A small file that is replaced often and is whole after any crash. One thread.
class SlotFile {
 public:
  static constexpr size_t kMaxPayloadBytes = 256;
  static constexpr size_t kMaxFileBytes = 8192;

  // What is stored at `path`: nothing if it is missing or neither slot is valid (`*damaged` tells
  // which).
  static Result<std::optional<Slot>> Load(const Env& env, const std::string& path, bool* damaged);

  // Opens for writing; a missing file is made when first written. `sequence` is that of the loaded
  // slot or 0.
  SlotFile(Env& env, std::string directory, std::string path, uint64_t sequence);

  // Writes and syncs. After a failure the old content stands, or the new.
  Status Save(uint64_t stream_id, ByteSpan payload);

 private:
  Status Open();

  Env& env_;
  const std::string directory_;
  const std::string path_;
  uint64_t sequence_;
  std::unique_ptr<WritableFile> file_;
};

}  // namespace sluice::journal
