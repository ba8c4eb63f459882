#include "app/books.h"

#include <string>

#include "base/label.h"

namespace sluice::app {

using journal::Cursor;
using journal::Stream;

admin::RouteBooks BooksOf(const Stream& stream, const Cursor& cursor) {
  const journal::Books& books = cursor.books();
  return {.origin = books.origin,
          .accepted = stream.next_offset() - books.origin,
          .acknowledged = books.acknowledged,
          .pending = stream.next_offset() - books.Cursor(),
          .dead_lettered = books.dead_lettered,
          .expired = books.expired,
          .evicted = books.evicted};
}

void RegisterBookMetrics(journal::Journal& journal, Metrics& metrics) {
  for (const auto& owned : journal.streams()) {
    const Stream* const stream = owned.get();
    const std::string label = Label("stream", stream->name());
    metrics.AddCallback("sluice_stream_accepted_events_total",
                        "Events accepted into the stream since it was made: its next offset.",
                        label, [stream] { return static_cast<double>(stream->next_offset()); });
    metrics.AddCallback(
        "sluice_stream_committed_events_total",
        "Events of the stream that are synced to the disk: every one below this offset.", label,
        [stream] { return static_cast<double>(stream->committed_offset()); });
    for (const auto& cursor_owned : stream->cursors()) {
      const Cursor* const cursor = cursor_owned.get();
      const std::string labels = label + "," + Label("route", cursor->route());
      for (const admin::BookTerm& term : admin::kBookTerms) {
        metrics.AddCallback(term.metric, term.help, labels, [stream, cursor, value = term.value] {
          return static_cast<double>(BooksOf(*stream, *cursor).*value);
        });
      }
    }
  }
}

}  // namespace sluice::app
