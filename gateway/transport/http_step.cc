#include "transport/http_step.h"

#include <utility>

namespace sluice::transport {

HttpStep::HttpStep(Loop& loop, std::unique_ptr<ByteStream> stream, std::string_view request,
                   Judge judge, Callback on_done)
    : judge_(std::move(judge)),
      on_end_(std::move(on_done)),
      stream_(std::move(stream)),
      through_(loop.NewTimer([this] {
        const Callback on_end = on_end_;  // it may destroy the step
        stream_->ResumeReading();
        outcome_.stream = std::move(stream_);
        on_end(std::move(outcome_));
      })) {
  stream_->Start(this);
  stream_->Write(AsBytes(request));
}

HttpStep::~HttpStep() = default;

size_t HttpStep::OnBytes(ByteSpan bytes) {
  if (done_) return 0;
  outcome_.spoke = true;
  size_t used = 0;
  switch (parser_.Execute(bytes, &used)) {
    case http::ResponseHeadParser::Outcome::kNeedMore:
      return used;
    case http::ResponseHeadParser::Outcome::kTooLong:
      Fail("its answer is too long");
      return bytes.size();
    case http::ResponseHeadParser::Outcome::kError:
      Fail("its answer is not HTTP");
      return bytes.size();
    case http::ResponseHeadParser::Outcome::kHead:
      break;
  }
  outcome_.status = parser_.head().status;
  if (const Status verdict = judge_(parser_.head()); !verdict.ok()) {
    Fail(verdict.message());
    return bytes.size();
  }
  done_ = true;
  // Not from in here: whoever gets the stream may destroy it. What follows waits in it.
  stream_->PauseReading();
  through_.Start(Duration::zero());
  return used;
}

// OnClosed reports it.
void HttpStep::Fail(std::string why) {
  done_ = true;
  outcome_.reason = Status::Unavailable(std::move(why));
  stream_->Close(outcome_.reason);
}

void HttpStep::OnClosed(const Status& reason) {
  through_.Stop();
  if (outcome_.reason.ok()) outcome_.reason = reason;
  const Callback on_end = on_end_;
  on_end({.stream = nullptr,
          .status = outcome_.status,
          .spoke = outcome_.spoke,
          .reason = outcome_.reason});
}

}  // namespace sluice::transport
