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
          .evicted = books.evicted,
          .replayed = books.replayed,
          .difference = cursor.books_difference()};
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
      metrics.AddCallback("sluice_route_replayed_events_total",
                          "Events that the route had passed when it was set back over them.",
                          labels,
                          [cursor] { return static_cast<double>(cursor->books().replayed); });
      metrics.AddCallback("sluice_route_books_difference_events",
                          "Events by which the books of the route did not add up at this start.",
                          labels,
                          [cursor] { return static_cast<double>(cursor->books_difference()); });
      for (const admin::BookTerm& term : admin::kBookTerms) {
        metrics.AddCallback(term.metric, term.help, labels, [stream, cursor, value = term.value] {
          return static_cast<double>(BooksOf(*stream, *cursor).*value);
        });
      }
    }
  }
}

}  // namespace sluice::app
