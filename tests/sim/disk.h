#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/env.h"
#include "base/random.h"
#include "sim/scene.h"
#include "sim/sqlite_vfs.h"
#include "sim/sync_account.h"
#include "sim/whims.h"
#include "sim/witness.h"
#include "support/memory_env.h"

namespace sluice::sim {

// The medium of the gateway's machine, which outlives its processes. It fails by operation and for
// stretches of time, loses or tears what was not synced when the power goes, rots, cannot be read
// in places, fills up, and is slow. It keeps its own account of which readings are synced. One
// thread.
class Disk {
 public:
  static constexpr uint64_t kCapacity = 64 << 20;

  explicit Disk(Scene& scene);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  // For one process, the next one. When that has ended its Env changes nothing any more, whatever
  // destructors still try. The disk outlives it.
  std::unique_ptr<Env> Mount();
  void EndProcess(Witness::End how);
  // From so many operations on, counted from now, nothing changes any more and all of them fail,
  // until the process is ended. UINT64_MAX: never.
  void DieAfter(uint64_t operations) { operations_left_ = operations; }
  bool died() const { return died_; }

  // How long it takes until the journal's thread has its next turn.
  Duration NewLatency();
  Duration latency() const { return latency_; }
  // The name of the VFS by which SQLite uses this disk.
  std::string vfs() const { return SqliteVfs::kName; }

  // Whether the disk has failed since the last Mount so that a gateway may not start.
  bool MayRefuse(const Status& why) const;
  // Ends what can end: errors and want of room. What is damaged stays so.
  void Mend();

  // The reading is synced, in a file whose name is; or it is not there any more because the file
  // was removed.
  bool IsDurable(Token token) const { return account_.IsDurable(token); }
  // Likewise an event that says it is a replay of this letter.
  bool IsReplayDurable(uint64_t letter) const { return account_.IsReplayDurable(letter); }
  // `kept` is told of each dead letter of an event that has become safe likewise, once.
  void SetOnLetter(std::function<void(const Letter& letter)> kept) {
    account_.SetOnLetter(std::move(kept));
  }
  // After a start: a reader has found this dead letter (LetterKey) at this offset.
  void Found(uint64_t place, std::string_view letter) { account_.Found(place, letter); }
  // How often something that was synced has been damaged.
  uint64_t damages() const { return damages_; }
  // The medium as it is, for judges; fails nothing.
  const Env& medium() const { return env_; }

 private:
  class Mounted;
  class Writer;
  class Reader;
  // Each of them strikes an operation, and now and then half of all for a while; and from a start
  // on, what the journal has to write of its cursors may not be written for longer than anything.
  enum Failure : uint8_t { kWrite, kSync, kDirectory, kOpen, kRead, kFailures };

  // Whether the operation may be done; counts it if it changes something.
  Status Ask(Failure failure, const std::string& path);
  bool Strikes(Failure failure, std::string_view path);
  void LookAtRename(const std::string& from, const std::string& to);
  enum class Among : uint8_t { kAll, kSegments, kOthers };
  void Rot();
  void Lose();
  void Empty(const std::string& path);
  void LosePage();
  void Fill();
  // A file, and a place in it; empty: there is none.
  std::string PickFile(Among among, uint64_t* at);
  std::string PickRotten(uint64_t* at);

  Scene& scene_;
  Random random_;
  Whims whims_;
  test::MemoryEnv env_;
  SyncAccount account_{env_};
  SqliteVfs vfs_;
  uint64_t mounts_ = 0;  // the newest process's is alive
  bool is_alive_ = false;
  bool died_ = false;
  uint64_t operations_left_ = UINT64_MAX;
  uint64_t failures_of_mount_ = 0;
  std::array<MonotonicTime, kFailures> failing_until_{};
  MonotonicTime mounted_at_{};
  MonotonicTime cursors_failing_until_{};
  Duration latency_{};
  uint64_t damages_ = 0;
  Timer empty_timer_;
};

}  // namespace sluice::sim
