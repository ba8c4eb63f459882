#include "sim/books_judge.h"

#include <fmt/format.h>

#include "sim/case_history.h"

namespace sluice::sim {
namespace {

// What a gateway says of the route "up".
struct Said {
  int accepted = 0, acknowledged = 0, pending = 0, dead_lettered = 0, expired = 0, evicted = 0;
  int replayed = 0;

  std::string text() const {
    constexpr std::string_view kRoute = "{stream=\"telemetry\",route=\"up\"}";
    return fmt::format(
        "sluice_stream_accepted_events_total{{stream=\"telemetry\"}} {}\n"
        "sluice_route_acknowledged_events_total{} {}\nsluice_route_pending_events{} {}\n"
        "sluice_route_dead_lettered_events_total{} {}\nsluice_route_expired_events_total{} {}\n"
        "sluice_route_evicted_events_total{} {}\nsluice_route_replayed_events_total{} {}\n",
        accepted, kRoute, acknowledged, kRoute, pending, kRoute, dead_lettered, kRoute, expired,
        kRoute, evicted, kRoute, replayed);
  }
};

class BooksJudgeTest : public CaseHistory {
 protected:
  BooksJudge& judge() {
    if (!judge_) judge_ = std::make_unique<BooksJudge>(file());
    return *judge_;
  }
  // Five events, and what becomes of them.
  void Live() {
    for (int i = 0; i < 5; ++i) Accept();
    judge().OnSettled("up", Event(0), false);
    judge().OnSettled("up", Event(1), true);
    judge().OnSettled("up", Gap(1, 1, "dead_lettered"), false);
    judge().OnSettled("up", Gap(2, 2, "expired"), false);
    judge().OnSettled("up", Gap(3, 4, "evicted"), false);
  }
  static Said Right() {
    return {.accepted = 5, .acknowledged = 1, .dead_lettered = 1, .expired = 1, .evicted = 2};
  }
  void Check(const Said& said) { judge().CheckAccounted(said.text()); }

 private:
  std::unique_ptr<BooksJudge> judge_;
};

TEST_F(BooksJudgeTest, RightBooksAreRight) {
  Live();
  Check(Right());
  ExpectWell();
}

TEST_F(BooksJudgeTest, WhatWasReplayedIsCountedTwice) {
  Live();
  Said said = Right();
  said.acknowledged += 2;
  said.replayed = 2;
  Check(said);
  ExpectWell();
  said.replayed = 1;
  Check(said);
  ExpectBroken("accounts for");
}

TEST_F(BooksJudgeTest, TheSumIsWhatWasAccepted) {
  Live();
  Said said = Right();
  said.evicted = 1;
  Check(said);
  ExpectBroken("accounts for 4 events, and 5 were accepted");
}

TEST_F(BooksJudgeTest, AcceptedIsWhatWasAccepted) {
  Live();
  Said said = Right();
  said.accepted = 6;
  Check(said);
  ExpectBroken("says it has accepted 6, and 5 were");
}

TEST_F(BooksJudgeTest, ALetterIsNotAcknowledged) {
  Live();
  Said said = Right();
  said.acknowledged = 2;
  said.dead_lettered = 0;
  Check(said);
  ExpectBroken("counts 2 events as acknowledged, and upstream knows of 1 to 1");
}

TEST_F(BooksJudgeTest, AGapIsCountedByItsReason) {
  Live();
  Said said = Right();
  said.expired = 2;
  said.evicted = 1;
  Check(said);
  ExpectBroken("counts 2 events as expired");
}

TEST_F(BooksJudgeTest, WhatIsSettledTwiceMayBeCountedAsEither) {
  Live();
  judge().OnSettled("up", Gap(0, 0, "evicted"), false);
  Check(Right());
  Said said = Right();
  said.acknowledged = 0;
  said.evicted = 3;
  Check(said);
  ExpectWell();
}

TEST_F(BooksJudgeTest, AnOffsetThatIsGivenAgainIsNotSettled) {
  Live();
  judge().OnAccepted("telemetry", 4);
  judge().OnSettled("up", Event(4), false);
  Check(Right());
  ExpectBroken("counts 1 events as acknowledged, and upstream knows of 2 to 2");
}

TEST_F(BooksJudgeTest, ARouteWhosePlaceIsDamagedBeginsAnew) {
  Have(Trouble::kRot);
  Live();
  Check({.accepted = 5, .expired = 1, .evicted = 2});
  ExpectWell();
  Check({.accepted = 5, .expired = 2, .evicted = 1});
  ExpectBroken("counts 2 events as expired");
}

}  // namespace
}  // namespace sluice::sim
