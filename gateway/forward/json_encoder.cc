#include <string>

#include "forward/message_encoder.h"
#include "schema/cloudevents.h"
#include "schema/cloudevents_json.h"

namespace sluice::forward {
namespace {

// CloudEvents JSON: one object, or "[…]" around any number of them.
class JsonEncoder final : public MessageEncoder {
 public:
  JsonEncoder(const RouteOptions& options, bool single) : options_(options), single_(single) {}

  bool needs_view() const override { return true; }
  void Clear() override { text_.clear(); }
  size_t PrepareEvent(ByteSpan, const schema::EventView& view) override {
    prepared_.clear();
    schema::AppendEventJson(view, &prepared_);
    return text_.size() + prepared_.size() + 2;
  }
  void CommitEvent(uint64_t, ByteSpan) override {
    Separate();
    text_.append(prepared_);
  }
  void AddGap(const schema::Gap& gap, WallTime now) override {
    Separate();
    schema::AppendGapJson(options_.gateway, options_.stream, gap, now, &text_);
  }
  ByteSpan Finish() override {
    if (!single_) text_.push_back(']');
    return AsBytes(text_);
  }
  std::string_view content_type() const override {
    return single_ ? schema::kEventJsonContentType : schema::kBatchJsonContentType;
  }
  bool is_text() const override { return true; }

 private:
  void Separate() {
    if (!single_) text_.push_back(text_.empty() ? '[' : ',');
  }

  const RouteOptions& options_;
  const bool single_;
  std::string text_;
  std::string prepared_;  // one event, whose size is not known before it is written; gaps keep off
};

}  // namespace

std::unique_ptr<MessageEncoder> MakeJsonEncoder(const RouteOptions& options, bool single) {
  return std::make_unique<JsonEncoder>(options, single);
}

}  // namespace sluice::forward
