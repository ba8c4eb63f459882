#pragma once

#include "admin/route_books.h"
#include "base/metrics.h"
#include "journal/journal.h"

namespace sluice::app {

// The only place where the books of a route are reckoned; what the stream had accepted before the
// route began is not in them. Loop thread.
admin::RouteBooks BooksOf(const journal::Stream& stream, const journal::Cursor& cursor);

// The same as metrics, reckoned when they are asked for, on the loop thread. The journal outlives
// the metrics' last text.
void RegisterBookMetrics(journal::Journal& journal, Metrics& metrics);

}  // namespace sluice::app
