#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/case_file.h"
#include "sim/route_marks.h"
#include "sim/witness.h"

namespace sluice::sim {

// Judges the gateway's own books of each route (2), as its metrics tell them, by what upstream has
// seen: accepted is what the sum of its terms is, and each offset is in one of the terms that
// upstream has reason to expect it in.
class BooksJudge {
 public:
  // The file outlives it.
  explicit BooksJudge(CaseFile& file) : file_(file) {}

  // The stream goes on at `first`.
  void OnAccepted(const std::string& stream, uint64_t first) { marks_.Cut(stream, first); }
  // Upstream has acknowledged the entries, or refused them for good.
  void OnSettled(const std::string& route, const std::vector<Entry>& entries, bool refused);
  // When nothing is pending. `metrics` as the gateway tells them.
  void CheckAccounted(std::string_view metrics);

 private:
  // What an offset may be counted as.
  enum Mark : uint8_t { kAcknowledged = 1, kDeadLettered = 2, kExpired = 4, kEvicted = 8 };

  void CheckRoute(std::string_view metrics, StreamBook& book, const std::string& route);
  void CheckTerm(std::string_view metrics, const std::string& route, const RouteMarks::Route& marks,
                 uint64_t origin, std::string_view term, uint8_t mark);
  static uint8_t MarkOf(const Entry& entry, bool refused);

  CaseFile& file_;
  RouteMarks marks_;
};

}  // namespace sluice::sim
