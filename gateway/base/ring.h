#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace sluice {

// A queue in one piece of memory that grows to its largest load and then allocates no more. Bounded
// by its user. References are valid until the next Push.
template <typename T>
class Ring {
 public:
  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  // From the front; i < size().
  T& operator[](size_t i) { return slots_[(head_ + i) & (slots_.size() - 1)]; }
  const T& operator[](size_t i) const { return slots_[(head_ + i) & (slots_.size() - 1)]; }
  // !empty(), as for what takes away.
  T& front() { return slots_[head_]; }
  const T& front() const { return slots_[head_]; }
  T& back() { return (*this)[size_ - 1]; }
  const T& back() const { return (*this)[size_ - 1]; }

  T& Push(T value) {
    if (size_ == slots_.size()) Grow();
    T& slot = (*this)[size_++];
    slot = std::move(value);
    return slot;
  }
  void Pop() {
    head_ = (head_ + 1) & (slots_.size() - 1);
    --size_;
  }
  void PopBack() { --size_; }

 private:
  static constexpr size_t kFirstCapacity = 8;

  void Grow() {
    std::vector<T> larger(slots_.empty() ? kFirstCapacity : 2 * slots_.size());
    for (size_t i = 0; i < size_; ++i) larger[i] = std::move((*this)[i]);
    slots_.swap(larger);
    head_ = 0;
  }

  std::vector<T> slots_;  // their number is 0 or a power of two
  size_t head_ = 0;
  size_t size_ = 0;
};

}  // namespace sluice
