#include "journal/journal.h"

#include "base/random.h"
#include "journal/journal_worker.h"
#include "journal/open_stream.h"
#include "journal/paths.h"
#include "journal/read_job.h"
#include "journal/recovery.h"
#include "journal/set_aside.h"
#include "journal/stream_core.h"

namespace sluice::journal {

Journal::Journal() : shared_(std::make_unique<JournalShared>()) {}

Journal::~Journal() { static_cast<void>(Close().ok()); }

Result<std::unique_ptr<Journal>> Journal::Open(Env& env, const std::string& directory,
                                               Options options,
                                               const std::vector<StreamOptions>& streams) {
  std::unique_ptr<Journal> journal(new Journal);
  journal->options_ = std::move(options);
  SLUICE_RETURN_IF_ERROR(journal->OpenStreams(env, directory, streams));
  if (!journal->options_.manual) {
    journal->thread_ = std::thread([worker = journal->worker_.get()] { worker->Loop(); });
  }
  return journal;
}

Status Journal::OpenStreams(Env& env, const std::string& directory,
                            const std::vector<StreamOptions>& streams) {
  SLUICE_RETURN_IF_ERROR(MakeDirectory(env, directory));
  auto lock = TakeLock(env, LockPath(directory));
  if (!lock.ok()) return lock.status();
  SLUICE_RETURN_IF_ERROR(MakeDirectory(env, StreamsPath(directory)));
  for (const StreamOptions& stream : streams) {
    SLUICE_RETURN_IF_ERROR(CheckFormat(env, StreamPaths(directory, stream.name)));
  }
  if (options_.health == nullptr) {
    own_health_ = std::make_unique<Health>(*options_.clock);
    options_.health = own_health_.get();
  }
  if (options_.metrics == nullptr) options_.metrics = &own_metrics_;
  Random random(options_.seed != 0 ? options_.seed : SeedFromSystem());
  std::vector<std::unique_ptr<StreamWorker>> workers;
  for (const StreamOptions& stream : streams) {
    const Result<StreamOptions> checked = CheckedOptions(stream);
    if (!checked.ok()) return checked.status();
    if (this->stream(stream.name) != nullptr) {
      return Status::InvalidArgument("two streams are called " + stream.name);
    }
    auto result =
        OpenStream(env, directory, options_, *checked, options_.metrics, &random, shared_.get());
    if (!result.ok()) return result.status();
    OpenedStream opened = std::move(result).value();
    streams_.push_back(std::make_unique<Stream>(opened.core.get(), opened.next_offset,
                                                opened.committed, std::move(opened.cursors)));
    cores_.push_back(std::move(opened.core));
    workers.push_back(std::move(opened.worker));
  }
  worker_ = std::make_unique<JournalWorker>(env, directory, options_, shared_.get(),
                                            std::move(lock).value(), std::move(workers));
  return Status::Ok();
}

Stream* Journal::stream(std::string_view name) {
  for (const auto& stream : streams_) {
    if (stream->name() == name) return stream.get();
  }
  return nullptr;
}

void Journal::Poll() {
  {
    const MutexLock lock(shared_->mutex);
    shared_->poll_due = false;
    news_.clear();
    for (const auto& core : cores_) {
      core->shared->mutex.AssertHeld();  // it is shared_
      news_.push_back({core->acknowledgeable, core->committed, core->space});
      core->space = false;
    }
    finished_.swap(shared_->finished_reads);
    errands_.swap(shared_->finished_errands);
  }
  for (size_t i = 0; i < streams_.size(); ++i) {
    streams_[i]->Tell(news_[i].acknowledgeable, news_[i].committed, news_[i].space);
  }
  for (const auto& job : finished_) FinishRead(job, shared_.get());
  finished_.clear();
  for (const Errand& errand : errands_) errand.done(errand.status);
  errands_.clear();
}

std::optional<MonotonicTime> Journal::RunOnce() {
  SLUICE_CHECK(options_.manual && worker_ != nullptr);
  return worker_->RunOnce();
}

bool Journal::HasWork() const {
  const MutexLock lock(shared_->mutex);
  return shared_->work;
}

Status Journal::Close() {
  if (worker_ == nullptr) return close_status_;
  if (thread_.joinable()) {
    {
      const MutexLock lock(shared_->mutex);
      shared_->stopping = true;
    }
    shared_->wake.NotifyOne();
    thread_.join();
  }
  close_status_ = worker_->Finish();
  worker_.reset();
  return close_status_;
}

void Journal::CheckInvariants() const {
  SLUICE_CHECK(options_.manual);
  if (worker_ != nullptr) worker_->CheckInvariants();
  for (const auto& stream : streams_) {
    SLUICE_CHECK(stream->committed_offset() <= stream->acknowledgeable_offset());
    SLUICE_CHECK(stream->acknowledgeable_offset() <= stream->next_offset());
    for (const auto& cursor : stream->cursors()) {
      SLUICE_CHECK(cursor->offset() <= stream->committed_offset());
    }
  }
}

}  // namespace sluice::journal
