#pragma once

#include <list>
#include <memory>

#include "admin/admin_server.h"
#include "base/byte_buffer.h"
#include "base/scheduler.h"
#include "http/http_session.h"
#include "transport/byte_stream.h"

namespace sluice::admin {

// One accepted connection of the admin server, which owns it: a stream, a session and a timer.
class AdminConnection final : public transport::StreamHandler {
 public:
  AdminConnection(AdminServer* server, std::unique_ptr<transport::ByteStream> stream);

  // Must be in the server's list by now, at `self`.
  void Start(std::list<std::unique_ptr<AdminConnection>>::iterator self);

  size_t OnBytes(ByteSpan bytes) override;
  void OnClosed(const Status& reason) override;  // destroys the connection

 private:
  void OnTimeout();
  // Sends what the session wrote and follows its state.
  void Flush();

  AdminServer& server_;
  std::unique_ptr<transport::ByteStream> stream_;
  http::HttpSession session_;
  Timer timer_;
  ByteBuffer output_;
  std::list<std::unique_ptr<AdminConnection>>::iterator self_;
};

}  // namespace sluice::admin
