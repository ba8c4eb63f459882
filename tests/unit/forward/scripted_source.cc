#include "scripted_source.h"

#include <utility>

namespace sluice::test {

void ScriptedSource::AddEvent(WallTime at, std::string_view device, size_t padding) {
  builder_.Start();
  builder_.AddReading({.name = "temperature", .value = 21.5, .unit = "Cel"});
  const std::string filler(padding, 'x');
  if (padding > 0) builder_.AddAttribute("filler", filler);
  schema::EventFields fields;
  fields.type = "climate.reading.v1";
  fields.gateway = kGateway;
  fields.stream = kStream;
  fields.offset = end_;
  fields.device = device;
  fields.identity = "hub";
  fields.time = fields.received = at;
  Add(std::string(AsText(builder_.Finish(fields))), at);
}

void ScriptedSource::AddBytes(std::string_view bytes, WallTime at) { Add(std::string(bytes), at); }

void ScriptedSource::Add(std::string event, WallTime at) {
  events_.push_back(std::move(event));
  records_.push_back(
      {.first = end_, .last = end_, .appended = at, .event = AsBytes(events_.back())});
  ++end_;
}

void ScriptedSource::AddGap(uint64_t count, WallTime at, schema::GapReason reason) {
  records_.push_back({.first = end_,
                      .last = end_ + count - 1,
                      .appended = at,
                      .is_gap = true,
                      .reason = reason,
                      .event = {}});
  end_ += count;
}

void ScriptedSource::Commit() {
  readable_ = end_;
  if (more_) more_();
}

void ScriptedSource::Evict(size_t count) {
  forward::SourceRecord gap = records_.front();
  gap.last = records_.at(count - 1).last;
  gap.is_gap = true;
  gap.reason = schema::GapReason::kEvicted;
  gap.event = {};
  records_.erase(records_.begin(), records_.begin() + static_cast<std::ptrdiff_t>(count));
  records_.push_front(gap);
}

void ScriptedSource::Read(uint64_t from, ReadDone done) {
  SLUICE_CHECK(!done_);
  for (std::string& bytes : lent_) std::fill(bytes.begin(), bytes.end(), '!');
  ++reads;
  from_ = from;
  done_ = std::move(done);
}

void ScriptedSource::CancelRead() { done_ = nullptr; }

bool ScriptedSource::Run() {
  if (!done_) return false;
  const ReadDone done = std::exchange(done_, nullptr);
  answer_.clear();
  lent_.clear();
  if (std::exchange(fail_, false) || fail_always_) {
    done(Status::IoError("the test says so"), answer_);
    return true;
  }
  for (const forward::SourceRecord& record : records_) {
    if (record.end() <= from_ || record.end() > readable_) continue;
    if (answer_.size() == records_per_read) break;
    answer_.push_back(record);
    answer_.back().first = std::max(record.first, from_);
    if (record.is_gap) continue;
    lent_.emplace_back(AsText(record.event));
    answer_.back().event = AsBytes(lent_.back());
  }
  done(Status::Ok(), answer_);
  return true;
}

void ScriptedSource::SetBack(uint64_t offset) {
  books_.replay_end = books_.Reached();
  books_.replayed += books_.Cursor() - offset;
}

void ScriptedSource::Advance(const journal::Books& delta) {
  books_.acknowledged += delta.acknowledged;
  books_.dead_lettered += delta.dead_lettered;
  books_.expired += delta.expired;
  books_.evicted += delta.evicted;
}

}  // namespace sluice::test
