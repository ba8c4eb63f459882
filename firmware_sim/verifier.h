#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/status.h"
#include "firmware_sim/coverage.h"
#include "firmware_sim/event_line.h"
#include "firmware_sim/ledger.h"
#include "firmware_sim/offset_set.h"

namespace sluice::fleet {

struct Verdict {
  uint64_t acknowledged = 0;  // good readings at QoS 1 and 2 in the ledger
  uint64_t delivered = 0;     // of these, with an event
  uint64_t lost = 0;          // of these, without one
  uint64_t reordered = 0;     // of these, delivered after one that must come later
  uint64_t backward = 0;      // events with a lower offset than an earlier one of their stream
  uint64_t resent = 0;        // further events of a reading that has one: the device sent it again
  uint64_t repeated = 0;  // events with an id that came before: the consumer failed to drop them
  uint64_t unledgered =
      0;  // events of readings that nobody was promised (QoS 0, or their ack never arrived)
  uint64_t events = 0;  // all lines that are events
  uint64_t gaps = 0;
  uint64_t gap_events = 0;
  uint64_t uncovered = 0;  // offsets for which neither an event nor a gap record came

  // What gap records stand for, by their reason.
  uint64_t evicted = 0;
  uint64_t dropped = 0;
  uint64_t expired = 0;
  uint64_t quarantined = 0;

  uint64_t malformed_acknowledged = 0;
  uint64_t malformed_delivered = 0;  // as events, which none of them should be
  uint64_t dead_letters = 0;
  uint64_t dead_letters_missing = 0;  // meaningful if dead letters were looked at

  std::vector<std::string> examples;  // "lost: device-0001 seq 17", the first few

  bool ok() const {
    return lost == 0 && reordered == 0 && backward == 0 && repeated == 0 && uncovered == 0 &&
           dead_letters_missing == 0;
  }
};

// Compares what devices were promised with what a consumer received. Order of calls: the ledger,
// then the events and dead letters, then Finish. Uses about 40 bytes for a line of the ledger.
//
// What is a reorder: a reading whose first event arrived after the first event of one that must
// come later. Which must come later is not simply the higher seq, because a device that was
// refused, or whose session was lost, sends again what others have overtaken meanwhile. `b` must
// come after `a` of the same device if b's first transmission was made after a.sure_tx (see
// OutboxEntry): from then on, a went over every connection before b did. A reading is counted once
// however many overtook it.
class Verifier {
 public:
  // The ledger's header line: transmission numbers start anew.
  void StartRun() { ++run_; }
  void AddAcknowledged(const LedgerLine& line);
  // kInvalidArgument if a reading stands in the ledger twice.
  Status EndLedger();
  void AddEvent(const EventLine& line);
  // Missing dead letters are part of the verdict if any was given, or if this was called.
  void ExpectDeadLetters() { expect_dead_letters_ = true; }
  // Streams are received from their first offset on; otherwise from the first that came.
  void ExpectFromStart() { expect_from_start_ = true; }
  Verdict Finish();

 private:
  struct Reading {
    uint64_t seq;
    uint64_t first_tx;
    uint64_t sure_tx;
    uint64_t position = 0;  // of its first event among all events, from 1; 0: none
    uint32_t types = 0;  // bit i: an event of type i has come, for one message may become several
    bool malformed = false;
  };
  struct DeviceBook {
    std::vector<Reading> readings;  // by seq after EndLedger
    uint64_t dead_letters = 0;
  };
  struct StreamBook {
    OffsetSet seen;
    Coverage coverage;
    uint64_t highest = 0;
  };

  void AddDeadLetter(const EventLine& line);
  void AddGap(const EventLine& line);
  StreamBook& StreamOf(const EventLine& line);
  bool IsRepeated(const EventLine& line);
  Reading* FindReading(const EventLine& line);
  uint32_t TypeBit(std::string_view type);
  void JudgeDevice(const std::string& name, DeviceBook& book);
  void CountUncovered();
  void CountReordered(const std::string& name, const std::vector<Reading>& readings);
  void Note(std::string_view what, const std::string& device, uint64_t seq);

  uint64_t run_ = 0;
  bool expect_dead_letters_ = false;
  bool expect_from_start_ = false;
  std::unordered_map<std::string, DeviceBook> devices_;
  std::unordered_map<std::string, StreamBook> streams_;
  std::vector<std::string> types_;
  std::string key_;  // reused for look-ups
  Verdict verdict_;
};

}  // namespace sluice::fleet
