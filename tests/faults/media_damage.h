#pragma once

#include <string>

#include "base/random.h"
#include "faults/recording_env.h"

namespace sluice::faults {

// Damages one file below `directory`, as media and people do: bits, a page of zeros, a page that
// can't be read, an end that is cut or can't be read, no file at all. Says what it did.
std::string DamageOneFile(const std::string& directory, Disk* disk, Random& random,
                          std::vector<std::pair<Inode, uint64_t>>* lost_pages,
                          std::vector<std::pair<Inode, uint64_t>>* short_reads);

}  // namespace sluice::faults
