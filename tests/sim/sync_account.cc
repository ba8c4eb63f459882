#include "sim/sync_account.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sluice::sim {
namespace {

constexpr std::string_view kLetters = "/dead-letters/";
constexpr std::string_view kDamaged = "/quarantine/";  // copies of files, as damaged as those

// Of the paths directly below `directory`.
template <typename Names>
auto Below(Names& names, const std::string& directory) {
  return std::pair(names.lower_bound(directory + "/"), names.lower_bound(directory + "0"));
}

bool IsDirectlyBelow(const std::string& path, const std::string& directory) {
  return path.find('/', directory.size() + 1) == path.npos;
}

}  // namespace

SyncAccount::FileId SyncAccount::Open(const std::string& path) {
  const auto [name, is_new] = names_.try_emplace(path, static_cast<FileId>(files_.size()));
  if (is_new) {
    files_.emplace_back().holds_letters =
        path.find(kLetters) != path.npos && path.find(kDamaged) == path.npos;
  }
  return name->second;
}

void SyncAccount::Written(FileId file, uint64_t offset, ByteSpan bytes) {
  std::vector<Unsynced>& unsynced = files_[file].unsynced;
  FindTokens(AsText(bytes), [&](Token token) { unsynced.push_back({offset, {token, false}}); });
  if (!files_[file].holds_letters) return;
  FindLetters(AsText(bytes), [&](size_t /*at*/, const Letter& letter) {
    unsynced.push_back({offset, {NumberOf(letter), true}});
  });
}

uint32_t SyncAccount::NumberOf(const Letter& letter) {
  const std::string key = fmt::format("{} {}", letter.place, LetterKey(letter));
  const auto [known, is_new] =
      letter_numbers_.try_emplace(key, static_cast<uint32_t>(letters_.size()));
  if (is_new) letters_.push_back({letter});
  return known->second;
}

void SyncAccount::Truncated(FileId file, uint64_t size) {
  std::erase_if(files_[file].unsynced, [&](const Unsynced& one) { return one.offset >= size; });
}

void SyncAccount::Keep(std::vector<Mark>* marks) {
  for (const Mark mark : *marks) {
    if (mark.is_letter) {
      KeepLetter(mark.number);
      continue;
    }
    if (mark.number >= durable_.size()) durable_.resize(2 * size_t{mark.number} + 1);
    durable_[mark.number] = true;
  }
  marks->clear();
}

void SyncAccount::KeepLetter(uint32_t number) {
  if (std::exchange(letters_[number].is_durable, true) || !kept_) return;
  kept_(letters_[number].letter);
}

void SyncAccount::Synced(FileId id) {
  File& file = files_[id];
  for (const Unsynced& one : file.unsynced) file.nameless.push_back(one.mark);
  file.unsynced.clear();
  if (file.durable_names > 0) Keep(&file.nameless);
}

void SyncAccount::Renamed(const std::string& from, const std::string& to) {
  const auto name = names_.find(from);
  if (name == names_.end()) return;
  names_[to] = name->second;
  names_.erase(from);
}

void SyncAccount::Linked(const std::string& from, const std::string& to) {
  if (const auto name = names_.find(from); name != names_.end()) names_[to] = name->second;
}

void SyncAccount::Removed(const std::string& path) { names_.erase(path); }

void SyncAccount::DirectorySynced(const std::string& path) {
  const auto [begin, end] = Below(durable_names_, path);
  for (auto name = begin; name != end;) {
    if (!IsDirectlyBelow(name->first, path)) {
      ++name;
      continue;
    }
    --files_[name->second].durable_names;
    name = durable_names_.erase(name);
  }
  const auto [first, last] = Below(names_, path);
  for (auto name = first; name != last; ++name) {
    if (!IsDirectlyBelow(name->first, path)) continue;
    File& file = files_[name->second];
    ++file.durable_names;
    Keep(&file.nameless);
    durable_names_.insert(*name);
  }
}

// A letter that has survived the power by chance may lie behind a torn place, and be cut off with
// it: it is safe when somebody has synced it.
std::vector<SyncAccount::Unsynced> SyncAccount::TakeLetters(std::vector<Unsynced>* from) {
  const auto letters = std::stable_partition(
      from->begin(), from->end(), [](const Unsynced& one) { return !one.mark.is_letter; });
  std::vector<Unsynced> taken(letters, from->end());
  from->erase(letters, from->end());
  return taken;
}

void SyncAccount::Recount() {
  files_.clear();
  names_.clear();
  for (const std::string& path : env_.AllFiles()) {
    const FileId file = Open(path);
    files_[file].durable_names = 1;
    Written(file, 0, AsBytes(env_.Content(path)));
    std::vector<Unsynced> letters = TakeLetters(&files_[file].unsynced);
    Synced(file);
    files_[file].unsynced = std::move(letters);
  }
  durable_names_ = names_;
}

}  // namespace sluice::sim
