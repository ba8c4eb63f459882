#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "ingest/speakers.h"
#include "journal/journal.h"
#include "normalise/normaliser.h"
#include "schema/dead_letter.h"
#include "schema/event_builder.h"
#include "schema/event_view.h"

namespace sluice::ingest {

// What came of a dead letter that went the way of its message, or event, once more.
struct Resubmitted {
  enum class Verdict : uint8_t {
    kAppended,  // its events are in `stream`, from `first` on, and not committed yet
    kIgnored,   // the profile now says that it is no reading: nothing is to be kept
    kRejected,  // it is no event today either, see `rejection`
    kNoRoom,    // `stream` has none that it would take from nobody
    kBusy,      // `stream` has no memory for uncommitted events at this moment
  };
  Verdict verdict = Verdict::kRejected;
  journal::Stream* stream = nullptr;
  uint64_t first = 0;
  uint64_t count = 0;
  schema::Rejection rejection = {};
};

// Sends dead letters once more: a message the whole way of today's profiles and rules, into the
// stream that takes its topic; an event that an uplink refused into its stream, where it becomes a
// new event with a new id. Both carry the attribute `replay_of`, the letter's id. Loop thread.
class Resubmission {
 public:
  // A stream of which a replay would take more than all but a sixteenth counts as full: the rest is
  // for devices.
  static constexpr uint64_t kShareForDevices = 16;

  // Everything outlives it.
  struct Parts {
    journal::Journal& journal;
    normalise::Normaliser& normaliser;
    const broker::AccessControl& access;
    const Clock& clock;
    // The stream that takes messages of a topic; null: none.
    std::function<journal::Stream*(std::string_view topic)> stream_of;
  };
  Resubmission(std::string gateway, const Parts& parts);

  // `letter` is what was read of `event`, which lies in the dead-letter stream.
  Resubmitted Resubmit(const schema::EventView& event, const schema::DeadLetter& letter);

 private:
  normalise::Verdict Normalise(const schema::EventView& event, const schema::DeadLetter& letter,
                               const journal::Stream& stream, schema::Rejection* rejection);
  Resubmitted ResubmitMessage(const schema::EventView& event, const schema::DeadLetter& letter);
  Resubmitted ResubmitEvent(const schema::EventView& event, const schema::DeadLetter& letter);
  Resubmitted Append(journal::Stream* stream);

  const std::string gateway_;
  const Parts parts_;
  const Speakers speakers_;
  normalise::EventList events_;
  schema::EventView original_;
  schema::EventBuilder builder_;
  std::vector<ByteSpan> spans_;
  std::string letter_id_;
};

// What an event says of the letter that it is a replay of.
struct ReplayMark {
  uint64_t letter = 0;  // offset
  uint64_t events = 1;  // that the letter became
};
// Nothing if it is of none. `letters` is the name of the dead-letter stream.
std::optional<ReplayMark> ReplayOf(const schema::EventView& event, std::string_view letters);

}  // namespace sluice::ingest
