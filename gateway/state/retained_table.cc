#include "state/retained_table.h"

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <utility>

#include "base/checksum.h"
#include "state/read_rows.h"

namespace sluice::state {
namespace {

constexpr const char* kSteps[] = {
    // 1: `received` is in nanoseconds since 1970, NULL when the clock was not trusted; `checksum`
    // is over all other columns, because SQLite has none of its own.
    "CREATE TABLE retained ("
    "topic BLOB PRIMARY KEY NOT NULL, holder BLOB NOT NULL, qos INTEGER NOT NULL, received INTEGER,"
    "properties BLOB NOT NULL, payload BLOB NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID",
};

constexpr char kPut[] =
    "INSERT OR REPLACE INTO retained (topic, holder, qos, received, properties, payload, checksum) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)";
constexpr char kRemove[] = "DELETE FROM retained WHERE topic = ?";
#define SLUICE_SELECT_RETAINED                                                                 \
  "SELECT topic, holder, qos, received, properties, payload, checksum FROM retained ORDER BY " \
  "topic "
constexpr char kForwards[] = SLUICE_SELECT_RETAINED "ASC";
constexpr char kBackwards[] = SLUICE_SELECT_RETAINED "DESC";
#undef SLUICE_SELECT_RETAINED

int64_t ChecksumOf(const RetainedRow& row) {
  std::string head = fmt::format("{} {} ", row.qos, row.received ? ToUnixNanos(*row.received) : -1);
  for (const std::string* part : {&row.topic, &row.holder, &row.properties}) {
    head += fmt::format("{} ", part->size());
    head += *part;
  }
  return static_cast<int64_t>(Xxh3(AsBytes(head), AsBytes(row.payload)));
}

RetainedRow RowOf(const Statement& select) {
  RetainedRow row;
  row.topic = select.Bytes(0);
  row.holder = select.Bytes(1);
  row.qos = static_cast<uint8_t>(select.Number(2));
  if (!select.IsNull(3)) row.received = FromUnixNanos(select.Number(3));
  row.properties = select.Bytes(4);
  row.payload = select.Bytes(5);
  return row;
}

}  // namespace

const Schema RetainedTable::kSchema = {.part = "state",
                                       .metrics = "sluice_state",
                                       .what = "the state database",
                                       .at_risk = "older retained messages, or none",
                                       .application_id = 0x536C7563,  // "Sluc"
                                       .steps = kSteps};

Status RetainedTable::Open(Database& database) {
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

Status RetainedTable::Write(const RetainedRow& row) {
  Statement& statement = row.removed ? remove_ : put_;
  statement.Bind(1, row.topic);
  if (row.removed) return statement.Run();
  statement.Bind(2, row.holder);
  statement.Bind(3, row.qos);
  if (row.received) statement.Bind(4, ToUnixNanos(*row.received));
  statement.Bind(5, row.properties);
  statement.Bind(6, row.payload);
  statement.Bind(7, ChecksumOf(row));
  return statement.Run();
}

Status RetainedTable::Read(const Visitor& visit) {
  return ReadRows(&forwards_, &backwards_, [&visit](const Statement& select) {
    RetainedRow row = RowOf(select);
    const bool is_sound = select.Number(6) == ChecksumOf(row);
    if (is_sound) visit(std::move(row));
    return is_sound;
  });
}

}  // namespace sluice::state
