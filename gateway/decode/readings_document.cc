#include "decode/readings_document.h"

namespace sluice::decode {
namespace {

bool IsSameTime(const Node& a, const Node& b) {
  if (a.kind() != b.kind()) return false;
  if (a.kind() == Kind::kDouble) return a.number == b.number;
  return a.kind() == Kind::kNull || a.integer == b.integer;
}

bool AreOfOneMoment(const OwnReading& a, const OwnReading& b) {
  return IsSameTime(a.time, b.time) && a.historical == b.historical && a.device == b.device;
}

}  // namespace

void ReadingsDocument::Clear() {
  readings_.clear();
  moments_.clear();
  notes_.clear();
  latest_ = 0;
}

void ReadingsDocument::Note(std::string_view key, const Node& value) {
  notes_.push_back({key, value});
}

// Null: there is none yet. Payloads tell their readings one moment after the other, or one sensor
// after the other.
ReadingsDocument::Moment* ReadingsDocument::MomentOf(const OwnReading& reading) {
  for (size_t i = 0; i < moments_.size(); ++i) {
    const size_t place = (latest_ + i) % moments_.size();
    const Moment& moment = moments_[place];
    if (moment.count == kMaxPerMoment) continue;
    if (!AreOfOneMoment(readings_[moment.first].reading, reading)) continue;
    latest_ = place;
    return &moments_[place];
  }
  return nullptr;
}

bool ReadingsDocument::Add(const OwnReading& reading) {
  if (readings_.size() == kMaxReadings) return false;
  const size_t place = readings_.size();
  if (Moment* const moment = MomentOf(reading)) {
    readings_[moment->last].next = place;
    moment->last = place;
    ++moment->count;
  } else {
    if (moments_.size() == kMaxMoments) return false;
    latest_ = moments_.size();
    moments_.push_back({place, place, 1});
  }
  readings_.push_back({reading});
  return true;
}

void ReadingsDocument::WriteReading(const OwnReading& reading) {
  const size_t begin = document_.Begin(Kind::kObject);
  document_.AddKey("name");
  document_.Add(reading.name);
  document_.AddKey("value");
  document_.AddScalar(reading.value);
  if (!reading.unit.empty()) {
    document_.AddKey("unit");
    document_.Add(reading.unit);
  }
  if (!reading.quality.empty()) {
    document_.AddKey("quality");
    document_.Add(reading.quality);
  }
  document_.End(begin);
}

void ReadingsDocument::WriteMoment(const Moment& moment) {
  const OwnReading& any = readings_[moment.first].reading;
  const size_t begin = document_.Begin(Kind::kObject);
  if (!any.device.empty()) {
    document_.AddKey("device");
    document_.Add(any.device);
  }
  if (any.time.kind() != Kind::kNull) {
    document_.AddKey("time");
    document_.AddScalar(any.time);
  }
  if (any.historical) {
    document_.AddKey("historical");
    document_.Add(true);
  }
  for (size_t i = moment.first; i != kNone; i = readings_[i].next) {
    if (!readings_[i].reading.of_moment) continue;
    document_.AddKey(readings_[i].reading.name);
    document_.AddScalar(readings_[i].reading.value);
  }
  document_.AddKey("readings");
  const size_t list = document_.Begin(Kind::kArray);
  for (size_t i = moment.first; i != kNone; i = readings_[i].next) {
    if (!readings_[i].reading.of_moment) WriteReading(readings_[i].reading);
  }
  document_.End(list);
  document_.End(begin);
}

Value ReadingsDocument::Finish() {
  document_.Clear();
  const size_t begin = document_.Begin(Kind::kObject);
  for (const NoteEntry& note : notes_) {
    document_.AddKey(note.key);
    document_.AddScalar(note.value);
  }
  document_.AddKey("moments");
  const size_t list = document_.Begin(Kind::kArray);
  for (const Moment& moment : moments_) WriteMoment(moment);
  document_.End(list);
  document_.End(begin);
  return document_.root();
}

}  // namespace sluice::decode
