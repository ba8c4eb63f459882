#include "sim/sync_account.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace sluice::sim {
namespace {

using Of = SyncAccount::Mark::Of;

constexpr std::string_view kLetters = "/dead-letters/", kStreams = "/streams/";
constexpr std::string_view kLetterId = "gw/dead-letters/";
constexpr std::string_view kDamaged = "/quarantine/";  // copies of files, as damaged as those

// Of the paths directly below `directory`.
template <typename Names>
auto Below(Names& names, const std::string& directory) {
  return std::pair(names.lower_bound(directory + "/"), names.lower_bound(directory + "0"));
}

std::string KeyOf(uint64_t place, std::string_view letter) {
  return fmt::format("{} {}", place, letter);
}

// Calls `found` for each letter that is named in `bytes`.
template <typename Found>
void FindLetterIds(std::string_view bytes, Found found) {
  for (size_t at = bytes.find(kLetterId); at != bytes.npos; at = bytes.find(kLetterId, at)) {
    at += kLetterId.size();
    uint32_t letter = 0;
    const char* const end = bytes.data() + bytes.size();
    if (std::from_chars(bytes.data() + at, end, letter).ec == std::errc()) found(letter);
  }
}

bool IsDirectlyBelow(const std::string& path, const std::string& directory) {
  return path.find('/', directory.size() + 1) == path.npos;
}

}  // namespace

SyncAccount::FileId SyncAccount::Open(const std::string& path) {
  const auto [name, is_new] = names_.try_emplace(path, static_cast<FileId>(files_.size()));
  if (is_new) {
    File& file = files_.emplace_back();
    const bool is_sound = path.find(kDamaged) == path.npos;
    file.holds_letters = is_sound && path.find(kLetters) != path.npos;
    file.holds_events = is_sound && !file.holds_letters && path.find(kStreams) != path.npos;
  }
  return name->second;
}

void SyncAccount::Written(FileId id, uint64_t offset, ByteSpan bytes) {
  File& file = files_[id];
  Note(&file, offset, AsText(bytes));
  if (!file.holds_letters && !file.holds_events) return;
  if (file.holds_letters) {
    FindLetters(AsText(bytes),
                [&](size_t /*at*/, const Letter& letter) { NoteLetter(&file, offset, letter); });
  }
  FindPacked(AsText(bytes), &file.packed, [&](std::string_view payload) {
    Note(&file, offset, payload);
    if (!file.holds_letters) return;
    if (const auto letter = ReadLetter(payload)) NoteLetter(&file, offset, *letter);
  });
}

void SyncAccount::Note(File* file, uint64_t offset, std::string_view bytes) {
  FindTokens(bytes, [&](Token token) {
    file->unsynced.push_back({offset, {token, Of::kReading}});
  });
  if (!file->holds_events) return;
  FindLetterIds(bytes, [&](uint32_t letter) {
    file->unsynced.push_back({offset, {letter, Of::kReplay}});
  });
}

void SyncAccount::NoteLetter(File* file, uint64_t offset, const Letter& letter) {
  file->unsynced.push_back({offset, {NumberOf(letter), Of::kLetter}});
}

uint32_t SyncAccount::NumberOf(const Letter& letter) {
  const auto [known, is_new] = letter_numbers_.try_emplace(KeyOf(letter.place, LetterKey(letter)),
                                                           static_cast<uint32_t>(letters_.size()));
  if (is_new) letters_.push_back({letter});
  return known->second;
}

void SyncAccount::Truncated(FileId file, uint64_t size) {
  std::erase_if(files_[file].unsynced, [&](const Unsynced& one) { return one.offset >= size; });
}

void SyncAccount::Keep(std::vector<Mark>* marks) {
  for (const Mark mark : *marks) {
    if (mark.of == Of::kLetter) {
      KeepLetter(mark.number);
    } else if (mark.of == Of::kReplay) {
      durable_replays_.insert(mark.number);
    } else {
      if (mark.number >= durable_.size()) durable_.resize(2 * size_t{mark.number} + 1);
      durable_[mark.number] = true;
    }
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
  for (const uint32_t letter : file.survivors) letters_[letter].is_synced_survivor = true;
  file.survivors.clear();
  if (file.durable_names > 0) Keep(&file.nameless);
}

void SyncAccount::SyncFailed(FileId file) {
  files_[file].unsynced.clear();
  files_[file].survivors.clear();
}

void SyncAccount::Found(uint64_t place, std::string_view letter) {
  const auto known = letter_numbers_.find(KeyOf(place, letter));
  if (known == letter_numbers_.end()) return;
  if (letters_[known->second].is_synced_survivor) KeepLetter(known->second);
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

std::vector<uint32_t> SyncAccount::TakeLetters(std::vector<Unsynced>* from) {
  const auto letters = std::stable_partition(
      from->begin(), from->end(), [](const Unsynced& one) { return one.mark.of != Of::kLetter; });
  std::vector<uint32_t> taken;
  for (auto one = letters; one != from->end(); ++one) taken.push_back(one->mark.number);
  from->erase(letters, from->end());
  return taken;
}

void SyncAccount::Recount() {
  files_.clear();
  for (KnownLetter& letter : letters_) letter.is_synced_survivor = false;
  names_.clear();
  for (const std::string& path : env_.AllFiles()) {
    const FileId file = Open(path);
    files_[file].durable_names = 1;
    Written(file, 0, AsBytes(env_.Content(path)));
    std::vector<uint32_t> survivors = TakeLetters(&files_[file].unsynced);
    Synced(file);
    files_[file].survivors = std::move(survivors);
  }
  durable_names_ = names_;
}

}  // namespace sluice::sim
