#pragma once

#include <functional>
#include <memory>

#include "broker/event_sink.h"
#include "journal/journal.h"
#include "sim/witness.h"

namespace sluice::sim {

// Stands between server and ingest and tells the witness which offsets a message was given. It
// changes nothing. `before` is called before each of them. Everything outlives it.
std::unique_ptr<broker::EventSink> NewTap(broker::EventSink& ingest, journal::Journal& journal,
                                          Witness& witness, std::function<void()> before);

}  // namespace sluice::sim
