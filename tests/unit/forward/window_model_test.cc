#include <gtest/gtest.h>

#include <vector>

#include "base/random.h"
#include "forward/window.h"

namespace sluice::forward {
namespace {

using Outcome = InFlight::Outcome;

// Beside the window stands a slow, obvious model: a list of publishes with their numbers. Whatever
// chance does to both, they agree.
class WindowModelTest : public ::testing::TestWithParam<uint64_t> {
 protected:
  static constexpr size_t kCapacity = 5;
  struct Entry {
    uint32_t sequence;
    size_t bytes;
    Outcome outcome = Outcome::kPending;
  };

  // Near the end of the numbers, so that they wrap.
  void BeginAt(uint32_t sequence) {
    while (next_ != sequence) {
      Push();
      PopFront();
    }
  }
  void Run(int steps) {
    for (int i = 0; i < steps && !HasFatalFailure(); ++i) {
      Step();
      Compare();
      CompareNumbers();
    }
  }

 private:
  void Step() {
    switch (chance_.Below(10)) {
      case 0:
        return Clear();
      case 1:
        return DropFromFirstPending();
      case 2:
      case 3:
        return PopFront();
      case 4:
        return ReopenFront();
      case 5:
      case 6:
      case 7:
        return Settle();
      default:
        return Push();
    }
  }
  void Compare() const {
    window_.CheckInvariants();
    size_t bytes = 0;
    size_t unsettled = 0;
    for (const Entry& entry : model_) {
      bytes += entry.bytes;
      unsettled += entry.outcome == Outcome::kPending ? 1 : 0;
    }
    ASSERT_EQ(window_.size(), model_.size());
    ASSERT_EQ(window_.empty(), model_.empty());
    ASSERT_EQ(window_.full(), model_.size() == kCapacity);
    ASSERT_EQ(window_.bytes(), bytes);
    ASSERT_EQ(window_.unsettled(), unsettled);
    ASSERT_EQ(window_.next_sequence(), next_);
    ASSERT_EQ(window_.OldestPending() == nullptr, unsettled == 0);
  }
  // Exactly the pending ones are found, under their numbers.
  void CompareNumbers() {
    const uint32_t first = model_.empty() ? next_ : model_.front().sequence;
    for (uint32_t i = 0; i < 2 * kCapacity; ++i) {
      const uint32_t sequence = (first + i - kCapacity) & Window::kSequenceMask;
      const Entry* const entry = Find(sequence);
      const InFlight* const found = window_.FindPending(sequence);
      ASSERT_EQ(found != nullptr, entry != nullptr) << sequence;
      if (entry != nullptr) {
        ASSERT_EQ(found->bytes, entry->bytes);
      }
    }
  }

  Entry* Find(uint32_t sequence) {
    for (Entry& entry : model_) {
      if (entry.sequence == sequence && entry.outcome == Outcome::kPending) return &entry;
    }
    return nullptr;
  }
  void Push() {
    if (model_.size() == kCapacity) return;
    const uint64_t count = 1 + chance_.Below(3);
    InFlight publish;
    publish.first = end_;
    publish.end = end_ += count;
    publish.events = count;
    publish.bytes = chance_.Below(100);
    model_.push_back({next_, publish.bytes});
    next_ = (next_ + 1) & Window::kSequenceMask;
    window_.Push(publish);
  }
  void PopFront() {
    if (model_.empty()) return;
    model_.erase(model_.begin());
    window_.PopFront();
  }
  void ReopenFront() {
    if (model_.empty() || model_.front().outcome == Outcome::kPending) return;
    model_.front().outcome = Outcome::kPending;
    window_.ReopenFront({});
  }
  void Settle() {
    if (model_.empty()) return;
    Entry& entry = model_[chance_.Below(model_.size())];
    if (entry.outcome != Outcome::kPending) return;
    InFlight* const publish = window_.FindPending(entry.sequence);
    if (chance_.Below(2) == 0) {
      entry.outcome = Outcome::kAcknowledged;
      window_.SettleAcknowledged(publish);
    } else {
      entry.outcome = Outcome::kRefused;
      window_.SettleRefused(publish, kRefusedAsNoEvent);
    }
  }
  void Clear() {
    model_.clear();
    window_.Clear();
  }
  void DropFromFirstPending() {
    for (size_t i = 0; i < model_.size(); ++i) {
      if (model_[i].outcome != Outcome::kPending) continue;
      next_ = model_[i].sequence;
      model_.resize(i);
    }
    window_.DropFromFirstPending();
    end_ = window_.empty() ? end_ : window_.back().end;
  }

  Random chance_{GetParam()};
  Window window_{kCapacity};
  std::vector<Entry> model_;
  uint32_t next_ = 0;
  uint64_t end_ = 0;
};

TEST_P(WindowModelTest, AgreesWithTheModel) { Run(5000); }

INSTANTIATE_TEST_SUITE_P(Seeds, WindowModelTest, ::testing::Range<uint64_t>(0, 10));

class WindowModelWrapTest : public WindowModelTest {};

TEST_P(WindowModelWrapTest, AgreesWhereNumbersWrap) {
  BeginAt(Window::kSequenceMask - 100);
  Run(2000);
}

INSTANTIATE_TEST_SUITE_P(OneSeed, WindowModelWrapTest, ::testing::Values(1));

}  // namespace
}  // namespace sluice::forward
