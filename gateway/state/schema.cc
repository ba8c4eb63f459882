#include "state/schema.h"

#include <fmt/format.h>

#include <array>

namespace sluice::state {
namespace {

Status CheckIsOurs(const Schema& schema, Database& database) {
  const Result<int64_t> id = database.Number("PRAGMA application_id");
  if (!id.ok()) return id.status();
  if (*id == schema.application_id) return Status::Ok();
  const Result<int64_t> things = database.Number("SELECT count(*) FROM sqlite_schema");
  if (!things.ok()) return things.status();
  if (*id == 0 && *things == 0) return Status::Ok();
  return Status::Corruption("it is another program's database");
}

}  // namespace

// https://www.sqlite.org/fileformat2.html#the_database_header
int64_t VersionIn(const Schema& schema, const Env& env, const std::string& path) {
  constexpr size_t kUserVersion = 60, kApplication = 68;
  std::array<uint8_t, 100> header;
  const auto file = env.OpenReadable(path);
  if (!file.ok()) return 0;
  const auto size = (*file)->ReadAt(0, header.size(), header.data());
  if (!size.ok() || *size != header.size()) return 0;
  const auto number = [&header](size_t at) {
    return int64_t{header[at]} << 24 | header[at + 1] << 16 | header[at + 2] << 8 | header[at + 3];
  };
  return number(kApplication) == schema.application_id ? number(kUserVersion) : 0;
}

Status NewerVersion(const Schema& schema, int64_t version) {
  return {StatusCode::kUnimplemented,
          fmt::format("it has version {}, and this program knows {}", version, schema.version())};
}

Status BringForward(const Schema& schema, Database& database) {
  SLUICE_RETURN_IF_ERROR(CheckIsOurs(schema, database));
  const Result<int64_t> version = database.Number("PRAGMA user_version");
  if (!version.ok()) return version.status();
  if (*version == schema.version()) return Status::Ok();
  if (*version > schema.version()) return NewerVersion(schema, *version);
  if (*version < 0) return Status::Corruption(fmt::format("it has version {}", *version));
  Transaction transaction(database);
  SLUICE_RETURN_IF_ERROR(transaction.Begin());
  for (const char* step : schema.steps.subspan(static_cast<size_t>(*version))) {
    SLUICE_RETURN_IF_ERROR(database.Run(step));
  }
  SLUICE_RETURN_IF_ERROR(
      database.Run(fmt::format("PRAGMA application_id = {}", schema.application_id)));
  SLUICE_RETURN_IF_ERROR(database.Run(fmt::format("PRAGMA user_version = {}", schema.version())));
  return transaction.Commit();
}

}  // namespace sluice::state
