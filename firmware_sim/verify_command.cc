#include "firmware_sim/verify_command.h"

#include <fmt/format.h>

#include <cstdio>

#include "firmware_sim/line_reader.h"

namespace sluice::fleet {
namespace {

Status At(const std::string& path, const LineReader& lines, size_t column, const Status& status) {
  return {status.code(),
          fmt::format("{}:{}:{}: {}", path, lines.line_number(), column, status.message())};
}

// Calls `take(line, &column)` with each line of a file.
template <typename Take>
Status EachLine(const Env& env, const std::string& path, Take take) {
  auto opened = LineReader::Open(env, path);
  if (!opened.ok()) return opened.status();
  LineReader& lines = **opened;
  std::string_view line;
  while (lines.Next(&line)) {
    size_t column = 1;
    const Status taken = take(line, &column);
    if (!taken.ok()) return At(path, lines, column, taken);
  }
  return lines.status();
}

Status TakeLedgerLine(std::string_view text, bool* started, Verifier* verifier, size_t* column) {
  if (text == kLedgerHeader) {
    *started = true;
    verifier->StartRun();
  }
  if (!*started) return Status::InvalidArgument(fmt::format("expected \"{}\"", kLedgerHeader));
  if (text.starts_with('#')) return Status::Ok();
  LedgerLine line;
  SLUICE_RETURN_IF_ERROR(ParseLedgerLine(text, &line, column));
  verifier->AddAcknowledged(line);
  return Status::Ok();
}

Status ReadLedger(const Env& env, const std::string& path, Verifier* verifier) {
  bool started = false;
  const Status read = EachLine(env, path, [&](std::string_view text, size_t* column) {
    return TakeLedgerLine(text, &started, verifier, column);
  });
  if (!read.ok()) return read;
  const Status ended = verifier->EndLedger();
  if (ended.ok()) return ended;
  return {ended.code(), path + ": " + ended.message()};
}

Status ReadEvents(const Env& env, const std::string& path, Verifier* verifier) {
  EventLineParser parser;
  return EachLine(env, path, [&](std::string_view text, size_t* column) {
    EventLine line;
    SLUICE_RETURN_IF_ERROR(parser.Parse(text, &line, column));
    verifier->AddEvent(line);
    return Status::Ok();
  });
}

}  // namespace

Result<Verdict> Verify(const Env& env, const VerifyOptions& options) {
  Verifier verifier;
  SLUICE_RETURN_IF_ERROR(ReadLedger(env, options.ledger, &verifier));
  if (options.from_start) verifier.ExpectFromStart();
  SLUICE_RETURN_IF_ERROR(ReadEvents(env, options.events, &verifier));
  if (!options.dead_letters.empty()) {
    verifier.ExpectDeadLetters();
    SLUICE_RETURN_IF_ERROR(ReadEvents(env, options.dead_letters, &verifier));
  }
  return verifier.Finish();
}

int RunVerify(const VerifyOptions& options) {
  const Result<Verdict> verdict = Verify(Env::Posix(), options);
  if (!verdict.ok()) {
    fmt::print(stderr, "sluice-fleet: {}\n", verdict.status().message());
    return 2;
  }
  fmt::print("{}\n", options.json ? VerdictJson(*verdict) : VerdictTable(*verdict));
  return verdict->ok() ? 0 : 1;
}

}  // namespace sluice::fleet
