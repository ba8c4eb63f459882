#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/random.h"
#include "base/status.h"
#include "journal/options.h"
#include "journal/stream_core.h"
#include "journal/stream_worker.h"

namespace sluice::journal {

// kInvalidArgument for what can't work; otherwise `options` with sizes brought into the ratios that
// options.h names.
Result<StreamOptions> CheckedOptions(StreamOptions options);

struct OpenedStream {
  std::unique_ptr<StreamCore> core;
  std::unique_ptr<StreamWorker> worker;
  std::vector<std::unique_ptr<Cursor>> cursors;
  uint64_t next_offset = 0;
  uint64_t committed = 0;  // less while a tail is unproven
};

// Recovers one stream of `directory`, which is locked. When even that is impossible, because its
// directory can't be made or listed, the stream takes nothing and health says why; the others go
// on. Fails only with kResourceExhausted, before anything is concluded from what it could not open.
Result<OpenedStream> OpenStream(Env& env, const std::string& directory, const Options& options,
                                const StreamOptions& stream, Metrics* metrics, Random* random,
                                JournalShared* shared);

}  // namespace sluice::journal
