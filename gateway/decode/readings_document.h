#pragma once

#include <string_view>
#include <vector>

#include "decode/document.h"

namespace sluice::decode {

// A reading that a payload names itself, before it stands in the document. Views.
struct OwnReading {
  std::string_view device = {};  // empty: the payload names none
  Node time = {};                // a number, in the unit that the format has; null: none
  bool historical = false;       // kept by the device until now
  std::string_view name = {};
  Node value = {};                // no container
  std::string_view unit = {};     // UCUM, or a word that is none; empty: none
  std::string_view quality = {};  // what the device says of it, "bad" or "stale"; empty: good
  bool of_moment = false;         // stands beside the readings: "online"
};

// The document of formats whose payloads carry readings with names, units and times of their own
// (SenML, Sparkplug B), so that profiles read all of them alike. Readings of one device and time
// are a moment, wherever they stand in the payload:
//
//   {"moments": [{"device": "d", "time": 1.5, "historical": true,
//                 "readings": [{"name": "n", "value": 21.5, "unit": "Cel",
//                               "quality": "stale"}]}]}
//
// Members that do not apply are left out; before the moments stands what Note is given. Keeps its
// memory from payload to payload.
class ReadingsDocument {
 public:
  static constexpr size_t kMaxReadings = 4096;  // 96 bytes each, and 96 in the document
  static constexpr size_t kMaxMoments = 256;    // each becomes an event, and is looked for in turn
  // What one event can hold; with more readings there are several moments of one time.
  static constexpr size_t kMaxPerMoment = 128;

  void Clear();
  void Note(std::string_view key, const Node& value);  // no container
  // False: more readings or moments than one payload may have.
  bool Add(const OwnReading& reading);
  bool empty() const { return readings_.empty(); }

  // Lives as long as what the readings are views of, until Clear.
  Value Finish();

 private:
  static constexpr size_t kNone = SIZE_MAX;
  struct Entry {
    OwnReading reading;
    size_t next = kNone;  // of the same moment
  };
  struct Moment {
    size_t first;  // entries
    size_t last;
    size_t count;
  };
  struct NoteEntry {
    std::string_view key;
    Node value;
  };

  Moment* MomentOf(const OwnReading& reading);
  void WriteMoment(const Moment& moment);
  void WriteReading(const OwnReading& reading);

  std::vector<Entry> readings_;
  std::vector<Moment> moments_;
  std::vector<NoteEntry> notes_;
  size_t latest_ = 0;  // the moment of the reading before
  Document document_;
};

}  // namespace sluice::decode
