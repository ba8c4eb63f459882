#pragma once

#include <functional>
#include <memory>

#include "base/byte_buffer.h"
#include "base/lifetime.h"
#include "base/scheduler.h"
#include "sim/line.h"
#include "transport/byte_stream.h"
#include "transport/input_port.h"
#include "transport/output_marks.h"

namespace sluice::sim {

// One end of a Line, as its program has it: a ByteStream that keeps the contract, limits and marks
// included. What it tells its handler runs on its scheduler: nothing while that stands still.
class LineEnd final : public transport::ByteStream {
 public:
  // `said` is called with what is written, in the moment of writing; may be null.
  LineEnd(std::shared_ptr<Line> line, Side side, Scheduler* scheduler,
          std::shared_ptr<transport::StreamContext> context, transport::PeerInfo peer,
          std::function<void(ByteSpan)> said);
  ~LineEnd() override;

  void Start(transport::StreamHandler* handler) override;
  void Write(ByteSpan bytes) override;
  ByteBuffer* BeginWrite() override;
  void EndWrite() override;
  size_t output_bytes() const override { return output_.size(); }
  bool output_high() const override { return marks_.high(); }
  void PauseReading() override { input_.Pause(); }
  void ResumeReading() override;
  bool peer_has_left() const override { return line_->ended(side_); }
  void CloseAfterFlush() override;
  void Close(Status reason = Status::Ok()) override;
  const transport::PeerInfo& peer() const override { return peer_; }

  // The line has something to tell: a turn of the scheduler will look.
  void Queue();

 private:
  enum class State : uint8_t { kOpen, kDraining, kClosed };

  void TakeWritten(size_t before);
  void Turn();
  void Read();
  void Flush();
  void CloseUnless(const Status& verdict);

  const std::shared_ptr<Line> line_;
  const Side side_;
  Scheduler& scheduler_;
  const transport::PeerInfo peer_;
  const std::function<void(ByteSpan)> said_;
  transport::BufferPool pool_;
  const std::shared_ptr<transport::StreamContext> context_;
  transport::InputPort input_;
  transport::OutputMarks marks_;
  transport::StreamHandler* handler_ = nullptr;
  ByteBuffer output_;
  size_t written_before_ = 0;  // see BeginWrite
  transport::ByteBudget::Charge output_charge_;
  Timer linger_;
  Status reason_;
  State state_ = State::kOpen;
  bool queued_ = false;
  bool in_read_ = false;  // what is written meanwhile is flushed behind it
  bool said_end_ = false;
  Lifetime lifetime_;
};

}  // namespace sluice::sim
