#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/env.h"

namespace sluice::sim {

// SQLite's files on an Env, so that a database lives on a simulated disk. One at a time, under this
// name; files that are open when it ends must not be used any more.
class SqliteVfs {
 public:
  static constexpr char kName[] = "simulated";

  // The clock outlives it.
  SqliteVfs(const Clock& clock, uint64_t seed);
  ~SqliteVfs();
  SqliteVfs(const SqliteVfs&) = delete;
  SqliteVfs& operator=(const SqliteVfs&) = delete;

  // Whose files those are that are opened from now on; it outlives them.
  void Use(Env* env);
};

}  // namespace sluice::sim
