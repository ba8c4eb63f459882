#include <fmt/format.h>

#include <iterator>

#include "base/json_writer.h"
#include "firmware_sim/verify_command.h"

namespace sluice::fleet {
namespace {

struct Row {
  const char* key;
  uint64_t Verdict::*value;
  const char* meaning;
};

constexpr Row kRows[] = {
    {"acknowledged", &Verdict::acknowledged,
     "good readings whose acknowledgement a device received"},
    {"delivered", &Verdict::delivered, "of these, received by the consumer"},
    {"lost", &Verdict::lost, "of these, never received"},
    {"reordered", &Verdict::reordered, "of these, received after a later one of the same device"},
    {"backward", &Verdict::backward, "events with a lower offset than one before them"},
    {"repeated", &Verdict::repeated, "events received twice (same id) after deduplication"},
    {"resent", &Verdict::resent, "further events of a reading that its device sent again"},
    {"unledgered", &Verdict::unledgered,
     "events that nobody was promised (QoS 0, ack not received)"},
    {"events", &Verdict::events, "received in all"},
    {"gaps", &Verdict::gaps, "gap reports"},
    {"gap_events", &Verdict::gap_events, "events that these stand for"},
    {"uncovered", &Verdict::uncovered, "offsets with neither an event nor a gap record"},
    {"evicted", &Verdict::evicted, "offsets that gap records call so, as are"},
    {"dropped", &Verdict::dropped, "these,"},
    {"expired", &Verdict::expired, "these"},
    {"quarantined", &Verdict::quarantined, "and these"},
    {"malformed_acknowledged", &Verdict::malformed_acknowledged,
     "damaged readings, to be dead letters"},
    {"malformed_delivered", &Verdict::malformed_delivered, "of these, received as events"},
    {"dead_letters", &Verdict::dead_letters, "received"},
    {"dead_letters_missing", &Verdict::dead_letters_missing,
     "damaged and acknowledged, but in no dead letter"},
};

}  // namespace

std::string VerdictTable(const Verdict& verdict) {
  std::string out;
  for (const Row& row : kRows) {
    fmt::format_to(std::back_inserter(out), "{:<24}{:>12}  {}\n", row.key, verdict.*row.value,
                   row.meaning);
  }
  for (const std::string& example : verdict.examples) out += "  " + example + "\n";
  out += verdict.ok() ? "verify: ok" : "verify: FAILED";
  return out;
}

std::string VerdictJson(const Verdict& verdict) {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject();
  json.Member("ok", verdict.ok());
  for (const Row& row : kRows) json.Member(row.key, verdict.*row.value);
  json.Key("examples");
  json.BeginArray();
  for (const std::string& example : verdict.examples) json.Value(std::string_view(example));
  json.EndArray();
  json.EndObject();
  return out;
}

}  // namespace sluice::fleet
