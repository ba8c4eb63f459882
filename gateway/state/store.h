#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "base/backoff.h"
#include "base/clock.h"
#include "base/env.h"
#include "base/executor.h"
#include "base/health.h"
#include "base/lifetime.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "base/status.h"
#include "state/batch.h"
#include "state/identity_table.h"
#include "state/retained_table.h"
#include "state/state_file.h"
#include "state/state_metrics.h"

namespace sluice::state {

// Where the state of the gateway in `directory` lies, and who may come in.
std::string DatabasePath(const std::string& directory);
std::string IdentitiesPath(const std::string& directory);

struct StoreOptions {
  DatabaseOptions database;
  Duration retry_min = std::chrono::seconds(1);  // after a write that failed; doubles
  Duration retry_max = std::chrono::minutes(1);
  // Everything outlives the store.
  Env* env = &Env::Posix();
  const Clock* clock = &SystemClock();
  Executor* executor = nullptr;
  Metrics* metrics = nullptr;
  Health* health = nullptr;
  bool manual = false;  // no thread: tests call RunOnce
};

// State that outlives the process, in one database file, and the thread that writes it. Never fails
// the gateway: what cannot be read is set aside, what cannot be written now is written later.
//
// One batch at a time is on its way, and the owner keeps the rest where it lies: there is no queue
// that could overflow, and what changes again before its turn is written once. A batch that cannot
// be written is kept and tried again until it can.
//
// Health: `state: not_saved` (or `identities: …`) while writing fails, `state: set_aside` while
// files that were set aside lie in the directory. All functions are for the loop thread.
template <typename Table>
class TableStore {
 public:
  using Row = typename Table::Row;
  using Visitor = typename Table::Visitor;

  explicit TableStore(const StoreOptions& options);
  // Close(), if that was not called.
  ~TableStore();
  TableStore(const TableStore&) = delete;
  TableStore& operator=(const TableStore&) = delete;

  // Reads what is stored, on this thread, and starts the other one; call it once, before anything
  // is served. A row may be visited twice. Returns whether the file was begun: then all that
  // there is has to be written.
  bool Restore(const Visitor& visit);
  // Whether Restore could open the file, or begin it. If not, a batch makes the store try again.
  bool was_opened() const { return was_opened_; }

  // Whether Write may be called.
  bool idle() const { return !busy_; }
  // `done` runs on the executor when the batch and so all that were handed over before are
  // committed. True: the file was begun anew, and everything else has to be written again.
  void Write(RowBatch<Row> batch, std::function<void(bool begun)> done);

  // Waits for the batch on its way, which is tried once more, and ends the thread. Then WriteNow
  // takes what is left.
  Status Close();
  // After Close, on this thread. `*begun` as in Write.
  Status WriteNow(const RowBatch<Row>& batch, bool* begun);

  // Of the file, without its write-ahead log.
  uint64_t file_bytes() const { return static_cast<uint64_t>(metrics_.file_bytes.value()); }

  // With manual: does what is due.
  void RunOnce();

 private:
  struct Job {
    RowBatch<Row> batch;
    std::function<void(bool)> done;
    Lifetime::Watch watch;
  };

  void Loop();
  bool WaitForJob();
  bool TakeJob() SLUICE_REQUIRES(mutex_);
  void Attempt();
  Status WriteFile(const RowBatch<Row>& batch);
  void Note(const Status& status);
  void Finish(bool begun);
  void LookForSetAside();

  const StoreOptions options_;
  StateMetrics metrics_;
  const std::unique_ptr<Health::Condition> not_saved_, set_aside_;
  bool busy_ = false;
  bool was_opened_ = false;
  bool closed_ = false;
  std::thread thread_;
  Lifetime lifetime_;

  Mutex mutex_;
  ConditionVariable wake_;
  std::optional<Job> next_ SLUICE_GUARDED_BY(mutex_);
  bool stopping_ SLUICE_GUARDED_BY(mutex_) = false;

  // Of the thread while there is one.
  StateFile<Table> file_;
  std::optional<Job> job_;
  MonotonicTime due_{};  // of the job
  Doubling retry_;
  MonotonicTime next_look_{};
  bool has_set_aside_ = false;
  Status last_;
};

using Store = TableStore<RetainedTable>;
using IdentityStore = TableStore<IdentityTable>;

}  // namespace sluice::state
