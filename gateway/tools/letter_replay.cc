#include "tools/letter_replay.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

#include "admin/form.h"
#include "tools/control.h"
#include "tools/json_members.h"
#include "tools/plain_text.h"

namespace sluice::tools {
namespace {

using simdjson::dom::element;

constexpr const char* kPath = "/dead-letters/replay";
constexpr size_t kBatch = 64;  // as many as the gateway takes at once
constexpr auto kPoll = std::chrono::milliseconds(20);
// A gateway that has just started looks first what an earlier replay has done.
constexpr int kMaxRefusals = 500;

class Replayer {
 public:
  Replayer(std::string directory, const LetterReplayOptions& options)
      : directory_(std::move(directory)), options_(options) {}

  // All of them, a batch after the other, until something says that it is no use.
  Status Run(std::span<const uint64_t> offsets) {
    while (!offsets.empty()) {
      const auto batch = offsets.first(std::min(offsets.size(), kBatch));
      SLUICE_RETURN_IF_ERROR(RunBatch(batch));
      offsets = offsets.subspan(batch.size());
      if (std::fflush(stdout) != 0) return Status::Unavailable("cannot write what is done");
    }
    return Status::Ok();
  }

  int ExitCode() const { return failed_ + undecided_ + missing_ == 0 ? 0 : 1; }

  void PrintTotals() const {
    if (options_.json) return;
    fmt::print("{} replayed", replayed_);
    if (ignored_ > 0) fmt::print(", {} hold no reading by today's profile", ignored_);
    if (handled_ > 0) fmt::print(", {} were already handled", handled_);
    if (failed_ > 0) fmt::print(", {} failed again", failed_);
    if (undecided_ > 0) fmt::print(", {} undecided", undecided_);
    if (missing_ > 0) fmt::print(", {} not there", missing_);
    fmt::print("\n");
  }

 private:
  Status RunBatch(std::span<const uint64_t> offsets) {
    SLUICE_RETURN_IF_ERROR(Begin(offsets));
    for (;;) {
      const auto response = AskControl(directory_, kPath);
      if (!response.ok()) return response.status();
      const simdjson::padded_string body(response->body);
      element batch;
      if (parser_.parse(body).get(batch) != simdjson::SUCCESS) {
        return Status::Unavailable("the gateway's answer is none: " + response->body);
      }
      bool running = false;
      if (Number(batch, "batch") != batch_) {
        return Status::Unavailable(
            "the gateway was started anew meanwhile, or somebody else "
            "replays, too; run this once more");
      }
      if (batch["running"].get(running) == simdjson::SUCCESS && !running) return Print(batch);
      std::this_thread::sleep_for(kPoll);
    }
  }

  Status Begin(std::span<const uint64_t> offsets) {
    std::string form;
    admin::AppendMember("offsets", fmt::format("{}", fmt::join(offsets, ",")), &form);
    if (options_.again) admin::AppendMember("again", "1", &form);
    for (int refusals = 0;; ++refusals) {
      const auto response = AskControl(directory_, kPath, form);
      if (!response.ok()) return response.status();
      if (response->status == kAccepted) return TakeNumber(response->body);
      const bool passes = response->status == kUnavailable && refusals < kMaxRefusals;
      if (!passes) return Status::Unavailable(WhyNot(*response));
      std::this_thread::sleep_for(kPoll);
    }
  }

  Status TakeNumber(const std::string& text) {
    const simdjson::padded_string body(text);
    element batch;
    if (parser_.parse(body).get(batch) != simdjson::SUCCESS) {
      return Status::Unavailable("the gateway's answer is none: " + text);
    }
    batch_ = Number(batch, "batch");
    return Status::Ok();
  }

  Status Print(const element& batch) {
    simdjson::dom::array letters;
    if (batch["letters"].get(letters) != simdjson::SUCCESS) return Status::Ok();
    for (const element letter : letters) PrintLetter(letter);
    const std::string_view stopped = Text(batch, "stopped");
    return stopped.empty() ? Status::Ok() : Status::Unavailable("stopped: " + std::string(stopped));
  }

  void PrintLetter(const element& letter) {
    const std::string_view outcome = Text(letter, "outcome");
    Count(outcome);
    if (options_.json) {
      fmt::print("{}\n", std::string(simdjson::minify(letter)));
      return;
    }
    fmt::print("{} {}", Number(letter, "offset"), OneLine(outcome));
    if (outcome == "replayed") {
      fmt::print(" as {}/{}", OneLine(Text(letter, "stream")), Number(letter, "first"));
      const uint64_t events = Number(letter, "events");
      if (events > 1) fmt::print(" to {}", Number(letter, "first") + events - 1);
    } else if (outcome == "failed") {
      fmt::print(" {}: {}", OneLine(Text(letter, "reason")), OneLine(Text(letter, "text")));
    } else if (outcome == "undecided") {
      fmt::print(
          ": it was being replayed when the gateway ended, and may have become events; see "
          "--again");
    }
    fmt::print("\n");
  }

  void Count(std::string_view outcome) {
    if (outcome == "replayed") ++replayed_;
    if (outcome == "ignored") ++ignored_;
    if (outcome == "failed") ++failed_;
    if (outcome == "handled") ++handled_;
    if (outcome == "undecided") ++undecided_;
    if (outcome == "no_letter") ++missing_;
  }

  const std::string directory_;
  const LetterReplayOptions& options_;
  simdjson::dom::parser parser_;
  uint64_t batch_ = 0;
  uint64_t replayed_ = 0, ignored_ = 0, failed_ = 0, handled_ = 0, undecided_ = 0, missing_ = 0;
};

}  // namespace

int DeadLetterReplay(const Env& env, const std::string& directory,
                     std::span<const uint64_t> offsets, const LetterReplayOptions& options) {
  std::vector<uint64_t> wanted(offsets.begin(), offsets.end());
  if (wanted.empty()) {
    const DeadLetters letters(env, directory);
    if (!letters.marks_status().ok()) return Complain(letters.marks_status());
    const Status visited = letters.Visit(
        options.filter, [&](const Letter& letter) { wanted.push_back(letter.offset); },
        [](const journal::Record&) {});
    if (!visited.ok()) return Complain(visited);
  }
  Replayer replayer(directory, options);
  const Status status = replayer.Run(wanted);
  replayer.PrintTotals();
  return status.ok() ? replayer.ExitCode() : Complain(status);
}

}  // namespace sluice::tools
