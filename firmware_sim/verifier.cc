#include "firmware_sim/verifier.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::fleet {
namespace {

constexpr std::string_view kDeadLetterType = "sluice.dead_letter.v1";
constexpr size_t kMaxExamples = 10;
constexpr int kRunShift = 40;  // a run has fewer transmissions than this many bits can count

}  // namespace

void Verifier::AddAcknowledged(const LedgerLine& line) {
  key_.assign(line.device);
  Reading reading{};
  reading.seq = line.seq;
  reading.first_tx = (run_ << kRunShift) + line.first_tx;
  reading.sure_tx = (run_ << kRunShift) + line.sure_tx;
  reading.malformed = line.malformed;
  devices_[key_].readings.push_back(reading);
  ++(line.malformed ? verdict_.malformed_acknowledged : verdict_.acknowledged);
}

Status Verifier::EndLedger() {
  const auto by_seq = [](const Reading& a, const Reading& b) { return a.seq < b.seq; };
  const auto same_seq = [](const Reading& a, const Reading& b) { return a.seq == b.seq; };
  for (auto& [name, book] : devices_) {
    std::sort(book.readings.begin(), book.readings.end(), by_seq);
    const auto twice = std::adjacent_find(book.readings.begin(), book.readings.end(), same_seq);
    if (twice == book.readings.end()) continue;
    return Status::InvalidArgument(fmt::format(
        "{} seq {} stands in the ledger twice; runs that share a ledger need their own --first-seq",
        name, twice->seq));
  }
  return Status::Ok();
}

Verifier::StreamBook& Verifier::StreamOf(const EventLine& line) {
  key_.assign(line.gateway).append("/").append(line.stream);
  return streams_[key_];
}

bool Verifier::IsRepeated(const EventLine& line) {
  StreamBook& stream = StreamOf(line);
  stream.coverage.Add(line.offset, line.offset);
  if (!stream.seen.Insert(line.offset)) return true;
  if (line.offset < stream.highest) ++verdict_.backward;
  stream.highest = std::max(stream.highest, line.offset);
  return false;
}

Verifier::Reading* Verifier::FindReading(const EventLine& line) {
  if (!line.sequence) return nullptr;
  key_.assign(line.device);
  const auto device = devices_.find(key_);
  if (device == devices_.end()) return nullptr;
  auto& readings = device->second.readings;
  const auto it =
      std::lower_bound(readings.begin(), readings.end(), *line.sequence,
                       [](const Reading& reading, uint64_t seq) { return reading.seq < seq; });
  return it != readings.end() && it->seq == *line.sequence ? &*it : nullptr;
}

// There are a handful of types; should there be more than 32, the last bit stands for all the
// others.
uint32_t Verifier::TypeBit(std::string_view type) {
  const auto it = std::find(types_.begin(), types_.end(), type);
  const auto index = static_cast<size_t>(it - types_.begin());
  if (it == types_.end() && types_.size() < 31) types_.emplace_back(type);
  return uint32_t{1} << std::min<size_t>(index, 31);
}

void Verifier::AddDeadLetter(const EventLine& line) {
  ++verdict_.dead_letters;
  key_.assign(line.identity.empty() ? line.device : line.identity);
  const auto device = devices_.find(key_);
  if (device != devices_.end()) ++device->second.dead_letters;
}

// "missing" explains nothing: the consumer only says that nobody told him why.
void Verifier::AddGap(const EventLine& line) {
  ++verdict_.gaps;
  verdict_.gap_events += line.gap_events;
  if (line.gap_events == 0 || line.stream.empty() || line.reason == "missing") return;
  StreamOf(line).coverage.Add(line.gap_first, line.gap_last);
  if (line.reason == "evicted") verdict_.evicted += line.gap_events;
  if (line.reason == "dropped") verdict_.dropped += line.gap_events;
  if (line.reason == "expired") verdict_.expired += line.gap_events;
  if (line.reason == "quarantined") verdict_.quarantined += line.gap_events;
}

void Verifier::AddEvent(const EventLine& line) {
  if (line.is_gap) return AddGap(line);
  ++verdict_.events;
  if (IsRepeated(line)) {
    ++verdict_.repeated;
    return;
  }
  if (line.type == kDeadLetterType) {
    expect_dead_letters_ = true;
    return AddDeadLetter(line);
  }
  Reading* reading = FindReading(line);
  if (reading == nullptr) {
    ++verdict_.unledgered;
    return;
  }
  const uint32_t type = TypeBit(line.type);
  if ((reading->types & type) != 0) ++verdict_.resent;
  reading->types |= type;
  if (reading->position == 0) reading->position = verdict_.events;
}

void Verifier::Note(std::string_view what, const std::string& device, uint64_t seq) {
  if (verdict_.examples.size() < kMaxExamples) {
    verdict_.examples.push_back(fmt::format("{}: {} seq {}", what, device, seq));
  }
}

// Walks the readings from the highest sure_tx down, and beside them, from the highest first_tx
// down, those that must come later; the earliest arrival among the latter is all that matters.
void Verifier::CountReordered(const std::string& name, const std::vector<Reading>& readings) {
  std::vector<const Reading*> earlier;
  for (const Reading& reading : readings) {
    if (reading.position != 0 && !reading.malformed) earlier.push_back(&reading);
  }
  std::vector<const Reading*> later = earlier;
  std::sort(earlier.begin(), earlier.end(),
            [](const Reading* a, const Reading* b) { return a->sure_tx > b->sure_tx; });
  std::sort(later.begin(), later.end(),
            [](const Reading* a, const Reading* b) { return a->first_tx > b->first_tx; });
  uint64_t earliest_arrival = UINT64_MAX;
  auto next = later.begin();
  for (const Reading* reading : earlier) {
    for (; next != later.end() && (*next)->first_tx > reading->sure_tx; ++next) {
      earliest_arrival = std::min(earliest_arrival, (*next)->position);
    }
    if (earliest_arrival >= reading->position) continue;
    ++verdict_.reordered;
    Note("reordered", name, reading->seq);
  }
}

void Verifier::JudgeDevice(const std::string& name, DeviceBook& book) {
  uint64_t malformed = 0;
  for (const Reading& reading : book.readings) {
    malformed += reading.malformed;
    if (reading.malformed) {
      verdict_.malformed_delivered += reading.position != 0;
    } else if (reading.position != 0) {
      ++verdict_.delivered;
    } else {
      ++verdict_.lost;
      Note("lost", name, reading.seq);
    }
  }
  CountReordered(name, book.readings);
  if (expect_dead_letters_ && book.dead_letters < malformed) {
    verdict_.dead_letters_missing += malformed - book.dead_letters;
  }
}

void Verifier::CountUncovered() {
  for (auto& [name, stream] : streams_) {
    uint64_t hole = 0;
    const uint64_t uncovered = stream.coverage.Uncovered(expect_from_start_, &hole);
    verdict_.uncovered += uncovered;
    if (uncovered > 0 && verdict_.examples.size() < kMaxExamples) {
      verdict_.examples.push_back(
          fmt::format("uncovered: {} offsets of {}, the first is {}", uncovered, name, hole));
    }
  }
}

Verdict Verifier::Finish() {
  std::vector<const std::string*> names;
  for (const auto& entry : devices_) names.push_back(&entry.first);
  std::sort(names.begin(), names.end(), [](auto* a, auto* b) { return *a < *b; });
  for (const std::string* name : names) JudgeDevice(*name, devices_[*name]);
  CountUncovered();
  return verdict_;
}

}  // namespace sluice::fleet
