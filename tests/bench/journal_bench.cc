// What the journal costs on the real file system, in a directory under $TMPDIR or /tmp.
//
// Append is the loop thread's part. Sustained is the whole at a fixed rate, with the figures that
// the design promises: CPU per event of all threads, bytes that the kernel counts as written per
// byte of framed event, and the time until an event is committed.

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "journal/journal.h"
#include "journal/record_format.h"

namespace sluice::journal {
namespace {

using std::chrono::steady_clock;
constexpr size_t kEventBytes = 320;

class Directory {
 public:
  Directory() {
    const char* parent = std::getenv("TMPDIR");
    path_ = std::string(parent != nullptr ? parent : "/tmp") + "/journal-bench-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

StreamOptions Telemetry(bool compress = true) {
  StreamOptions stream;
  stream.compress = compress;
  stream.name = "telemetry";
  stream.routes = {"cloud"};
  stream.on_full = OnFull::kDropOldest;
  return stream;
}

std::unique_ptr<Journal> OpenJournal(const Directory& directory, Options options,
                                     bool compress = true) {
  auto journal =
      Journal::Open(Env::Posix(), directory.path(), std::move(options), {Telemetry(compress)});
  if (!journal.ok()) std::abort();
  return std::move(journal).value();
}

// As alike as events are, with some bytes of each that are no other's.
std::string EventOf(uint64_t number) {
  std::string event;
  for (int i = 0; event.size() < kEventBytes; ++i) {
    event += "reading-" + std::to_string(i) + std::string(40, static_cast<char>('a' + i)) +
             std::to_string(number * 2654435761u);
  }
  event.resize(kEventBytes);
  return event;
}

double CpuSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// What the kernel counts as sent to the block layer for this process.
uint64_t WrittenBytes() {
  std::ifstream io("/proc/self/io");
  std::string name;
  uint64_t value = 0;
  while (io >> name >> value) {
    if (name == "write_bytes:") return value;
  }
  return 0;
}

void BM_Append(benchmark::State& state) {
  const Directory directory;
  Options options;
  options.manual = true;
  auto journal = OpenJournal(directory, options);
  Stream& stream = *journal->stream("telemetry");
  const std::string event(kEventBytes, 'e');
  for ([[maybe_unused]] auto _ : state) {
    if (stream.Append(AsBytes(event)).verdict == AppendVerdict::kStored) continue;
    state.PauseTiming();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    journal->RunOnce();
    journal->Poll();
    stream.Append(AsBytes(event));
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
}
BENCHMARK(BM_Append);

// Appends at a fixed rate on this thread, as a loop would, and notes when each event is committed.
class Publisher final : public StreamObserver {
 public:
  Publisher(Stream* stream, uint64_t rate) : stream_(*stream), rate_(rate) {
    stream->AddObserver(this);
  }

  void Run(Journal* journal, std::chrono::seconds duration) {
    const auto begin = steady_clock::now();
    std::vector<std::string> events(1000);
    for (uint64_t i = 0; i < events.size(); ++i) events[i] = EventOf(i);
    const uint64_t total = rate_ * static_cast<uint64_t>(duration.count());
    while (committed_ < total) {
      const double elapsed = std::chrono::duration<double>(steady_clock::now() - begin).count();
      const uint64_t due =
          std::min(total, static_cast<uint64_t>(elapsed * static_cast<double>(rate_)));
      while (appended_at_.size() < due &&
             stream_.Append(AsBytes(events[appended_at_.size() % events.size()])).verdict ==
                 AppendVerdict::kStored) {
        appended_at_.push_back(steady_clock::now());
      }
      Wait();
      journal->Poll();
    }
    stream_.RemoveObserver(this);
  }
  void Wake() {
    const MutexLock lock(mutex_);
    awake_ = true;
    wake_.NotifyOne();
  }
  double LatencyMs(double quantile) {
    std::sort(latencies_.begin(), latencies_.end());
    return latencies_.empty() ? 0
                              : latencies_[static_cast<size_t>(
                                    quantile * static_cast<double>(latencies_.size() - 1))];
  }

  void OnAcknowledgeable(uint64_t offset) override {
    const auto now = steady_clock::now();
    for (; committed_ < offset; ++committed_) {
      latencies_.push_back(
          std::chrono::duration<double, std::milli>(now - appended_at_[committed_]).count());
    }
  }
  void OnCommitted(uint64_t offset) override {
    Cursor& cursor = *stream_.cursor("cloud");
    cursor.Advance({.acknowledged = offset - cursor.offset()});
  }
  void OnSpace() override {}

 private:
  void Wait() {
    const MutexLock lock(mutex_);
    const MonotonicTime deadline = steady_clock::now() + std::chrono::milliseconds(1);
    while (!awake_ && wake_.WaitUntil(mutex_, deadline)) {
    }
    awake_ = false;
  }

  Stream& stream_;
  const uint64_t rate_;
  std::vector<steady_clock::time_point> appended_at_;
  std::vector<double> latencies_;
  uint64_t committed_ = 0;
  Mutex mutex_;
  ConditionVariable wake_;
  bool awake_ SLUICE_GUARDED_BY(mutex_) = false;
};

void BM_Sustained(benchmark::State& state) {
  const auto rate = static_cast<uint64_t>(state.range(0));
  const std::chrono::seconds duration(5);
  for ([[maybe_unused]] auto _ : state) {
    const Directory directory;
    Metrics metrics;
    Publisher* publisher = nullptr;
    Options options;
    options.metrics = &metrics;
    options.wakeup = [&] { publisher->Wake(); };
    auto journal = OpenJournal(directory, options, state.range(1) != 0);
    Publisher running(journal->stream("telemetry"), rate);
    publisher = &running;
    const double cpu = CpuSeconds();
    const uint64_t written = WrittenBytes();
    running.Run(journal.get(), duration);
    const double events = static_cast<double>(rate) * static_cast<double>(duration.count());
    const double framed = events * static_cast<double>(RecordBytes(kEventBytes));
    state.counters["cpu_us/event"] = (CpuSeconds() - cpu) * 1e6 / events;
    state.counters["written/framed"] = static_cast<double>(WrittenBytes() - written) / framed;
    state.counters["commit_p50_ms"] = running.LatencyMs(0.5);
    state.counters["commit_p99_ms"] = running.LatencyMs(0.99);
    auto& commits = metrics.AddCounter("sluice_journal_commits_total", "", "stream=\"telemetry\"");
    state.counters["commits/s"] =
        static_cast<double>(commits.value()) / static_cast<double>(duration.count());
    static_cast<void>(journal->Close().ok());
  }
}
BENCHMARK(BM_Sustained)
    ->ArgNames({"rate", "compress"})
    ->ArgsProduct({{100, 2000, 20000}, {0, 1}})
    ->Iterations(1)
    ->Unit(benchmark::kSecond)
    ->UseRealTime();

void BM_Read(benchmark::State& state) {
  const Directory directory;
  Options options;
  options.manual = true;
  auto journal = OpenJournal(directory, options, state.range(0) != 0);
  Stream& stream = *journal->stream("telemetry");
  while (stream.next_offset() < 100'000) {
    if (stream.Append(AsBytes(EventOf(stream.next_offset()))).verdict != AppendVerdict::kStored) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      journal->RunOnce();
    }
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  journal->RunOnce();
  journal->Poll();
  uint64_t next = 0;
  auto reader =
      stream.NewReader(64u << 10, [&](const ReadResult& result) { next = result.next_offset; });
  uint64_t records = 0;
  for ([[maybe_unused]] auto _ : state) {
    const uint64_t from = next >= stream.committed_offset() ? 0 : next;
    reader->Read(from);
    while (reader->busy()) {
      journal->RunOnce();
      journal->Poll();
    }
    records += next - from;
  }
  state.SetItemsProcessed(static_cast<int64_t>(records));
}
BENCHMARK(BM_Read)->ArgName("compress")->Arg(0)->Arg(1);

}  // namespace
}  // namespace sluice::journal

BENCHMARK_MAIN();
