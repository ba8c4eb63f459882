#include "transport/listener.h"

#include <fmt/format.h>
#include <uv.h>

#include <unordered_map>
#include <utility>

#include "base/log.h"
#include "base/log_limit.h"
#include "tls/context.h"
#include "transport/socket_address.h"
#include "transport/tcp_stream.h"
#include "transport/tls_stream.h"

namespace sluice::transport {

class Listener::Impl {
 public:
  Impl(Loop& loop, ListenerOptions options, Metrics& metrics, AcceptCallback on_accept);
  ~Impl();

  Status Bind();

  const std::string& address() const { return address_; }
  uint16_t port() const { return port_; }
  size_t half_open() const { return handshakes_.size(); }
  const StreamContext& context() const { return *context_; }

 private:
  struct Server {
    uv_tcp_t tcp{};
    Impl* listener = nullptr;
    uv_stream_t* uv() { return reinterpret_cast<uv_stream_t*>(&tcp); }
  };

  void OnConnection(int status);
  void Accept();
  void BeginHandshake(std::unique_ptr<ByteStream> stream);
  void OnHandshakeEnd(uint64_t id, MonotonicTime begin, TlsHandshake::Outcome outcome);
  void CountFailure(const TlsHandshake::Outcome& outcome);
  void UpdateHalfOpen();
  ListenerMetrics& metrics() { return *context_->metrics; }

  Loop& loop_;
  const ListenerOptions options_;
  std::shared_ptr<StreamContext> context_;
  AcceptCallback on_accept_;
  Server* server_ = nullptr;  // freed by libuv's close callback
  std::string address_;
  uint16_t port_ = 0;
  std::unordered_map<uint64_t, std::unique_ptr<TlsHandshake>> handshakes_;
  uint64_t next_id_ = 0;
  bool connection_waits_ = false;  // libuv holds one and takes no more until it is accepted
  LogLimit refusals_;              // strangers shall not fill the disk with our log
};

Listener::Impl::Impl(Loop& loop, ListenerOptions options, Metrics& metrics,
                     AcceptCallback on_accept)
    : loop_(loop),
      options_(std::move(options)),
      context_(std::make_shared<StreamContext>()),
      on_accept_(std::move(on_accept)) {
  context_->limits = options_.limits;
  context_->input_budget = options_.input_budget;
  context_->output_budget = options_.output_budget;
  context_->metrics.emplace(metrics,
                            options_.metric_label.empty() ? options_.bind : options_.metric_label);
}

Listener::Impl::~Impl() {
  handshakes_.clear();
  UpdateHalfOpen();
  if (server_ == nullptr) return;
  uv_close(reinterpret_cast<uv_handle_t*>(&server_->tcp),
           [](uv_handle_t* handle) { delete static_cast<Server*>(handle->data); });
}

Status Listener::Impl::Bind() {
  const Result<sockaddr_storage> wanted = ParseSocketAddress(options_.bind);
  if (!wanted.ok()) return wanted.status();
  server_ = new Server{.listener = this};
  SLUICE_CHECK(uv_tcp_init(loop_.uv(), &server_->tcp) == 0);
  server_->tcp.data = server_;
  int error = uv_tcp_bind(&server_->tcp, reinterpret_cast<const sockaddr*>(&*wanted), 0);
  const auto on_connection = [](uv_stream_t* handle, int status) {
    static_cast<Server*>(handle->data)->listener->OnConnection(status);
  };
  if (error == 0) error = uv_listen(server_->uv(), options_.backlog, on_connection);
  if (error != 0) return Status::FromErrno(-error, "listen on " + options_.bind);
  sockaddr_storage got{};
  int size = sizeof got;
  uv_tcp_getsockname(&server_->tcp, reinterpret_cast<sockaddr*>(&got), &size);
  address_ = FormatSocketAddress(got);
  port_ = PortOf(got);
  return Status::Ok();
}

void Listener::Impl::OnConnection(int status) {
  if (status != 0) return metrics().accept_errors.Add();
  if (options_.tls != nullptr && handshakes_.size() >= options_.limits.max_half_open) {
    connection_waits_ = true;
    return metrics().accept_pauses.Add();
  }
  Accept();
}

void Listener::Impl::Accept() {
  TcpStream::Socket* socket = TcpStream::Socket::New(loop_);
  const int error = uv_accept(server_->uv(), socket->uv());
  const bool full = context_->connections >= options_.limits.max_connections;
  if (error != 0 || full) {
    socket->Close();
    return (error != 0 ? metrics().accept_errors : metrics().refused).Add();
  }
  metrics().accepted.Add();
  auto stream = std::make_unique<TcpStream>(loop_, socket, context_);
  if (options_.tls == nullptr) return on_accept_(std::move(stream));
  BeginHandshake(std::move(stream));
}

void Listener::Impl::BeginHandshake(std::unique_ptr<ByteStream> stream) {
  std::unique_ptr<tls::Engine> engine = options_.tls->NewEngine();
  if (engine == nullptr) return metrics().accept_errors.Add();
  const auto on_end = [this, id = next_id_, begin = loop_.Now()](TlsHandshake::Outcome outcome) {
    OnHandshakeEnd(id, begin, std::move(outcome));
  };
  handshakes_[next_id_++] = std::make_unique<TlsHandshake>(
      loop_, std::move(stream), std::move(engine), false, options_.limits, on_end);
  UpdateHalfOpen();
}

void Listener::Impl::OnHandshakeEnd(uint64_t id, MonotonicTime begin,
                                    TlsHandshake::Outcome outcome) {
  handshakes_.erase(id);
  UpdateHalfOpen();
  if (outcome.end == TlsHandshake::End::kDone) {
    metrics().handshakes.Add();
    metrics().handshake_time.Observe(loop_.Now() - begin);
    if (outcome.engine->resumed()) metrics().resumptions.Add();
    on_accept_(std::make_unique<TlsStream>(loop_, std::move(outcome), context_));
  } else {
    CountFailure(outcome);
  }
  if (std::exchange(connection_waits_, false)) Accept();
}

void Listener::Impl::CountFailure(const TlsHandshake::Outcome& outcome) {
  switch (outcome.end) {
    case TlsHandshake::End::kDone:
      break;
    case TlsHandshake::End::kFailed:
      metrics().failures.at(static_cast<size_t>(outcome.failure))->Add();
      break;
    case TlsHandshake::End::kTimeout:
      metrics().handshake_timeouts.Add();
      break;
    case TlsHandshake::End::kFlood:
      metrics().handshake_floods.Add();
      break;
    case TlsHandshake::End::kAborted:
      metrics().handshake_aborts.Add();
      break;
  }
  if (!refusals_.Allows(loop_.Now())) return;
  LogInfo("{}: refused {}: {}{}", address_, outcome.address, outcome.reason.message(),
          refusals_.LeftOut());
}

void Listener::Impl::UpdateHalfOpen() {
  metrics().half_open.Set(static_cast<int64_t>(handshakes_.size()));
}

Listener::Listener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Listener::~Listener() = default;

Result<std::unique_ptr<Listener>> Listener::Open(Loop& loop, ListenerOptions options,
                                                 Metrics& metrics, AcceptCallback on_accept) {
  auto impl = std::make_unique<Impl>(loop, std::move(options), metrics, std::move(on_accept));
  SLUICE_RETURN_IF_ERROR(impl->Bind());
  return std::unique_ptr<Listener>(new Listener(std::move(impl)));
}

const std::string& Listener::address() const { return impl_->address(); }
uint16_t Listener::port() const { return impl_->port(); }
size_t Listener::half_open() const { return impl_->half_open(); }
size_t Listener::connections() const { return impl_->context().connections; }
const ListenerMetrics& Listener::metrics() const { return *impl_->context().metrics; }

}  // namespace sluice::transport
