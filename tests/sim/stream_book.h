#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/plan.h"
#include "sim/witness.h"

namespace sluice::sim {

// What the judges know of one offset.
struct Fate {
  Token token = 0;      // of the reading that it was given to; 0: nobody outside knows which
  uint8_t passed = 0;   // a bit for each route that is done with it, by upstream's own word
  uint8_t refused = 0;  // for each whose upstream has refused it for good
  bool seen = false;    // somebody outside was shown the event under this offset
  bool told = false;    // of a replay: somebody was told that it is done with, so it is safe
  std::optional<uint64_t> replay_of = {};  // the dead letter that it was made of, by its offset
};

// One stream as seen from outside: which reading got which offset, and who has heard of it. After a
// crash offsets at the end may be given again; those that anybody has heard of must not.
class StreamBook {
 public:
  // Of the stream of dead letters when `takes_letters`: there the gateway appends letters of its
  // own.
  StreamBook(const Plan& plan, const Plan::Stream& stream, bool takes_letters);

  const std::string& name() const { return name_; }
  bool takes_letters() const { return takes_letters_; }
  bool commits() const { return commits_; }  // acknowledged is synced
  bool evicts() const { return on_full_ == "drop_oldest"; }
  bool drops() const { return on_full_ == "drop_newest"; }
  // The route leaves out what is too old.
  bool expires(const std::string& route) const { return (expiring_ & BitOf(route)) != 0; }
  const std::vector<std::string>& routes() const { return routes_; }

  // Offsets in [0, end) are taken.
  uint64_t end() const { return end_; }
  Fate& at(uint64_t offset) { return fates_[offset]; }
  const Fate& at(uint64_t offset) const { return fates_[offset]; }
  // The next offset is given to it.
  void Add(Token token, std::optional<uint64_t> replay_of = {});
  // Makes the book longer or shorter. What it knew of the offsets behind an earlier end it knows
  // again when they turn out to be stored after all.
  void SetEnd(uint64_t end);

  // Upstream has acknowledged, or refused, the offsets [from, last] of a route.
  void Pass(uint64_t from, uint64_t last, const std::string& route);
  void Refuse(uint64_t from, uint64_t last, const std::string& route);

  // All routes are done with the offset.
  bool passed_by_all(uint64_t offset) const { return fates_[offset].passed == all_; }
  // The bit of a route that leads from this stream; 0: none does.
  uint8_t BitOf(const std::string& route) const;

  // Since the start.
  bool took_any = false;
  // Between a start and the first look at what is stored, or the first acceptance, the end is not
  // known.
  bool end_is_known = true;
  // What is below had been deleted at the last look at what is stored.
  uint64_t first = 0;
  // What is below was gone before a route began.
  uint64_t origin = 0;

 private:
  const std::string name_;
  const std::string on_full_;
  const bool takes_letters_;
  const bool commits_;
  std::vector<std::string> routes_;
  uint8_t expiring_ = 0;  // the routes that leave out what is too old
  uint8_t all_ = 0;
  uint64_t end_ = 0;
  std::vector<Fate> fates_;  // perhaps of more than `end_`
};

}  // namespace sluice::sim
