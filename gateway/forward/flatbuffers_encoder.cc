#include <vector>

#include "forward/message_encoder.h"
#include "schema/batch_builder.h"
#include "schema/cloudevents.h"

namespace sluice::forward {
namespace {

// "SLEB" batches.
class BatchEncoder : public MessageEncoder {
 public:
  explicit BatchEncoder(const RouteOptions& options) : options_(options) { Restart(); }

  bool needs_view() const override { return false; }
  void Clear() override { Restart(); }
  size_t PrepareEvent(ByteSpan event, const schema::EventView&) override {
    return builder_.size_bound() + schema::BatchBuilder::Cost(event.size());
  }
  void CommitEvent(uint64_t offset, ByteSpan event) override { builder_.AddEvent(offset, event); }
  void AddGap(const schema::Gap& gap, WallTime) override { builder_.AddGap(gap); }
  ByteSpan Finish() override { return builder_.Finish(); }
  std::string_view content_type() const override { return schema::kBatchContentType; }
  bool is_text() const override { return false; }

 private:
  void Restart() { builder_.Start(options_.gateway, options_.stream); }

  const RouteOptions& options_;
  schema::BatchBuilder builder_;
};

// Events as they were stored. A gap has no such form and goes as a batch of one.
class SingleEncoder final : public BatchEncoder {
 public:
  using BatchEncoder::BatchEncoder;

  void Clear() override {
    BatchEncoder::Clear();
    event_.clear();
  }
  size_t PrepareEvent(ByteSpan event, const schema::EventView&) override { return event.size(); }
  void CommitEvent(uint64_t, ByteSpan event) override { event_.assign(event.begin(), event.end()); }
  ByteSpan Finish() override { return event_.empty() ? BatchEncoder::Finish() : ByteSpan(event_); }
  std::string_view content_type() const override {
    return event_.empty() ? BatchEncoder::content_type() : schema::kEventContentType;
  }

 private:
  std::vector<uint8_t> event_;
};

}  // namespace

std::unique_ptr<MessageEncoder> MakeFlatBuffersEncoder(const RouteOptions& options, bool single) {
  if (single) return std::make_unique<SingleEncoder>(options);
  return std::make_unique<BatchEncoder>(options);
}

}  // namespace sluice::forward
