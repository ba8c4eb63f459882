#include "faults/media_damage.h"

#include <fmt/format.h>

namespace sluice::faults {
namespace {

constexpr uint64_t kPage = 4096;

struct Place {
  Inode directory;
  std::string name;
  Inode file;
};

void FindFiles(const Disk& disk, Inode directory, std::vector<Place>* places) {
  for (const auto& [name, inode] : disk.at(directory).entries) {
    if (disk.at(inode).is_directory) {
      FindFiles(disk, inode, places);
    } else if (name != "LOCK" && !disk.at(inode).content.empty()) {
      places->push_back({directory, name, inode});
    }
  }
}

}  // namespace

std::string DamageOneFile(const std::string& directory, Disk* disk, Random& random,
                          std::vector<std::pair<Inode, uint64_t>>* lost_pages,
                          std::vector<std::pair<Inode, uint64_t>>* short_reads) {
  std::vector<Place> places;
  const Inode top = Resolve(*disk, directory);
  if (top != kNoInode) FindFiles(*disk, top, &places);
  if (places.empty()) return "nothing to damage";
  const Place& place = places[random.Below(places.size())];
  std::string& content = (*disk)[place.file].content;
  const uint64_t at = random.Below(content.size());
  const uint64_t page = at / kPage;
  switch (random.Below(6)) {
    case 0:
      content[at] = static_cast<char>(content[at] ^ (1 << random.Below(8)));
      return fmt::format("{}: a bit of byte {} flipped", place.name, at);
    case 1:
      for (uint64_t i = page * kPage; i < std::min<uint64_t>((page + 1) * kPage, content.size());
           ++i) {
        content[i] = '\0';
      }
      return fmt::format("{}: page {} zeroed", place.name, page);
    case 2:
      lost_pages->push_back({place.file, page});
      return fmt::format("{}: page {} unreadable", place.name, page);
    case 3:
      content.resize(at);
      return fmt::format("{}: cut at {}", place.name, at);
    case 4:
      short_reads->push_back({place.file, content.size() - at});
      return fmt::format("{}: reads end at {}", place.name, at);
    default:
      (*disk)[place.directory].entries.erase(place.name);
      return fmt::format("{}: removed", place.name);
  }
}

}  // namespace sluice::faults
