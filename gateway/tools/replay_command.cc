#include "tools/replay_command.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>

#include "admin/form.h"
#include "base/rfc3339.h"
#include "tools/control.h"
#include "tools/json_members.h"
#include "tools/plain_text.h"
#include "tools/time_argument.h"

namespace sluice::tools {
namespace {

using simdjson::dom::element;

constexpr const char* kPath = "/routes/replay";
constexpr auto kPoll = std::chrono::milliseconds(20);

bool IsOffset(const std::string& text) {
  return !text.empty() && text.size() < 20 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A time as the gateway reads it, whatever was said.
std::string FromOf(const std::string& from) {
  if (IsOffset(from)) return from;
  const auto time = ParseTimeArgument(from, SystemClock().WallNow());
  if (!time.ok()) throw CLI::ValidationError("--from", time.status().message());
  std::string text;
  AppendRfc3339(*time, &text);
  return text;
}

void Print(const ReplayOptions& options, const element& report) {
  const uint64_t from = Number(report, "from"), to = Number(report, "to");
  if (from == to) {
    fmt::print("nothing: route {} has passed nothing from there on that is still stored\n",
               options.route);
    return;
  }
  const std::string_view oldest = Text(report, "oldest");
  fmt::print("{} {} to {} of stream {}, {} events, the first stored {}\n",
             options.dry_run ? "would be sent once more:" : "sent once more:", from, to - 1,
             OneLine(Text(report, "stream")), to - from, oldest.empty() ? "-" : OneLine(oldest));
}

}  // namespace

int Replay(const ReplayOptions& options) {
  std::string form;
  admin::AppendMember("route", options.route, &form);
  admin::AppendMember("from", FromOf(options.from), &form);
  if (options.dry_run) admin::AppendMember("dry_run", "1", &form);
  auto response = AskControl(options.directory, kPath, form);
  simdjson::dom::parser parser;
  for (;;) {
    if (!response.ok()) return Complain(response.status());
    if (response->status != kAccepted && response->status != kOk) {
      return Complain(Status::Unavailable(WhyNot(std::move(*response))));
    }
    const simdjson::padded_string body(response->body);
    element report;
    if (parser.parse(body).get(report) != simdjson::SUCCESS) {
      return Complain(Status::Unavailable("the gateway's answer is none: " + response->body));
    }
    bool running = true;
    if (report["running"].get(running) == simdjson::SUCCESS && !running) {
      const std::string failed(Text(report, "failed"));
      if (!failed.empty()) return Complain(Status::Unavailable(failed));
      if (options.json) {
        fmt::print("{}\n", std::string(simdjson::minify(report)));
      } else {
        Print(options, report);
      }
      return 0;
    }
    std::this_thread::sleep_for(kPoll);
    response = AskControl(options.directory, kPath);
  }
}

void AddReplay(CLI::App& app, int* exit_code) {
  CLI::App* replay = app.add_subcommand(
      "replay", "Have a route of the running gateway send what it has passed once more");
  auto options = std::make_shared<ReplayOptions>();
  replay->add_option("--dir", options->directory, "data_dir of a gateway on this machine")
      ->envname("SLUICE_DIR")
      ->capture_default_str();
  replay->add_option("--route", options->route, "name of the route, as status prints it")
      ->required();
  replay
      ->add_option("--from", options->from,
                   "offset of the first event, or what was stored since: 2026-11-26T14:00:00Z, or "
                   "how long ago, as 24h")
      ->option_text("OFFSET|TIME")
      ->required();
  replay->add_flag("--dry-run", options->dry_run, "only say how many events, and from when");
  replay->add_flag("--json", options->json, "print a line of JSON, see docs/replay.md");
  replay->callback([options, exit_code] { *exit_code = Replay(*options); });
}

}  // namespace sluice::tools
