#include "journal/commit_pace.h"

#include <algorithm>
#include <cmath>

#include "base/status.h"

namespace sluice::journal {
namespace {

constexpr Duration kHour = std::chrono::hours(1);
constexpr double kSecondsADay = 24 * 3600;
// A commit counts an eighth in the smoothed time, as a round trip does in TCP (RFC 6298).
constexpr int kSmoothing = 8;

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

// `low` for 1, `high` for 0, and evenly by factors between.
double Between(double low, double high, double share) {
  return high <= low ? low : low * std::pow(high / low, 1 - share);
}

}  // namespace

CommitPace::CommitPace(const Options& options)
    : shortest_linger_(options.commit_linger),
      fewest_bytes_(options.commit_bytes),
      budget_a_second_(static_cast<double>(options.daily_write_budget) / kSecondsADay),
      linger_(shortest_linger_),
      commit_bytes_(fewest_bytes_),
      began_(options.clock->Now() - kHour),
      spent_at_(options.clock->Now()),
      left_(budget_a_second_ * Seconds(kHour)) {}

void CommitPace::OnBegin(MonotonicTime now) { began_ = now; }

void CommitPace::OnEnd(MonotonicTime now, uint64_t written_bytes) {
  const Duration took = std::max(now - began_, Duration(0));
  takes_ = takes_ == Duration(0) ? took : takes_ + (took - takes_) / kSmoothing;
  if (budget_a_second_ > 0) Spend(now, written_bytes);
}

void CommitPace::OnQuiet(MonotonicTime now) {
  if (budget_a_second_ > 0) Spend(now, 0);
}

MonotonicTime CommitPace::GatheredEnd() const { return std::min(began_ + 2 * takes_, LingerEnd()); }

void CommitPace::Spend(MonotonicTime now, uint64_t bytes) {
  const double most = budget_a_second_ * Seconds(kHour);
  left_ = std::min(most, left_ + budget_a_second_ * Seconds(now - spent_at_));
  // What is overdrawn by a burst is not owed for longer than a minute.
  left_ = std::max(left_ - static_cast<double>(bytes), -budget_a_second_ * 60);
  spent_at_ = now;
  Stretch();
}

void CommitPace::Stretch() {
  const double most = budget_a_second_ * Seconds(kHour);
  const double share = std::clamp(2 * left_ / most, 0.0, 1.0);
  const double shortest = std::max(Seconds(shortest_linger_), 1e-3);
  const double seconds = Between(shortest, Seconds(kLongestLinger), share);
  linger_ = share == 1 ? shortest_linger_
                       : std::max(shortest_linger_, std::chrono::duration_cast<Duration>(
                                                        std::chrono::duration<double>(seconds)));
  commit_bytes_ = static_cast<size_t>(
      Between(static_cast<double>(fewest_bytes_), static_cast<double>(kMostBytes), share));
}

void CommitPace::CheckInvariants() const {
  SLUICE_CHECK(linger_ >= shortest_linger_ &&
               linger_ <= std::max(shortest_linger_, kLongestLinger + Duration(1)));
  SLUICE_CHECK(commit_bytes_ >= fewest_bytes_ &&
               commit_bytes_ <= std::max(fewest_bytes_, kMostBytes));
  SLUICE_CHECK(GatheredEnd() <= LingerEnd());
}

}  // namespace sluice::journal
