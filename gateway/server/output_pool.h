#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "session/action.h"

namespace sluice::server {

// Session outputs for the calls that are under way. A call into the broker may deliver to other
// connections, which then fill an output of their own; the pool hands out one for each level of
// nesting and keeps it, so that a thousand idle connections hold no buffers and a busy one
// allocates none. Loop thread only.
class OutputPool {
 public:
  // An empty output until the end of the scope.
  class Lease {
   public:
    explicit Lease(OutputPool& pool) : pool_(pool), output_(pool.Take()) {}
    ~Lease() { pool_.GiveBack(std::move(output_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    session::Output* operator->() { return output_.get(); }
    session::Output* get() { return output_.get(); }

   private:
    OutputPool& pool_;
    std::unique_ptr<session::Output> output_;
  };

  // How many there have been: as many as calls of sessions, each of which is a packet taken or a
  // message delivered, so it measures work.
  uint64_t leases() const { return leases_; }

 private:
  std::unique_ptr<session::Output> Take() {
    ++leases_;
    if (free_.empty()) return std::make_unique<session::Output>();
    auto output = std::move(free_.back());
    free_.pop_back();
    return output;
  }
  void GiveBack(std::unique_ptr<session::Output> output) {
    output->Clear();
    free_.push_back(std::move(output));
  }

  std::vector<std::unique_ptr<session::Output>> free_;
  uint64_t leases_ = 0;
};

}  // namespace sluice::server
