#include "sim/judges.h"

#include <algorithm>
#include <utility>

#include "sim/liveness.h"

namespace sluice::sim {

Judges::Judges(Scene& scene, std::function<bool(Token)> is_durable,
               std::function<bool(uint64_t letter)> is_replay_durable)
    : file_(scene, std::move(is_durable), std::move(is_replay_durable)) {}

void Judges::OnSent(const SentMessage& message, bool again) {
  publish_.OnSent(message, again);
  listening_.OnSent(message, again);
  delivery_.OnSent(message);
  retained_.OnSent(message, again);
}

void Judges::OnAnswered(const SentMessage& message, uint8_t reason) {
  counters_.OnAnswered(reason);
  publish_.OnAnswered(message, reason);
  if (reason < 0x80) listening_.OnAnswered(message);
}

void Judges::OnNewSession(const std::string& client) {
  order_.OnNewSession(client);
  listening_.OnNewSession(client);
  delivery_.OnNewSession(client);
  retained_.OnNewSession(client);
}

void Judges::OnForgotten(const SentMessage& /*message*/) {}

void Judges::OnDelivered(const std::string& client, std::string_view topic,
                         std::string_view payload, int qos, bool retained) {
  local_.OnDelivered(client, topic, payload);
  listening_.OnDelivered(client, topic, payload, qos, retained);
  retained_.OnDelivered(client, payload);
}

void Judges::OnAccepted(const std::string& stream, uint64_t first, uint64_t count,
                        std::string_view topic, std::string_view payload,
                        std::string_view identity) {
  file_.scene().trace.Note("{} accepts {}, {} events", stream, first, count);
  counters_.OnAccepted(stream == "dead-letters");
  publish_.OnAccepted(stream, first, count, topic, payload, identity);
  letters_.OnAccepted(stream, first);
  expiry_.OnAccepted(stream, first, count);
  books_.OnAccepted(stream, first);
}

void Judges::OnLetterReplayed(uint64_t letter, const std::string& stream, uint64_t first,
                              uint64_t count) {
  file_.scene().trace.Note("letter {} is replayed: {} accepts {}, {} events", letter, stream, first,
                           count);
  const std::vector<Token> readings = replay_.OnReplayed(letter, stream, first, count);
  if (readings.empty()) return;
  publish_.OnReplayed(stream, first, readings, letter);
  letters_.OnAccepted(stream, first);
  expiry_.OnAccepted(stream, first, count);
  books_.OnAccepted(stream, first);
}

void Judges::OnLetterAnswered(uint64_t letter, std::string_view outcome) {
  file_.scene().trace.Note("letter {} is {}", letter, outcome);
  counters_.OnLetterAnswered(outcome);
  replay_.OnAnswered(letter, outcome);
}

void Judges::OnPublished(const std::string& route, uint64_t connection, size_t unanswered,
                         const std::vector<Entry>& entries) {
  route_.OnPublished(route, connection, unanswered, entries);
}

void Judges::OnArrived(const std::string& route, const std::vector<Entry>& entries) {
  store_.OnArrived(entries);
  letters_.OnArrived(route, entries);
  expiry_.OnArrived(route, entries);
}

void Judges::OnUpstreamAcknowledged(const std::string& route, const std::vector<Entry>& entries) {
  route_.OnAcknowledged(route, entries);
  letters_.OnAcknowledged(route, entries);
  books_.OnSettled(route, entries, false);
}

void Judges::OnUpstreamRefused(const std::string& route, const std::vector<Entry>& entries,
                               bool for_good) {
  route_.OnRefused(route, entries, for_good);
  expiry_.OnArrived(route, entries);
  if (!for_good) return;
  letters_.OnRefused(route, entries);
  books_.OnSettled(route, entries, true);
}

void Judges::OnUpstreamClosed(const std::string& route, const std::vector<Entry>& entries,
                              bool broke_rules) {
  if (route_.OnClosed(route, entries)) books_.OnSettled(route, entries, true);
  letters_.OnClosed(route, entries, broke_rules);
  expiry_.OnArrived(route, entries);
}

void Judges::OnEnded(End how) {
  publish_.OnEnded();
  listening_.OnEnded();
  expiry_.OnEnded(how);
  retained_.OnEnded();
  replay_.OnEnded();
}

std::string Judges::StillWaiting(std::string_view metrics) {
  std::string wrong = listening_.StillWaiting(metrics);
  if (wrong.empty()) wrong = delivery_.StillOnTheWay();
  if (wrong.empty()) wrong = retained_.StillWaiting(metrics);
  return wrong;
}

std::string Judges::StillWrong(Process& process) {
  // Waiting for minutes costs time, so only some histories do.
  const bool patiently = file_.scene().plan.seed % 8 == 0;
  std::string wrong = WhatIsWrong(process.gateway(), process.health(), patiently);
  if (!wrong.empty()) return wrong;
  const std::string metrics = process.metrics().PrometheusText();
  wrong = StillWaiting(metrics);
  if (!wrong.empty()) return wrong;
  counters_.Look(metrics);
  for (const auto& stream : process.gateway().journal().streams()) {
    StreamBook* const book = file_.BookOf(stream->name());
    for (const auto& cursor : stream->cursors()) {
      book->origin = std::max(book->origin, cursor->books().origin);
    }
    if (!book->end_is_known) publish_.GoOn(*book, stream->next_offset());
  }
  store_.LookAtPassed();
  letters_.LookAtRefused();
  books_.CheckAccounted(metrics);
  return {};
}

}  // namespace sluice::sim
