#include "server/local_event_reader.h"

#include "base/probe.h"

namespace sluice::server {

LocalEventReader::LocalEventReader(LocalEvents* events, journal::Stream* stream)
    : events_(events), stream_(stream), next_(stream->committed_offset()) {
  stream_->AddObserver(this);
}

LocalEventReader::~LocalEventReader() { stream_->RemoveObserver(this); }

bool LocalEventReader::idle() const {
  return failed_ || next_ >= stream_->committed_offset() || !events_->AnyoneListens();
}

void LocalEventReader::ReadOn() {
  if (reader_ && reader_->busy()) return;
  if (!events_->AnyoneListens()) {
    next_ = stream_->committed_offset();
    reader_.reset();
    return;
  }
  if (next_ >= stream_->committed_offset()) return;
  if (!reader_) {
    reader_ = stream_->NewReader(LocalEvents::kReadBytes,
                                 [this](const journal::ReadResult& result) { OnRead(result); });
  }
  reader_->Read(next_);
}

void LocalEventReader::OnRead(const journal::ReadResult& result) {
  failed_ = !result.status.ok();
  if (failed_) {
    SLUICE_PROBE("server: a read for local subscribers fails");
    return;
  }
  for (const journal::Record& record : result.records) events_->Publish(*stream_, record);
  next_ = result.next_offset;
  ReadOn();
}

}  // namespace sluice::server
