#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"

namespace sluice {

// A file open for writing, by one thread. Closing (the destructor) does not sync.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  // Writes all of `bytes` at `offset`. A failed write may have written a part of them.
  virtual Status WriteAt(uint64_t offset, ByteSpan bytes) = 0;
  // Returns when data and the metadata needed to read it back are on the medium (fdatasync).
  // After a failure the state of what was written since the last success is unknown.
  virtual Status Sync() = 0;
  // Sets the size, cutting or zero-filling.
  virtual Status Truncate(uint64_t size) = 0;
  // Reserves space from 0 to `size` without changing what is read there; best effort.
  virtual Status Allocate(uint64_t size) = 0;
  // True if `path` names this very file. False when it was removed, moved or replaced, or when
  // something is mounted over it: then what is written here can't be found there.
  virtual Result<bool> IsAt(const std::string& path) const = 0;
};

// A file open for reading; safe from several threads.
class ReadableFile {
 public:
  virtual ~ReadableFile() = default;
  // Reads up to `size` bytes at `offset` into `buffer`; returns how many there were (fewer only at
  // the end).
  virtual Result<size_t> ReadAt(uint64_t offset, size_t size, uint8_t* buffer) const = 0;
  virtual Result<uint64_t> Size() const = 0;
};

// The file system, as narrow as the journal needs it, so that tests can put a failing one in its
// place. Safe from any thread. Every path in a returned status.
//
// Only regular files can be opened; anything else under a file's name (a directory, a FIFO, a
// device) is kIoError, at once: opening a FIFO must not wait for its other end.
class Env {
 public:
  virtual ~Env() = default;

  // Opens for writing, keeping what is there; creates the file (mode 0640) if it is missing.
  virtual Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path) = 0;
  // The same, and nobody else may read it: mode 0600, whatever it was.
  virtual Result<std::unique_ptr<WritableFile>> OpenPrivate(const std::string& path) = 0;
  virtual Result<std::unique_ptr<ReadableFile>> OpenReadable(const std::string& path) const = 0;
  // Names (not paths) of the entries of a directory without "." and "..", sorted.
  virtual Result<std::vector<std::string>> List(const std::string& directory) const = 0;
  virtual Result<uint64_t> FileSize(const std::string& path) const = 0;
  virtual bool Exists(const std::string& path) const = 0;
  // Mode 0750; existing ones are fine, kAlreadyExists when something else has the name.
  virtual Status CreateDirectories(const std::string& path) = 0;
  // Also of directories. Replaces `to` atomically, unless that is a directory.
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  // Gives the file `from` a second name; kAlreadyExists when `to` is taken. Not every file system
  // can.
  virtual Status Link(const std::string& from, const std::string& to) = 0;
  virtual Status Remove(const std::string& path) = 0;
  // Makes creations, renames and removals in a directory durable.
  virtual Status SyncDirectory(const std::string& path) = 0;
  // Bytes that an unprivileged process can still write to the file system of `path`.
  virtual Result<uint64_t> FreeBytes(const std::string& path) const = 0;
  // Takes an exclusive lock on `path` (created if missing) for as long as the result lives;
  // kUnavailable, with the holder's process id when known, if another process holds it.
  virtual Result<std::unique_ptr<WritableFile>> Lock(const std::string& path) = 0;

  // The real file system; lives for ever.
  static Env& Posix();
};

// CreateDirectories, and makes what was created durable; so that a power cut does not take away a
// new directory with all that was synced in it.
Status CreateDurableDirectories(Env& env, const std::string& path);
// Reads a whole file of at most `max_bytes`; kResourceExhausted if it is larger.
Result<std::string> ReadFileToString(const Env& env, const std::string& path, size_t max_bytes);
// Writes `path` so that after a crash it holds either its old or its new content: temporary file in
// the same directory, sync, rename, sync of the directory.
Status WriteFileAtomically(Env& env, const std::string& path, ByteSpan content);

}  // namespace sluice
