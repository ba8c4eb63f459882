#include "faults/disk.h"

#include <algorithm>

namespace sluice::faults {
namespace {

using Kind = Operation::Kind;
constexpr size_t kSector = 512;

void WriteAt(uint64_t offset, std::string_view bytes, std::string* content) {
  if (content->size() < offset + bytes.size()) content->resize(offset + bytes.size());
  content->replace(offset, bytes.size(), bytes);
}

}  // namespace

Disk EmptyDisk() { return {{kRoot, {.is_directory = true, .content = {}, .entries = {}}}}; }

std::string ParentOf(const std::string& path) { return path.substr(0, path.rfind('/')); }
std::string NameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

Inode Resolve(const Disk& disk, std::string_view path) {
  Inode inode = kRoot;
  while (!path.empty()) {
    path.remove_prefix(path.front() == '/' ? 1 : 0);
    const std::string name(path.substr(0, path.find('/')));
    path.remove_prefix(name.size());
    if (name.empty()) continue;
    const Node& node = disk.at(inode);
    const auto found = node.entries.find(name);
    if (found == node.entries.end()) return kNoInode;
    inode = found->second;
  }
  return inode;
}

void Apply(const Operation& operation, Disk* disk) {
  Node& node = (*disk)[operation.inode];
  switch (operation.kind) {
    case Kind::kMake:
      node.is_directory = operation.is_directory;
      break;
    case Kind::kWrite:
      WriteAt(operation.offset, operation.bytes, &node.content);
      break;
    case Kind::kTruncate:
      node.content.resize(operation.offset);
      break;
    case Kind::kEnter:
      node.entries[operation.name] = operation.target;
      break;
    case Kind::kRename:
      node.entries.erase(operation.from_name);
      node.entries[operation.name] = operation.target;
      break;
    case Kind::kErase:
      node.entries.erase(operation.name);
      break;
    case Kind::kSync:
    case Kind::kSyncDirectory:
      break;
  }
}

namespace {

enum class Style : uint8_t { kNothing, kEverything, kFirstOnes, kAnything };

// The changes of one inode since it was last synced, on top of what was synced.
class Unsynced {
 public:
  void Add(const Operation* operation) { operations_.push_back(operation); }
  void Sync(Disk* durable) {
    for (const Operation* operation : operations_) Apply(*operation, durable);
    operations_.clear();
  }
  void Crash(Style style, Random& random, Disk* durable) {
    if (operations_.empty() || style == Style::kNothing) return;
    if (style == Style::kFirstOnes) operations_.resize(random.Below(operations_.size() + 1));
    if (style != Style::kAnything) return Sync(durable);
    Node& node = (*durable)[operations_.front()->inode];
    node.is_directory ? KeepSomeNames(random, durable) : KeepSomeSectors(random, durable, &node);
  }

 private:
  void KeepSomeNames(Random& random, Disk* durable) {
    for (const Operation* operation : operations_) {
      const uint64_t dice = random.Below(5);
      if (dice < 2) continue;
      Operation kept = *operation;
      // Both names of a rename.
      if (kept.kind == Kind::kRename && dice == 2) kept.kind = Kind::kEnter;
      Apply(kept, durable);
    }
  }
  void KeepSomeSectors(Random& random, Disk* durable, Node* node) {
    std::vector<std::string> versions = {node->content};
    for (const Operation* operation : operations_) {
      Apply(*operation, durable);
      versions.push_back(node->content);
    }
    node->content.assign(versions[random.Below(versions.size())].size(), '\0');
    for (size_t at = 0; at < node->content.size(); at += kSector) {
      const std::string& version = versions[random.Below(versions.size())];
      if (at >= version.size()) continue;
      const size_t size = std::min({kSector, version.size() - at, node->content.size() - at});
      node->content.replace(at, size, version, at, size);
    }
  }

  std::vector<const Operation*> operations_;
};

}  // namespace

Disk KillAt(const Disk& start, const OperationLog& log, size_t point) {
  Disk disk = start;
  for (size_t i = 0; i < point; ++i) Apply(log[i], &disk);
  return disk;
}

Disk CrashAt(const Disk& start, const OperationLog& log, size_t point, Random& random) {
  Disk durable = start;
  std::map<Inode, Unsynced> unsynced;
  for (size_t i = 0; i < point; ++i) {
    const Operation& operation = log[i];
    if (operation.kind == Kind::kMake) {
      Apply(operation, &durable);
    } else if (operation.kind == Kind::kSync || operation.kind == Kind::kSyncDirectory) {
      unsynced[operation.inode].Sync(&durable);
    } else {
      unsynced[operation.inode].Add(&operation);
    }
  }
  const auto style = static_cast<Style>(random.Below(4));
  for (auto& [inode, changes] : unsynced) changes.Crash(style, random, &durable);
  return durable;
}

}  // namespace sluice::faults
