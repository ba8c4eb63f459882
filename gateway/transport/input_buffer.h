#pragma once

#include <algorithm>

#include "base/byte_buffer.h"
#include "transport/buffer_pool.h"
#include "transport/byte_budget.h"

namespace sluice::transport {

// Received bytes on their way to a handler that may leave some. Holds memory only while some are
// left, and charges what it holds beyond kFreeBytes to a budget.
//
// The budget stops a fleet, each of it within its own bound, from filling the memory with packets
// that never end or with what comes in while they are not read. The free bytes keep those who send
// small packets out of it: nobody who uses the budget up can hurt them.
class InputBuffer {
 public:
  // Part of what a connection is reckoned to cost; a packet of this size always gets through.
  static constexpr size_t kFreeBytes = 2048;

  // Both outlive the buffer; `budget` may be null.
  explicit InputBuffer(BufferPool* pool, ByteBudget* budget = nullptr)
      : pool_(*pool), charge_(budget) {}
  ~InputBuffer() { pool_.Return(&kept_); }
  InputBuffer(const InputBuffer&) = delete;
  InputBuffer& operator=(const InputBuffer&) = delete;

  size_t size() const { return kept_.size(); }
  bool empty() const { return kept_.empty(); }
  // The budget is used up, also by this buffer.
  bool over_budget() const {
    return charge_.bytes() > 0 && charge_.budget() != nullptr && charge_.budget()->exhausted();
  }

  // Shows what is kept, followed by `bytes`, to `consume(ByteSpan) -> size_t`, and keeps what it
  // leaves.
  template <typename Consume>
  void Offer(ByteSpan bytes, Consume consume) {
    if (kept_.empty()) {
      Keep(bytes.subspan(consume(bytes)));
      return;
    }
    kept_.Append(bytes);
    kept_.Consume(consume(kept_.view()));
    if (kept_.empty()) return Clear();
    Account();
  }

  void Keep(ByteSpan bytes) {
    if (bytes.empty()) return;
    // Few bytes shall not pin a large buffer when memory is short.
    if (!IsShort()) pool_.Lend(&kept_);
    kept_.Append(bytes);
    Account();
  }

  void Clear() {
    pool_.Return(&kept_);
    charge_.Set(0);
  }

  // How much a connection may read at a time: less and less as the budget is used up, so that those
  // that are paused after the read do not exhaust it.
  static size_t ReadBytes(const ByteBudget* budget, size_t most) {
    if (budget == nullptr) return most;
    return std::clamp(budget->left() / 8, kFreeBytes, most);
  }

 private:
  bool IsShort() const {
    return charge_.budget() != nullptr && charge_.budget()->left() < charge_.budget()->used();
  }
  void Account() { charge_.Set(kept_.capacity() - std::min(kept_.capacity(), kFreeBytes)); }

  BufferPool& pool_;
  ByteBuffer kept_;
  ByteBudget::Charge charge_;
};

}  // namespace sluice::transport
