#pragma once

#include <cstdint>
#include <memory>

#include "journal/stream.h"
#include "server/local_events.h"

namespace sluice::server {

// Where local subscribers are in one stream. Loop thread only.
class LocalEventReader final : public journal::StreamObserver {
 public:
  // Both outlive the reader.
  LocalEventReader(LocalEvents* events, journal::Stream* stream);
  ~LocalEventReader() override;
  LocalEventReader(const LocalEventReader&) = delete;
  LocalEventReader& operator=(const LocalEventReader&) = delete;

  bool idle() const;

 private:
  void OnAcknowledgeable(uint64_t) override {}
  void OnCommitted(uint64_t) override { ReadOn(); }
  void OnSpace() override {}

  void ReadOn();
  void OnRead(const journal::ReadResult& result);

  LocalEvents* const events_;
  journal::Stream* const stream_;
  uint64_t next_;                            // everything below is published or was nobody's
  bool failed_ = false;                      // the last read; the next commit tries again
  std::unique_ptr<journal::Reader> reader_;  // while somebody listens
};

}  // namespace sluice::server
