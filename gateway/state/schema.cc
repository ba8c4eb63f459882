#include "state/schema.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

namespace sluice::state {
namespace {

constexpr int64_t kApplicationId = 0x536C7563;  // "Sluc", in the file's header

// What leads from each version to the next, from nothing on. Only ever added to: a file of any
// older version comes forward through all that are behind it.
constexpr const char* kSteps[] = {
    // 1: retained messages. `received` is in nanoseconds since 1970, NULL when the clock was not
    // trusted; `checksum` is over all other columns, because SQLite has none of its own.
    "CREATE TABLE retained ("
    "topic BLOB PRIMARY KEY NOT NULL, holder BLOB NOT NULL, qos INTEGER NOT NULL, received INTEGER,"
    "properties BLOB NOT NULL, payload BLOB NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID",
};
constexpr auto kVersion = static_cast<int64_t>(std::size(kSteps));

Status CheckIsOurs(Database& database) {
  const Result<int64_t> id = database.Number("PRAGMA application_id");
  if (!id.ok()) return id.status();
  if (*id == kApplicationId) return Status::Ok();
  const Result<int64_t> things = database.Number("SELECT count(*) FROM sqlite_schema");
  if (!things.ok()) return things.status();
  if (*id == 0 && *things == 0) return Status::Ok();
  return Status::Corruption("it is another program's database");
}

}  // namespace

int SchemaVersion() { return static_cast<int>(kVersion); }

// https://www.sqlite.org/fileformat2.html#the_database_header
int64_t VersionIn(const Env& env, const std::string& path) {
  constexpr size_t kUserVersion = 60, kApplication = 68;
  std::array<uint8_t, 100> header;
  const auto file = env.OpenReadable(path);
  if (!file.ok()) return 0;
  const auto size = (*file)->ReadAt(0, header.size(), header.data());
  if (!size.ok() || *size != header.size()) return 0;
  const auto number = [&header](size_t at) {
    return int64_t{header[at]} << 24 | header[at + 1] << 16 | header[at + 2] << 8 | header[at + 3];
  };
  return number(kApplication) == kApplicationId ? number(kUserVersion) : 0;
}

Status NewerVersion(int64_t version) {
  return {StatusCode::kUnimplemented,
          fmt::format("it has version {}, and this program knows {}", version, kVersion)};
}

Status BringForward(Database& database) {
  SLUICE_RETURN_IF_ERROR(CheckIsOurs(database));
  const Result<int64_t> version = database.Number("PRAGMA user_version");
  if (!version.ok()) return version.status();
  if (*version == kVersion) return Status::Ok();
  if (*version > kVersion) return NewerVersion(*version);
  if (*version < 0) return Status::Corruption(fmt::format("it has version {}", *version));
  Transaction transaction(database);
  SLUICE_RETURN_IF_ERROR(transaction.Begin());
  for (int64_t step = *version; step < kVersion; ++step) {
    SLUICE_RETURN_IF_ERROR(database.Run(kSteps[step]));
  }
  SLUICE_RETURN_IF_ERROR(database.Run(fmt::format("PRAGMA application_id = {}", kApplicationId)));
  SLUICE_RETURN_IF_ERROR(database.Run(fmt::format("PRAGMA user_version = {}", kVersion)));
  return transaction.Commit();
}

}  // namespace sluice::state
