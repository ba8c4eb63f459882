#include "journal/reader.h"

#include "journal/read_job.h"
#include "journal/stream_core.h"

namespace sluice::journal {

Reader::Reader(std::shared_ptr<ReadJob> job, JournalShared* shared)
    : job_(std::move(job)), shared_(shared) {}

Reader::~Reader() {
  job_->abandoned = true;
  // A callback that is running may not be destroyed under its own feet.
  if (job_->state != ReadJob::State::kTelling) job_->callback = nullptr;
}

bool Reader::busy() const { return job_->state == ReadJob::State::kQueued || job_->again; }

void Reader::Read(uint64_t offset) {
  SLUICE_CHECK(!busy());
  job_->next_request = {.from = offset};
  Submit();
}

void Reader::Find(WallTime time) {
  SLUICE_CHECK(!busy());
  job_->next_request = {.find = true, .time = ToUnixNanos(time)};
  Submit();
}

void Reader::Submit() {
  if (job_->state == ReadJob::State::kTelling) {
    job_->again = true;
    return;
  }
  SubmitRead(job_, shared_);
}

void SubmitRead(const std::shared_ptr<ReadJob>& job, JournalShared* shared) {
  job->again = false;
  job->state = ReadJob::State::kQueued;
  job->request = job->next_request;
  bool notify = false;
  {
    const MutexLock lock(shared->mutex);
    shared->reads.push_back(job);
    notify = shared->NoteWork(true);
  }
  if (notify) shared->wake.NotifyOne();
}

void FinishRead(const std::shared_ptr<ReadJob>& job, JournalShared* shared) {
  job->state = ReadJob::State::kTelling;
  if (!job->abandoned) job->callback(job->result);
  job->state = ReadJob::State::kIdle;
  if (job->abandoned) {
    job->callback = nullptr;
  } else if (job->again) {
    SubmitRead(job, shared);
  }
}

}  // namespace sluice::journal
