#pragma once

#include <utility>

#include "base/status.h"
#include "transport/byte_stream.h"
#include "transport/stream_context.h"
#include "transport/watermark.h"

namespace sluice::transport {

// Tells a stream's handler when its output is high and when it is low again. Rising shows at once,
// or a burst in one iteration would be written far past the mark; the handler hears of it at the
// iteration's end. When all connections' output has used up its budget, the low mark is the high
// one. Internal to transport.
class OutputMarks {
 public:
  // `context` outlives it.
  explicit OutputMarks(StreamContext* context)
      : context_(*context),
        watermark_(context->limits.output_low_bytes, context->limits.output_high_bytes) {}
  ~OutputMarks() { SLUICE_CHECK(!telling_); }  // not from within OnOutputHigh or OnOutputLow

  bool high() const { return watermark_.above(); }
  // So many bytes are not taken yet.
  void Count(size_t bytes) {
    const ByteBudget* const budget = context_.output_budget.get();
    const bool is_short = budget != nullptr && budget->exhausted();
    const StreamLimits& limits = context_.limits;
    if (bytes < limits.output_high_bytes && (!is_short || bytes <= limits.output_low_bytes)) return;
    rose_ |= watermark_.Raise();
  }
  // Of an open stream.
  void Tell(size_t bytes, StreamHandler* handler) {
    telling_ = true;
    if (std::exchange(rose_, false)) {
      if (context_.metrics) context_.metrics->output_pauses.Add();
      handler->OnOutputHigh();
    }
    const bool fell = watermark_.Update(bytes) == Watermark::Event::kFellBelowLow;
    if (fell && !ended_) handler->OnOutputLow();
    telling_ = false;
  }
  // Nobody writes any more, so nobody is told that he may.
  void End() { ended_ = true; }

 private:
  StreamContext& context_;
  Watermark watermark_;
  bool rose_ = false;
  bool ended_ = false;
  bool telling_ = false;
};

}  // namespace sluice::transport
