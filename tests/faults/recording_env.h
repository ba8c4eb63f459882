#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/env.h"
#include "faults/disk.h"

namespace sluice::faults {

// A file system in memory that writes down what is done to it, so that every state which a power
// cut may have left can be made afterwards; and whose medium may be damaged. One thread.
class RecordingEnv final : public Env {
 public:
  explicit RecordingEnv(Disk disk) : start_(disk), disk_(std::move(disk)) {}

  const Disk& start() const { return start_; }
  const Disk& disk() const { return disk_; }
  const OperationLog& log() const { return log_; }

  // From now on all changes fail: the process is gone, whatever its destructors try.
  void Die() { is_dead_ = true; }
  // Syncs of files are acknowledged and not done. A judge who does not see that is none.
  void LieAboutSyncs() { lies_ = true; }
  // Reading this page fails until it is written again.
  void LosePage(Inode inode, uint64_t page) { lost_pages_.insert({inode, page}); }
  // Reading ends `bytes` before the end that Size() tells.
  void ReadShort(Inode inode, uint64_t bytes) { short_reads_[inode] = bytes; }

  Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path) override;
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
  class Writer;
  class Reader;

  Status Do(Operation operation);
  Result<Inode> Make(const std::string& path, bool is_directory);
  Result<Inode> FileAt(const std::string& path) const;
  Result<Inode> DirectoryAt(const std::string& path) const;
  Result<size_t> Read(Inode inode, uint64_t offset, size_t size, uint8_t* buffer) const;

  const Disk start_;
  Disk disk_;
  OperationLog log_;
  bool is_dead_ = false;
  bool lies_ = false;
  std::set<std::pair<Inode, uint64_t>> lost_pages_;
  std::map<Inode, uint64_t> short_reads_;
};

}  // namespace sluice::faults
