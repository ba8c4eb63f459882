#include "state/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/probe.h"
#include "state/set_aside.h"

namespace sluice::state {
namespace {

// How long it may take until it is noticed that files which were set aside have been moved away.
constexpr Duration kLookInterval = std::chrono::seconds(5);

}  // namespace

std::string DatabasePath(const std::string& directory) { return directory + "/state.db"; }
std::string IdentitiesPath(const std::string& directory) { return directory + "/identities.db"; }

template <typename Table>
TableStore<Table>::TableStore(const StoreOptions& options)
    : options_(options),
      metrics_(options.metrics, Table::kSchema),
      not_saved_(options.health->Add(Table::kSchema.part, "not_saved")),
      set_aside_(options.health->Add(Table::kSchema.part, "set_aside")),
      file_(*options.env, options.database, &metrics_),
      retry_(options.retry_min, options.retry_max) {}

template <typename Table>
TableStore<Table>::~TableStore() {
  static_cast<void>(Close());
}

template <typename Table>
bool TableStore<Table>::Restore(const Visitor& visit) {
  const Status opened = file_.Open(visit);
  was_opened_ = opened.ok();
  Note(opened);
  LookForSetAside();
  if (!options_.manual) thread_ = std::thread([this] { Loop(); });
  return file_.TakeBegun();
}

template <typename Table>
void TableStore<Table>::Write(RowBatch<Row> batch, std::function<void(bool)> done) {
  SLUICE_CHECK(!busy_);
  busy_ = true;
  const MutexLock lock(mutex_);
  next_.emplace(Job{std::move(batch), std::move(done), lifetime_.watch()});
  wake_.NotifyOne();
}

template <typename Table>
Status TableStore<Table>::Close() {
  if (std::exchange(closed_, true)) return last_;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    wake_.NotifyOne();
  }
  if (thread_.joinable()) thread_.join();
  bool has_job = false;
  {
    const MutexLock lock(mutex_);
    has_job = TakeJob();
  }
  if (has_job) Attempt();
  return last_;
}

template <typename Table>
Status TableStore<Table>::WriteNow(const RowBatch<Row>& batch, bool* begun) {
  SLUICE_RETURN_IF_ERROR(WriteFile(batch));
  *begun = file_.TakeBegun();
  return Status::Ok();
}

template <typename Table>
void TableStore<Table>::RunOnce() {
  bool has_job = false;
  {
    const MutexLock lock(mutex_);
    has_job = TakeJob();
  }
  if (has_job && options_.clock->Now() >= due_) Attempt();
  if (options_.clock->Now() >= next_look_) LookForSetAside();
}

template <typename Table>
void TableStore<Table>::Loop() {
  while (WaitForJob()) {
    if (job_ && options_.clock->Now() >= due_) Attempt();
    if (options_.clock->Now() >= next_look_) LookForSetAside();
  }
}

// True when something is due, false at the end.
template <typename Table>
bool TableStore<Table>::WaitForJob() {
  const MutexLock lock(mutex_);
  while (!stopping_) {
    MonotonicTime due = MonotonicTime::max();
    if (TakeJob()) due = due_;
    if (has_set_aside_) due = std::min(due, next_look_);
    if (due <= options_.clock->Now()) return true;
    if (due == MonotonicTime::max()) {
      wake_.Wait(mutex_);
    } else {
      wake_.WaitUntil(mutex_, due);
    }
  }
  return false;
}

template <typename Table>
bool TableStore<Table>::TakeJob() {
  if (next_) {
    job_ = std::move(next_);
    next_.reset();
    due_ = MonotonicTime::min();
  }
  return job_.has_value();
}

template <typename Table>
void TableStore<Table>::Attempt() {
  const Status status = WriteFile(job_->batch);
  if (status.ok()) return Finish(file_.TakeBegun());
  SLUICE_PROBE("state: a batch is tried again");
  due_ = options_.clock->Now() + retry_.Next();
}

template <typename Table>
Status TableStore<Table>::WriteFile(const RowBatch<Row>& batch) {
  const MonotonicTime begin = options_.clock->Now();
  Status status = file_.Write(batch);
  Note(status);
  if (!status.ok()) return status;
  metrics_.commits.Add();
  metrics_.commit_seconds.Observe(options_.clock->Now() - begin);
  for (const Row& row : batch.rows()) (row.removed ? metrics_.removed : metrics_.put).Add();
  return status;
}

template <typename Table>
void TableStore<Table>::Note(const Status& status) {
  last_ = status;
  metrics_.file_bytes.Set(static_cast<int64_t>(file_.bytes()));
  LookForSetAside();
  if (status.ok()) {
    retry_.Reset();
    return not_saved_->Clear();
  }
  metrics_.Failures(status.code()).Add();
  not_saved_->Raise(
      HealthState::kDegraded,
      fmt::format("{}: {}; a restart would bring back {}; it is tried again until it works",
                  options_.database.path, status.ToString(), Table::kSchema.at_risk));
}

template <typename Table>
void TableStore<Table>::Finish(bool begun) {
  options_.executor->Post(
      [this, watch = job_->watch, done = std::move(job_->done), begun]() mutable {
        if (watch.over()) return;
        busy_ = false;
        done(begun);
      });
  job_.reset();
}

template <typename Table>
void TableStore<Table>::LookForSetAside() {
  next_look_ = options_.clock->Now() + kLookInterval;
  const size_t files = CountSetAside(*options_.env, options_.database.path);
  has_set_aside_ = files > 0;
  if (files == 0) return set_aside_->Clear();
  set_aside_->Raise(
      HealthState::kDegraded,
      fmt::format("{} files were set aside as {}.*; look at the medium if they are damaged, and "
                  "move them away to clear this",
                  files, options_.database.path));
}

template class TableStore<RetainedTable>;
template class TableStore<IdentityTable>;

}  // namespace sluice::state
