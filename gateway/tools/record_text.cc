#include "tools/record_text.h"

#include <fmt/format.h>

#include "forward/journal_gap.h"
#include "journal/inspect.h"
#include "schema/cloudevents_json.h"
#include "tools/plain_text.h"

namespace sluice::tools {

std::string RecordText(const journal::Record& record, schema::EventView* view) {
  if (record.kind == journal::Record::Kind::kGap) {
    return fmt::format("{}-{} gap {}", record.offset, record.end_offset - 1,
                       journal::GapReasonName(record.reason));
  }
  if (const Status status = view->Parse(record.payload); !status.ok()) {
    return fmt::format("{} unreadable: {}", record.offset, status.message());
  }
  return fmt::format("{} {} {} {} readings, {} bytes", record.offset, OneLine(view->device()),
                     OneLine(view->type()), view->reading_count(), record.payload.size());
}

std::string RecordJson(const journal::Record& record, const std::string& gateway,
                       const std::string& stream, schema::EventView* view) {
  std::string json;
  if (record.kind == journal::Record::Kind::kGap) {
    schema::AppendGapJson(gateway, stream, forward::GapOf(record),
                          FromUnixNanos(record.time_unix_ns), &json);
  } else if (view->Parse(record.payload).ok()) {
    schema::AppendEventJson(*view, &json);
  }
  return json;
}

std::string GatewayOf(const Env& env, const std::string& directory, const std::string& stream) {
  schema::EventView view;
  std::string gateway;
  const Status status =
      journal::VisitRecords(env, directory, stream, 0, [&](const journal::Record& record) {
        if (record.kind == journal::Record::Kind::kEvent && view.Parse(record.payload).ok()) {
          gateway = view.gateway();
        }
        return gateway.empty();
      });
  return status.ok() ? gateway : std::string();
}

}  // namespace sluice::tools
