#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/mutex.h"
#include "base/random.h"

namespace sluice::test {

// A file system in memory that remembers what is synced, and fails on demand. It is as unkind as a
// real one may be: a new, renamed or removed name, also a directory's, survives a crash only after
// SyncDirectory, content only after Sync, and after a failed Sync the content can still be read but
// no later Sync saves it, unless it is written again. Safe from several threads.
class MemoryEnv final : public Env {
 public:
  enum Operation : unsigned {
    kWrite = 1,
    kSync = 2,
    kTruncate = 4,
    kCreate = 8,
    kRename = 16,
    kRemove = 32,
    kSyncDirectory = 64,
    kRead = 128,
    kLink = 256,
    kOpen = 512,  // of files and directories, as with too many open files: kResourceExhausted
    kChanges = kWrite | kSync | kTruncate | kCreate | kRename | kRemove | kSyncDirectory | kLink,
  };

  MemoryEnv();
  ~MemoryEnv() override;

  // Operations of the kinds in `mask` are counted from now on; number `index` (from 0) and the
  // `count - 1` after it fail. A failing write writes half. Replaces an earlier order.
  void FailAt(uint64_t index, uint64_t count = 1, unsigned mask = kChanges);
  void FailFromNowOn(unsigned mask = kChanges) { FailAt(0, UINT64_MAX, mask); }
  void StopFailing() { FailAt(0, 0, 0); }
  // Operations counted since the last FailAt.
  uint64_t counted() const;
  bool has_failed() const;

  // What a power cut does: everything that is not synced is gone. Locks are released; files that
  // are open stay usable but belong to nobody.
  void DropUnsynced();
  // The same, but of each unsynced file any 512-byte sectors survive, and of each directory's
  // unsynced changes the first few.
  void TearUnsynced(Random& random);
  // What SIGKILL does: only the locks are gone.
  void Kill();

  // What `mv` does to a directory while its files are open; the parent of `to` is made. Durable.
  void MoveTree(const std::string& from, const std::string& to);

  // An empty file system, and no order to fail.
  void Format();

  // Writes beyond this many bytes in all files fail with kNoSpace.
  void SetCapacity(uint64_t bytes);

  // Bytes [begin, end) of the file can't be read from now on, under whatever name it has by then.
  void FailReads(const std::string& path, uint64_t begin, uint64_t end);
  // Bits of the byte turn, in what is synced as well.
  void Rot(const std::string& path, uint64_t at, uint8_t bits);
  // The directory can't be listed.
  void FailList(const std::string& directory);
  // Puts something in the place of `path` that is neither a file nor a directory: a FIFO, a socket,
  // a device. With it or a directory there nothing can be opened.
  void PutSpecial(const std::string& path);
  // Removes whatever is there, with all below it, as if synced.
  void RemoveTree(const std::string& path);
  // Of everything that can be found, files only, sorted.
  std::vector<std::string> AllFiles() const;

  // For tests that damage files: the content, and a way to replace it (as if synced).
  std::string Content(const std::string& path) const;
  void SetContent(const std::string& path, std::string content);
  uint64_t written_bytes() const;  // by WriteAt, ever
  uint64_t syncs() const;          // of files, successful, ever

  Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path) override;
  // Nobody else is here.
  Result<std::unique_ptr<WritableFile>> OpenPrivate(const std::string& path) override {
    return OpenWritable(path);
  }
  Result<std::unique_ptr<ReadableFile>> OpenReadable(const std::string& path) const override;
  Result<std::vector<std::string>> List(const std::string& directory) const override;
  Result<uint64_t> FileSize(const std::string& path) const override;
  bool Exists(const std::string& path) const override;
  Status CreateDirectories(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Link(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status SyncDirectory(const std::string& path) override;
  Result<uint64_t> FreeBytes(const std::string& path) const override;
  Result<std::unique_ptr<WritableFile>> Lock(const std::string& path) override;

 private:
  class File;
  class Writer;
  class Reader;
  class LockHandle;
  using Files = std::map<std::string, std::shared_ptr<File>>;  // by name
  struct Change {
    std::string name;
    std::shared_ptr<File> file;  // null: removed
  };
  struct Directory {
    Files entries;
    Files durable;
    std::vector<Change> unsynced;
    bool is_durable = false;  // its name is
  };

  Status Count(Operation operation, const std::string& path) const SLUICE_REQUIRES(mutex_);
  Directory* DirectoryOf(const std::string& path) SLUICE_REQUIRES(mutex_);
  std::shared_ptr<File> FindFile(const std::string& path) const SLUICE_REQUIRES(mutex_);
  // The file to open; null when there is none; a status when it is none.
  Result<std::shared_ptr<File>> FileToOpen(const std::string& path) const SLUICE_REQUIRES(mutex_);
  void RenameTree(const std::string& from, const std::string& to) SLUICE_REQUIRES(mutex_);
  void EraseTree(const std::string& path) SLUICE_REQUIRES(mutex_);
  void SetEntry(const std::string& path, std::shared_ptr<File> file) SLUICE_REQUIRES(mutex_);
  uint64_t UsedBytes() const SLUICE_REQUIRES(mutex_);
  // Which files have names, or their size, is about to change in another way than by writing.
  void ForgetUsedBytes() SLUICE_REQUIRES(mutex_) { used_bytes_.reset(); }
  void Crash(Random* random);

  mutable Mutex mutex_;
  std::map<std::string, Directory> directories_ SLUICE_GUARDED_BY(mutex_);
  std::set<std::string> unlistable_ SLUICE_GUARDED_BY(mutex_);
  std::set<const File*> locks_ SLUICE_GUARDED_BY(mutex_);
  mutable uint64_t counted_ SLUICE_GUARDED_BY(mutex_) = 0;
  uint64_t fail_from_ SLUICE_GUARDED_BY(mutex_) = 0;
  uint64_t fail_count_ SLUICE_GUARDED_BY(mutex_) = 0;
  unsigned fail_mask_ SLUICE_GUARDED_BY(mutex_) = 0;
  mutable bool has_failed_ SLUICE_GUARDED_BY(mutex_) = false;
  uint64_t capacity_ SLUICE_GUARDED_BY(mutex_) = UINT64_MAX;
  mutable std::optional<uint64_t> used_bytes_ SLUICE_GUARDED_BY(mutex_);  // none: not known
  uint64_t written_bytes_ SLUICE_GUARDED_BY(mutex_) = 0;
  uint64_t syncs_ SLUICE_GUARDED_BY(mutex_) = 0;
  // Of locks: those of before a crash release nothing.
  uint64_t generation_ SLUICE_GUARDED_BY(mutex_) = 0;
};

}  // namespace sluice::test
