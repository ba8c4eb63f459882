#include "tools/journal_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <vector>

#include "base/env.h"
#include "journal/inspect.h"
#include "schema/event_view.h"
#include "tools/record_text.h"
#include "tools/stream_cat.h"
#include "tools/time_argument.h"

namespace sluice::tools {
namespace {

int Fail(const Status& status) {
  fmt::print(stderr, "sluice: {}\n", status.message());
  return 1;
}

// A record a line, until there were enough of them.
class RecordPrinter {
 public:
  RecordPrinter(const Env& env, const std::string& directory, const std::string& stream,
                const JournalCatOptions& options)
      : env_(env), directory_(directory), stream_(stream), options_(options) {}

  // Whether there may be more.
  bool Print(const journal::Record& record) {
    const WallTime stored = FromUnixNanos(record.time_unix_ns);
    if (options_.since && stored < *options_.since) return true;
    if (options_.until && stored >= *options_.until) return true;
    const std::string line = options_.json ? Json(record) : RecordText(record, &view_);
    if (!line.empty()) fmt::print("{}\n", line);
    if (options_.follow) std::fflush(stdout);
    return options_.count == 0 || ++printed_ < options_.count;
  }

 private:
  std::string Json(const journal::Record& record) {
    const bool is_gap = record.kind == journal::Record::Kind::kGap;
    if (is_gap && gateway_.empty()) gateway_ = GatewayOf(env_, directory_, stream_);
    std::string json = RecordJson(record, gateway_, stream_, &view_);
    if (json.empty()) fmt::print(stderr, "sluice: {}\n", RecordText(record, &view_));
    return json;
  }

  const Env& env_;
  const std::string& directory_;
  const std::string& stream_;
  const JournalCatOptions& options_;
  schema::EventView view_;
  std::string gateway_;  // of gaps, which do not say
  uint64_t printed_ = 0;
};

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

int JournalCat(const Env& env, const std::string& directory, const std::string& stream,
               const JournalCatOptions& options, Pause* pause) {
  uint64_t from = options.from;
  if (options.tail > 0) {
    const Result<uint64_t> start = TailStart(env, directory, stream, options.tail);
    if (!start.ok()) return Fail(start.status());
    from = *start;
  }
  RecordPrinter printer(env, directory, stream, options);
  const auto print = [&](const journal::Record& record) {
    return printer.Print(record) && (pause == nullptr || !pause->ended());
  };
  const Status status = options.follow ? FollowRecords(env, directory, stream, from, *pause, print)
                                       : journal::VisitRecords(env, directory, stream, from, print);
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

constexpr uint64_t kMostTail = 1'000'000;  // bounds the memory for it

struct JournalArguments {
  std::string directory, stream;
  std::optional<std::string> since, until;  // an empty one is a mistake
  JournalCatOptions cat;
  bool segments = false;
};

CLI::App* AddVerb(CLI::App* journal, const char* name, const char* what, JournalArguments& a) {
  CLI::App* verb = journal->add_subcommand(name, what);
  verb->add_option("dir", a.directory, "data_dir of the gateway")->required();
  return verb;
}

std::optional<WallTime> Time(const std::string& option, const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  const auto time = ParseTimeArgument(*text, SystemClock().WallNow());
  if (!time.ok()) throw CLI::ValidationError(option, time.status().message());
  return *time;
}

int Cat(JournalArguments& a) {
  a.cat.since = Time("--since", a.since);
  a.cat.until = Time("--until", a.until);
  if (!a.cat.follow) return JournalCat(Env::Posix(), a.directory, a.stream, a.cat, nullptr);
  PauseUntilInterrupted pause;
  return JournalCat(Env::Posix(), a.directory, a.stream, a.cat, &pause);
}

void AddCat(CLI::App* journal, const std::shared_ptr<JournalArguments>& a, int* exit_code) {
  CLI::App* cat = AddVerb(journal, "cat", "Print the records of a stream that are committed", *a);
  cat->add_option("stream", a->stream, "name of the stream")->required();
  CLI::Option* from = cat->add_option("--from", a->cat.from, "offset of the first record to print");
  cat->add_option("--tail", a->cat.tail, "print the last so many records")
      ->check(CLI::Range(uint64_t{1}, kMostTail))
      ->excludes(from);
  cat->add_option("--count", a->cat.count, "print at most this many records; 0 for all");
  cat->add_option("--since", a->since,
                  "only what was stored at this time or later: 2026-11-26T14:00:00Z, or how long "
                  "ago, as 24h")
      ->option_text("TIME");
  CLI::Option* until = cat->add_option("--until", a->until, "only what was stored before this time")
                           ->option_text("TIME");
  cat->add_flag("--follow", a->cat.follow, "go on with what is stored from now on, until Ctrl-C")
      ->excludes(until);
  cat->add_flag("--json", a->cat.json, "print CloudEvents JSON");
  cat->callback([a, exit_code] { *exit_code = Cat(*a); });
}

}  // namespace

void AddJournal(CLI::App& app, int* exit_code) {
  CLI::App* journal = app.add_subcommand("journal", "Read streams, while a gateway runs or not");
  journal->require_subcommand(1);
  auto a = std::make_shared<JournalArguments>();
  CLI::App* ls = AddVerb(journal, "ls", "List the streams and how far each route has got", *a);
  ls->add_flag("--segments", a->segments, "list the files of each stream as well");
  ls->callback([a, exit_code] { *exit_code = JournalLs(a->directory, a->segments); });
  AddCat(journal, a, exit_code);
  CLI::App* verify =
      AddVerb(journal, "verify", "Check every stored byte; exit 1 if anything is damaged", *a);
  verify->add_option("stream", a->stream, "check only this stream");
  verify->callback([a, exit_code] { *exit_code = JournalVerify(a->directory, a->stream); });
}

}  // namespace sluice::tools
