#include "sim/trace.h"

#include <xxhash.h>

#include <cstdio>
#include <iterator>

namespace sluice::sim {

Trace::Trace(const Clock& clock) : clock_(clock), start_(clock.Now()) {}

void Trace::Begin() {
  const std::chrono::duration<double> age = clock_.Now() - start_;
  fmt::format_to(std::back_inserter(line_), "{:10.4f} s  ", age.count());
}

void Trace::End() {
  ++lines_;
  hash_ = XXH3_64bits_withSeed(line_.data(), line_.size(), hash_);
  if (last_.size() == kKept) {
    last_.push_back(std::move(last_.front()));
    last_.pop_front();
    last_.back().assign(line_.data(), line_.size());
  } else {
    last_.emplace_back(line_.data(), line_.size());
  }
  if (prints_) fmt::print("{}\n", last_.back());
}

}  // namespace sluice::sim
