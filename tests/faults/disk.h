#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"

namespace sluice::faults {

using Inode = int;
constexpr Inode kNoInode = -1;
constexpr Inode kRoot = 0;

// What a medium holds: inodes, each a file or a directory, whether a name leads to them or not.
struct Node {
  bool is_directory = false;
  std::string content;                   // of a file
  std::map<std::string, Inode> entries;  // of a directory
};
using Disk = std::map<Inode, Node>;

Disk EmptyDisk();
// The inode at an absolute path; kNoInode if there is none.
Inode Resolve(const Disk& disk, std::string_view path);
std::string ParentOf(const std::string& path);
std::string NameOf(const std::string& path);

// One change of a disk, or a request to make earlier ones durable.
struct Operation {
  enum class Kind : uint8_t {
    kMake,           // an inode, without a name yet; `is_directory`
    kWrite,          // `bytes` at `offset` of a file
    kTruncate,       // a file to `offset` bytes
    kSync,           // of a file
    kEnter,          // `name` of a directory leads to `target`
    kErase,          // `name` of a directory leads nowhere
    kRename,         // `name` of a directory leads to `target`, which `from_name` of it did
    kSyncDirectory,  // of a directory
  };
  Kind kind;
  Inode inode = kNoInode;  // the file or the directory
  uint64_t offset = 0;
  std::string bytes{};
  std::string name{}, from_name{};
  Inode target = kNoInode;
  bool is_directory = false;
};
using OperationLog = std::vector<Operation>;

// Does what the operation says; syncs change nothing here.
void Apply(const Operation& operation, Disk* disk);

// What may be on the medium after the power failed behind the first `point` operations. POSIX
// promises only what was synced; of the rest anything may be there:
//   - of a file's writes any 512-byte sectors, each as of any moment since the last sync, and any
//     of the sizes that the file had meanwhile; zeros where a size came without its data;
//   - of a directory's changes any, though a rename never loses both names.
// A quarter of the states each loses everything, keeps everything, or keeps what came first.
Disk CrashAt(const Disk& start, const OperationLog& log, size_t point, Random& random);
// What SIGKILL leaves there: everything, though not all of it is on the medium yet.
Disk KillAt(const Disk& start, const OperationLog& log, size_t point);

}  // namespace sluice::faults
