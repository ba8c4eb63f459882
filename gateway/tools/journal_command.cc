#include "tools/journal_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <vector>

#include "base/env.h"
#include "forward/journal_gap.h"
#include "journal/inspect.h"
#include "schema/cloudevents_json.h"
#include "schema/event_view.h"

namespace sluice::tools {
namespace {

int Fail(const Status& status) {
  fmt::print(stderr, "sluice: {}\n", status.message());
  return 1;
}

void PrintStream(const journal::StreamSummary& stream, bool segments) {
  fmt::print("{}: offsets {} to {}, {} segments, {} bytes, {} quarantined\n", stream.name,
             stream.first_offset, stream.next_offset, stream.segments.size(), stream.bytes,
             stream.quarantined.size());
  for (const journal::RouteSummary& route : stream.routes) {
    if (!route.status.ok()) {
      fmt::print("  route {}: {}\n", route.route, route.status.ToString());
      continue;
    }
    fmt::print(
        "  route {}: cursor {}, pending {}, acknowledged {}, dead-lettered {}, expired {}, evicted "
        "{}\n",
        route.route, route.books.Cursor(), stream.next_offset - route.books.Cursor(),
        route.books.acknowledged, route.books.dead_lettered, route.books.expired,
        route.books.evicted);
  }
  if (!segments) return;
  for (const journal::SegmentSummary& segment : stream.segments) {
    fmt::print("  {} [{}, {}) {} bytes{}\n", segment.file, segment.base_offset, segment.end_offset,
               segment.bytes, segment.gap ? " gap" : "");
  }
  for (const std::string& file : stream.quarantined) fmt::print("  quarantined {}\n", file);
}

// The gateway that wrote the stream, which only its events name; empty without any.
std::string GatewayOf(const std::string& directory, const std::string& stream) {
  schema::EventView view;
  std::string gateway;
  const Status status =
      journal::VisitRecords(Env::Posix(), directory, stream, 0, [&](const journal::Record& record) {
        if (record.kind == journal::Record::Kind::kEvent && view.Parse(record.payload).ok()) {
          gateway = view.gateway();
        }
        return gateway.empty();
      });
  return status.ok() ? gateway : std::string();
}

std::string RecordText(const journal::Record& record, schema::EventView* view) {
  if (record.kind == journal::Record::Kind::kGap) {
    return fmt::format("{}-{} gap {}", record.offset, record.end_offset - 1,
                       journal::GapReasonName(record.reason));
  }
  if (const Status status = view->Parse(record.payload); !status.ok()) {
    return fmt::format("{} unreadable: {}", record.offset, status.message());
  }
  return fmt::format("{} {} {} {} readings, {} bytes", record.offset, view->device(), view->type(),
                     view->reading_count(), record.payload.size());
}

// Nothing for an event that cannot be read, which is said on standard error.
std::string RecordJson(const journal::Record& record, const std::string& gateway,
                       const std::string& stream, schema::EventView* view) {
  std::string json;
  if (record.kind == journal::Record::Kind::kGap) {
    schema::AppendGapJson(gateway, stream, forward::GapOf(record),
                          FromUnixNanos(record.time_unix_ns), &json);
  } else if (view->Parse(record.payload).ok()) {
    schema::AppendEventJson(*view, &json);
  } else {
    fmt::print(stderr, "sluice: {}\n", RecordText(record, view));
  }
  return json;
}

std::string FindingText(const journal::Finding& finding) {
  using Kind = journal::Finding::Kind;
  const char* const what = finding.kind == Kind::kDamage    ? "damaged"
                           : finding.kind == Kind::kMissing ? "missing"
                           : finding.kind == Kind::kTornTail
                               ? "torn tail (nothing acknowledged is lost)"
                               : "cursor unreadable";
  return fmt::format("{} byte {} ({} bytes): {}, offsets [{}, {})", finding.file, finding.byte,
                     finding.bytes, what, finding.first_offset, finding.end_offset);
}

int VerifyOne(const std::string& directory, const std::string& stream) {
  const auto report = journal::VerifyStream(Env::Posix(), directory, stream);
  if (!report.ok()) return Fail(report.status());
  fmt::print("{}: {} events, {} bytes, {} gaps over {} events: {}\n", stream, report->events,
             report->event_bytes, report->gaps, report->gap_events,
             report->sound() ? "sound" : "DAMAGED");
  for (const journal::Finding& finding : report->findings)
    fmt::print("  {}\n", FindingText(finding));
  return report->sound() ? 0 : 1;
}

}  // namespace

int JournalLs(const std::string& directory, bool segments) {
  const auto streams = journal::ListStreams(Env::Posix(), directory);
  if (!streams.ok()) return Fail(streams.status());
  for (const journal::StreamSummary& stream : *streams) PrintStream(stream, segments);
  return 0;
}

int JournalCat(const std::string& directory, const std::string& stream, uint64_t from,
               uint64_t count, bool json) {
  const std::string gateway = json ? GatewayOf(directory, stream) : std::string();
  schema::EventView view;
  uint64_t printed = 0;
  const Status status = journal::VisitRecords(
      Env::Posix(), directory, stream, from, [&](const journal::Record& record) {
        const std::string line =
            json ? RecordJson(record, gateway, stream, &view) : RecordText(record, &view);
        if (!line.empty()) fmt::print("{}\n", line);
        return count == 0 || ++printed < count;
      });
  return status.ok() ? 0 : Fail(status);
}

int JournalVerify(const std::string& directory, const std::string& stream) {
  if (!stream.empty()) return VerifyOne(directory, stream);
  const auto streams = journal::ListStreams(Env::Posix(), directory);
  if (!streams.ok()) return Fail(streams.status());
  int worst = 0;
  for (const journal::StreamSummary& summary : *streams) {
    worst = std::max(worst, VerifyOne(directory, summary.name));
  }
  return worst;
}

namespace {

struct JournalArguments {
  std::string directory, stream;
  uint64_t from = 0, count = 0;
  bool json = false, segments = false;
};

CLI::App* AddVerb(CLI::App* journal, const char* name, const char* what, JournalArguments& a) {
  CLI::App* verb = journal->add_subcommand(name, what);
  verb->add_option("dir", a.directory, "data_dir of the gateway")->required();
  return verb;
}

}  // namespace

void AddJournal(CLI::App& app, int* exit_code) {
  CLI::App* journal = app.add_subcommand("journal", "Read streams, while a gateway runs or not");
  journal->require_subcommand(1);
  auto a = std::make_shared<JournalArguments>();
  CLI::App* ls = AddVerb(journal, "ls", "List the streams and how far each route has got", *a);
  ls->add_flag("--segments", a->segments, "list the files of each stream as well");
  ls->callback([a, exit_code] { *exit_code = JournalLs(a->directory, a->segments); });
  CLI::App* cat = AddVerb(journal, "cat", "Print the records of a stream", *a);
  cat->add_option("stream", a->stream, "name of the stream")->required();
  cat->add_option("--from", a->from, "offset of the first record to print");
  cat->add_option("--count", a->count, "print at most this many records; 0 for all");
  cat->add_flag("--json", a->json, "print CloudEvents JSON");
  cat->callback([a, exit_code] {
    *exit_code = JournalCat(a->directory, a->stream, a->from, a->count, a->json);
  });
  CLI::App* verify =
      AddVerb(journal, "verify", "Check every stored byte; exit 1 if anything is damaged", *a);
  verify->add_option("stream", a->stream, "check only this stream");
  verify->callback([a, exit_code] { *exit_code = JournalVerify(a->directory, a->stream); });
}

}  // namespace sluice::tools
