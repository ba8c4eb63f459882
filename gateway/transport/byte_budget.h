#pragma once

#include <cstddef>

namespace sluice::transport {

// A bound on what all connections together hold for one purpose. It only counts: whoever charges it
// looks whether it is exhausted and does something about it. Loop thread only.
class ByteBudget {
 public:
  explicit ByteBudget(size_t limit_bytes) : limit_(limit_bytes) {}
  ByteBudget(const ByteBudget&) = delete;
  ByteBudget& operator=(const ByteBudget&) = delete;

  size_t used() const { return used_; }
  size_t left() const { return used_ < limit_ ? limit_ - used_ : 0; }
  bool exhausted() const { return used_ >= limit_; }

  // What one of many holds; given back when it is destroyed. Without a budget it counts for nobody.
  class Charge {
   public:
    explicit Charge(ByteBudget* budget) : budget_(budget) {}
    ~Charge() { Set(0); }
    Charge(const Charge&) = delete;
    Charge& operator=(const Charge&) = delete;

    void Set(size_t bytes) {
      if (budget_ != nullptr) budget_->used_ += bytes - bytes_;  // wraps around and back
      bytes_ = bytes;
    }
    size_t bytes() const { return bytes_; }
    const ByteBudget* budget() const { return budget_; }

   private:
    ByteBudget* const budget_;
    size_t bytes_ = 0;
  };

 private:
  const size_t limit_;
  size_t used_ = 0;
};

}  // namespace sluice::transport
