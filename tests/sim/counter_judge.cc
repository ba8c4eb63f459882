#include "sim/counter_judge.h"

#include <cstdlib>
#include <string>

namespace sluice::sim {
namespace {

constexpr uint8_t kNotAuthorized = 0x87;
constexpr uint8_t kQuotaExceeded = 0x97;

}  // namespace

double SumOf(std::string_view text, std::string_view metric, std::string_view label) {
  double sum = 0;
  for (size_t at = text.find(metric); at != text.npos; at = text.find(metric, at + 1)) {
    const bool begins_line = at == 0 || text[at - 1] == '\n';
    const std::string_view line = text.substr(at, text.find('\n', at) - at);
    const char behind = line.size() > metric.size() ? line[metric.size()] : ' ';
    if (!begins_line || (behind != ' ' && behind != '{')) continue;
    if (line.find(label) == line.npos) continue;
    sum += std::strtod(std::string(line.substr(line.rfind(' '))).c_str(), nullptr);
  }
  return sum;
}

void CounterJudge::OnAnswered(uint8_t reason) {
  if (reason == kNotAuthorized) ++seen_.denied;
  if (reason == kQuotaExceeded) ++seen_.full;
}

void CounterJudge::OnLetterAnswered(std::string_view outcome) {
  if (outcome == "replayed") ++seen_.replayed;
  if (outcome == "failed") ++seen_.failed;
}

void CounterJudge::Compare(std::string_view text, std::string_view metric, uint64_t least,
                           uint64_t most) {
  const auto counted = static_cast<uint64_t>(SumOf(text, metric));
  if (least <= counted && counted <= most) return;
  file_.Broken(10, "{} is {}, and {} were seen", metric, counted, least);
}

// Of what QoS 0 sends and what connections lose before it is answered, nobody outside sees all.
void CounterJudge::Look(std::string_view text) {
  Compare(text, "sluice_ingest_messages_total", seen_.messages, seen_.messages);
  Compare(text, "sluice_ingest_dead_letters_total", seen_.letters, seen_.letters);
  Compare(text, "sluice_dead_letters_replayed_total", seen_.replayed, seen_.replayed);
  Compare(text, "sluice_dead_letters_replay_failed_total", seen_.failed, seen_.failed);
  Compare(text, "sluice_broker_denied_total", seen_.denied, UINT64_MAX);
  Compare(text, "sluice_stream_rejected_total", seen_.full, UINT64_MAX);
}

}  // namespace sluice::sim
