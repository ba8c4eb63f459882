#include "state/identity_table.h"

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <utility>

#include "base/checksum.h"
#include "state/read_rows.h"

namespace sluice::state {
namespace {

constexpr const char* kSteps[] = {
    // 1: `checksum` is over all other columns.
    "CREATE TABLE identities ("
    "name BLOB PRIMARY KEY NOT NULL, enabled INTEGER NOT NULL, password BLOB NOT NULL,"
    "psk BLOB NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID",
};

constexpr char kPut[] =
    "INSERT OR REPLACE INTO identities (name, enabled, password, psk, checksum) "
    "VALUES (?, ?, ?, ?, ?)";
constexpr char kRemove[] = "DELETE FROM identities WHERE name = ?";
constexpr char kForwards[] =
    "SELECT name, enabled, password, psk, checksum FROM identities ORDER BY name ASC";
constexpr char kBackwards[] =
    "SELECT name, enabled, password, psk, checksum FROM identities ORDER BY name DESC";

int64_t ChecksumOf(const IdentityRow& row) {
  std::string all = row.enabled ? "1 " : "0 ";
  for (const std::string* part : {&row.name, &row.password_hash, &row.psk}) {
    all += fmt::format("{} ", part->size());
    all += *part;
  }
  return static_cast<int64_t>(Xxh3(AsBytes(all)));
}

IdentityRow RowOf(const Statement& select) {
  IdentityRow row;
  row.name = select.Bytes(0);
  row.enabled = select.Number(1) != 0;
  row.password_hash = select.Bytes(2);
  row.psk = select.Bytes(3);
  return row;
}

}  // namespace

const Schema IdentityTable::kSchema = {
    .part = "identities",
    .metrics = "sluice_identities",
    .what = "the identity database",
    .at_risk = "who could come in before, with the passwords and keys of then",
    .application_id = 0x536C7549,  // "SluI"
    .steps = kSteps};

Status IdentityTable::Open(Database& database) {
  for (const auto& [statement, sql] :
       std::initializer_list<std::pair<Statement*, const char*>>{{&put_, kPut},
                                                                 {&remove_, kRemove},
                                                                 {&forwards_, kForwards},
                                                                 {&backwards_, kBackwards}}) {
    auto prepared = database.Prepare(sql);
    if (!prepared.ok()) return prepared.status();
    *statement = std::move(*prepared);
  }
  return Status::Ok();
}

Status IdentityTable::Write(const IdentityRow& row) {
  Statement& statement = row.removed ? remove_ : put_;
  statement.Bind(1, row.name);
  if (row.removed) return statement.Run();
  statement.Bind(2, int64_t{row.enabled});
  statement.Bind(3, row.password_hash);
  statement.Bind(4, row.psk);
  statement.Bind(5, ChecksumOf(row));
  return statement.Run();
}

Status IdentityTable::Read(const Visitor& visit) {
  return ReadRows(&forwards_, &backwards_, [&visit](const Statement& select) {
    IdentityRow row = RowOf(select);
    const bool is_sound = select.Number(4) == ChecksumOf(row);
    if (is_sound) visit(std::move(row));
    return is_sound;
  });
}

}  // namespace sluice::state
