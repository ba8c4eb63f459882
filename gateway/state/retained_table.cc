#include "state/retained_table.h"

#include <fmt/format.h>

#include <initializer_list>
#include <string>

#include "base/checksum.h"

namespace sluice::state {
namespace {

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
  damaged_rows_ = 0;
  std::string last;
  Status status = ReadFrom(&forwards_, nullptr, visit, &last);
  if (!status.ok()) {
    // A page in the middle is lost: what lies behind it is reached from the end.
    const std::string until = last;
    static_cast<void>(ReadFrom(&backwards_, &until, visit, &last));
    return status;
  }
  if (damaged_rows_ == 0) return status;
  return Status::Corruption(fmt::format("{} rows are not what was written", damaged_rows_));
}

Status RetainedTable::ReadFrom(Statement* select, const std::string* until, const Visitor& visit,
                               std::string* last) {
  Status status;
  for (;;) {
    const Result<bool> more = select->Step();
    if (!more.ok()) status = more.status();
    if (!more.ok() || !*more) break;
    RetainedRow row = RowOf(*select);
    if (until != nullptr && row.topic == *until) break;
    *last = row.topic;
    if (select->Number(6) == ChecksumOf(row)) {
      visit(std::move(row));
    } else {
      ++damaged_rows_;
    }
  }
  select->Reset();
  return status;
}

}  // namespace sluice::state
