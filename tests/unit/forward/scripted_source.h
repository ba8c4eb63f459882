#pragma once

#include <deque>
#include <string>
#include <vector>

#include "forward/event_source.h"
#include "schema/event_builder.h"

namespace sluice::test {

// A stream in memory. Reads wait until Run().
class ScriptedSource final : public forward::EventSource {
 public:
  static constexpr std::string_view kGateway = "gw";
  static constexpr std::string_view kStream = "telemetry";

  // Appends an event of `device`; `padding` bytes make it large.
  void AddEvent(WallTime at, std::string_view device = "d1", size_t padding = 0);
  void AddEvents(size_t count, WallTime at) {
    while (count-- > 0) AddEvent(at);
  }
  void AddGap(uint64_t count, WallTime at, schema::GapReason reason = schema::GapReason::kEvicted);
  void AddBytes(std::string_view bytes, WallTime at);  // that may be no event
  // Makes all that was added readable and tells the route.
  void Commit();
  // What drop_oldest does: the first `count` records become one gap.
  void Evict(size_t count);
  // Answers the read that waits; false if there is none.
  bool Run();
  void FailNextRead() { fail_ = true; }
  void FailReads(bool fail) { fail_always_ = fail; }

  uint64_t ReadableEnd() const override { return readable_; }
  void SetListener(std::function<void()> more) override { more_ = std::move(more); }
  void Read(uint64_t from, ReadDone done) override;
  void CancelRead() override;
  const journal::Books& books() const override { return books_; }
  void Advance(const journal::Books& delta) override;
  void Hold(uint64_t offset) override { held_from = offset; }
  void SetBack(uint64_t offset) override;

  size_t records_per_read = 1000;
  int reads = 0;
  uint64_t held_from = UINT64_MAX;
  journal::Books books_;

 private:
  void Add(std::string event, WallTime at);

  std::deque<forward::SourceRecord> records_;
  std::deque<std::string> events_;
  uint64_t end_ = 0;
  uint64_t readable_ = 0;
  std::function<void()> more_;
  ReadDone done_;
  uint64_t from_ = 0;
  bool fail_ = false;
  bool fail_always_ = false;
  std::vector<forward::SourceRecord> answer_;
  std::deque<std::string> lent_;  // what the answer shows; overwritten when it is no longer valid
  schema::EventBuilder builder_;
};

}  // namespace sluice::test
