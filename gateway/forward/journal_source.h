#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "forward/event_source.h"
#include "journal/stream.h"

namespace sluice::forward {

// The EventSource of one route on a stream of the journal. Events stay where the journal's reader
// has put them; memory: read_bytes, or the largest event met if that is larger.
class JournalSource final : public EventSource, private journal::StreamObserver {
 public:
  // `cursor` is one of the stream's. Both outlive the source. Not to be destroyed from within an
  // observer of the stream.
  JournalSource(journal::Stream& stream, journal::Cursor& cursor, size_t read_bytes = 128 << 10);
  ~JournalSource() override;

  uint64_t ReadableEnd() const override { return stream_.committed_offset(); }
  void SetListener(std::function<void()> more) override { more_ = std::move(more); }
  void Read(uint64_t from, ReadDone done) override;
  void CancelRead() override;
  const journal::Books& books() const override { return cursor_.books(); }
  void Advance(const journal::Books& delta) override { cursor_.Advance(delta); }
  void Hold(uint64_t offset) override { cursor_.Hold(offset); }
  void SetBack(uint64_t offset) override { cursor_.SetBack(offset); }

 private:
  void OnAcknowledgeable(uint64_t) override {}
  void OnCommitted(uint64_t) override;
  void OnSpace() override {}

  void MakeReader();
  void OnRead(const journal::ReadResult& result);

  journal::Stream& stream_;
  journal::Cursor& cursor_;
  const size_t read_bytes_;
  std::unique_ptr<journal::Reader> reader_;
  std::function<void()> more_;
  ReadDone done_;
  std::vector<SourceRecord> records_;
};

}  // namespace sluice::forward
