#include "faults/life.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "support/manual_journal.h"

namespace sluice::faults {
namespace {

using journal::AppendResult;
using journal::AppendVerdict;
using journal::Durability;
using journal::OnFull;
using journal::ReadResult;
using journal::Record;
using journal::StreamOptions;
using std::chrono::milliseconds;

constexpr char kRoute[] = "cloud";
constexpr size_t kLargestEvent = 1500;
constexpr size_t kReadBytes = 4096;

StreamOptions Make(std::string name, OnFull on_full, Durability durability, bool compress,
                   bool keep = false) {
  StreamOptions options;
  options.name = std::move(name);
  options.routes = {kRoute};
  options.on_full = on_full;
  options.durability = durability;
  options.compress = compress;
  options.keep_acknowledged = keep;
  options.max_bytes = 64u << 10;
  options.segment_bytes = 12u << 10;
  options.max_dirty_bytes = 6u << 10;
  return options;
}

}  // namespace

std::vector<StreamOptions> StreamsOfLife() {
  std::vector<StreamOptions> streams = {
      Make("telemetry", OnFull::kReject, Durability::kCommit, true),
      Make("ring", OnFull::kDropOldest, Durability::kCommit, false),
      Make("latest", OnFull::kDropNewest, Durability::kCommit, false),
      Make("slow", OnFull::kDropOldest, Durability::kInterval, true, true),
      Make("dead-letters", OnFull::kDropOldest, Durability::kCommit, true),
  };
  streams.front().keep = std::chrono::seconds(10);
  streams.back().routes.clear();
  return streams;
}

Ledger NewLedger() {
  Ledger ledger;
  for (const StreamOptions& options : StreamsOfLife()) {
    ledger.push_back({.name = options.name,
                      .may_evict = options.on_full == OnFull::kDropOldest,
                      .has_route = !options.routes.empty(),
                      .events = {},
                      .moments = {{}}});
  }
  return ledger;
}

// Hears what publishers are told. With `interval` they may be told of what a power cut takes; then
// only what others could read must survive.
class Life::Observer final : public journal::StreamObserver {
 public:
  Observer(const RecordingEnv& env, bool told_is_kept, StreamLedger* ledger)
      : env_(env), told_is_kept_(told_is_kept), ledger_(*ledger) {}
  void OnAcknowledgeable(uint64_t offset) override {
    if (told_is_kept_) Told(offset);
  }
  void OnCommitted(uint64_t offset) override { Told(offset); }
  void OnSpace() override {}

 private:
  void Told(uint64_t offset) {
    const uint64_t told = std::max(offset, ledger_.now().told);
    ledger_.Note(env_.log().size(), told, ledger_.now().passed);
  }

  const RecordingEnv& env_;
  const bool told_is_kept_;
  StreamLedger& ledger_;
};

Life::Life(RecordingEnv& env, Ledger* ledger, uint64_t seed)
    : env_(env), ledger_(*ledger), random_(seed) {}

Life::~Life() {
  env_.Die();
  journal_.reset();
}

Status Life::Open() {
  auto journal = journal::Journal::Open(env_, kDataDirectory, test::ManualJournalOptions(clock_),
                                        StreamsOfLife());
  if (!journal.ok()) return journal.status();
  journal_ = std::move(journal).value();
  const auto streams = StreamsOfLife();
  observers_.clear();
  for (size_t i = 0; i < ledger_.size(); ++i) {
    const bool told_is_kept = streams[i].durability == Durability::kCommit;
    observers_.push_back(std::make_unique<Observer>(env_, told_is_kept, &ledger_[i]));
    journal_->stream(ledger_[i].name)->AddObserver(observers_.back().get());
  }
  return Status::Ok();
}

void Life::Run(Duration after) {
  clock_.Advance(after);
  test::RunUntilIdle(*journal_, clock_);
}

void Life::Settle() {
  Run(std::chrono::seconds(6));
  Run(std::chrono::seconds(6));
}

void Life::Live(int steps) {
  for (int i = 0; i < steps && complaint_.empty(); ++i) Step();
}

void Life::Step() {
  const uint64_t dice = random_.Below(1000);
  const size_t stream = random_.Below(ledger_.size());
  if (dice < 620) return Append(stream);
  if (dice < 850) return Run(milliseconds(random_.Below(20) * random_.Below(20)));
  if (dice < 990) return Forward(stream);
  Restart();
}

void Life::Append(size_t stream) {
  StreamLedger& ledger = ledger_[stream];
  std::string payload = fmt::format("{} {}:", ledger.name, ledger.events.size());
  // Half of it shrinks when it is packed.
  const size_t half = random_.Below(kLargestEvent - payload.size()) / 2;
  payload.append(half, static_cast<char>('a' + random_.Below(26)));
  for (size_t i = 0; i < half; ++i) payload.push_back(static_cast<char>(random_.Below(256)));
  const AppendResult result = journal_->stream(ledger.name)->Append(AsBytes(payload));
  if (result.verdict != AppendVerdict::kStored && result.verdict != AppendVerdict::kDropped) return;
  if (result.offset != ledger.events.size()) {
    complaint_ = fmt::format("{}: offset {} where {} was due", ledger.name, result.offset,
                             ledger.events.size());
  }
  ledger.events.push_back(result.verdict == AppendVerdict::kDropped ? "" : payload);
}

// The uplink acknowledges the next records; it has some of them refused for good.
void Life::Forward(size_t stream) {
  if (!ledger_[stream].has_route) return;
  journal::Stream& source = *journal_->stream(ledger_[stream].name);
  std::vector<uint64_t> sizes;
  std::vector<bool> gaps;
  auto reader = source.NewReader(kReadBytes, [&](const ReadResult& result) {
    if (!result.status.ok()) complaint_ = result.status.ToString();
    for (const Record& record : result.records) {
      sizes.push_back(record.end_offset - record.offset);
      gaps.push_back(record.kind == Record::Kind::kGap);
    }
  });
  journal::Cursor& cursor = *source.cursor(kRoute);
  reader->Read(cursor.offset());
  Run(Duration(0));
  const size_t count = sizes.empty() ? 0 : random_.Below(sizes.size() + 1);
  for (size_t i = 0; i < count; ++i) {
    const bool refused = !gaps[i] && random_.Below(10) == 0;
    cursor.Advance({.acknowledged = gaps[i] || refused ? 0 : sizes[i],
                    .dead_lettered = refused ? sizes[i] : 0,
                    .evicted = gaps[i] ? sizes[i] : 0});
    if (refused) Append(ledger_.size() - 1);
  }
  StreamLedger& ledger = ledger_[stream];
  ledger.Note(env_.log().size(), ledger.now().told, std::max(ledger.now().passed, cursor.offset()));
}

void Life::Restart() {
  if (!journal_->Close().ok()) complaint_ = "the orderly end failed";
  journal_->Poll();
  journal_.reset();
  const Status opened = Open();
  if (!opened.ok()) complaint_ = "after an orderly end: " + opened.ToString();
}

void Life::AppendToEach() {
  for (size_t i = 0; i < ledger_.size(); ++i) {
    for (int attempt = 0; attempt < 40; ++attempt) {
      const size_t before = ledger_[i].events.size();
      Append(i);
      if (ledger_[i].events.size() > before) break;
      Forward(i);
      Run(milliseconds(300));
    }
  }
  Settle();
}

}  // namespace sluice::faults
