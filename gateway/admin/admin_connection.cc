#include "admin/admin_connection.h"

#include <utility>

namespace sluice::admin {

AdminConnection::AdminConnection(AdminServer* server, std::unique_ptr<transport::ByteStream> stream)
    : server_(*server),
      stream_(std::move(stream)),
      session_(server->options_.http, &server->handler_,
               server->guard_ ? &server->guard_ : nullptr),
      timer_(server->scheduler_.NewTimer([this] { OnTimeout(); })) {}

void AdminConnection::Start(std::list<std::unique_ptr<AdminConnection>>::iterator self) {
  self_ = self;
  timer_.Start(server_.options_.request_timeout);
  stream_->Start(this);
}

size_t AdminConnection::OnBytes(ByteSpan bytes) {
  // The time is for a whole request: a byte now and then does not prolong it.
  const bool was_in_request = session_.in_request();
  session_.Receive(bytes, &output_);
  const bool has_answered = !output_.empty();
  if (has_answered) stream_->SetStanding(transport::Standing::kSilent);  // from now on
  if (has_answered || !was_in_request) timer_.Start(server_.options_.request_timeout);
  Flush();
  return bytes.size();
}

void AdminConnection::OnClosed(const Status&) { server_.connections_.erase(self_); }

void AdminConnection::OnTimeout() {
  session_.OnTimeout(&output_);
  Flush();
}

void AdminConnection::Flush() {
  if (!output_.empty()) stream_->Write(output_.view());
  output_.Clear();
  if (!session_.closed()) return;
  timer_.Stop();
  stream_->CloseAfterFlush();
}

}  // namespace sluice::admin
