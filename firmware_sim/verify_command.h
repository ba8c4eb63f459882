#pragma once

#include <string>

#include "base/env.h"
#include "firmware_sim/verifier.h"

namespace sluice::fleet {

struct VerifyOptions {
  std::string ledger;
  std::string events;
  std::string dead_letters = {};  // empty: those among the events count, if there are any
  bool from_start = false;        // every stream is there from offset 0 on
  bool json = false;
};

// Reads the files through `verifier`. kInvalidArgument with "file:line:column: what is wrong" for
// bad input; a last line without \n was being written when its writer was killed, and is passed
// over.
Result<Verdict> Verify(const Env& env, const VerifyOptions& options);

// For people, several lines; for programs, one JSON object without \n.
std::string VerdictTable(const Verdict& verdict);
std::string VerdictJson(const Verdict& verdict);

// `sluice-fleet verify`. Exit code 0; 1 if anything acknowledged is lost or reordered; 2 on bad
// input.
int RunVerify(const VerifyOptions& options);

}  // namespace sluice::fleet
