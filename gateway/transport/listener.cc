#include "transport/listener.h"

#include <fmt/format.h>
#include <uv.h>

#include <utility>

#include "base/log.h"
#include "base/log_limit.h"
#include "tls/context.h"
#include "transport/socket_address.h"
#include "transport/tcp_stream.h"
#include "transport/tls_upgrade.h"
#include "transport/unix_socket.h"

namespace sluice::transport {
namespace {

// Connections taken in one iteration of the loop. Stops a storm of them from keeping devices that
// are connected waiting: at 30 µs each, half a millisecond.
constexpr int kAcceptsPerTurn = 16;

}  // namespace

class Listener::Impl final : private FlushQueue::Item {
 public:
  Impl(Loop& loop, ListenerOptions options, Metrics& metrics, AcceptCallback on_accept);
  ~Impl() override;

  Status Bind();

  const std::string& address() const { return address_; }
  uint16_t port() const { return port_; }
  size_t half_open() const { return chain_->size(); }
  StreamContext& context() const { return *context_; }

 private:
  struct Server {
    union {
      uv_tcp_t tcp;
      uv_pipe_t pipe;
    };
    Impl* listener = nullptr;
    uv_stream_t* uv() { return reinterpret_cast<uv_stream_t*>(&tcp); }
  };

  bool is_unix() const { return IsUnixAddress(options_.bind); }
  Status BindTcp();
  Status BindFile();
  int Listen();
  void OnConnection(int status);
  void OnIterationEnd() override;
  void Accept();
  void OnFailed(const StreamUpgrade::Outcome& outcome);
  ListenerMetrics& metrics() { return *context_->metrics; }

  Loop& loop_;
  ListenerOptions options_;
  std::shared_ptr<StreamContext> context_;
  AcceptCallback on_accept_;
  Server* server_ = nullptr;              // freed by libuv's close callback
  std::unique_ptr<UnixSocketFile> file_;  // null: TCP
  std::string address_;
  uint16_t port_ = 0;
  std::unique_ptr<UpgradeChain> chain_;
  int taken_ = 0;                  // in this iteration
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
  context_->tls = std::move(options_.tls);
  context_->input_budget = options_.input_budget;
  context_->output_budget = options_.output_budget;
  context_->admission = options_.admission;
  const std::string label = options_.metric_label.empty() ? options_.bind : options_.metric_label;
  context_->metrics.emplace(metrics, label);
  if (context_->admission == nullptr) {
    context_->admission = std::make_shared<Admission>(loop_, options_.limits.max_connections,
                                                      "listener " + options_.bind, options_.health);
  }
  std::vector<StreamUpgrade::Maker> upgrades = options_.under_tls;
  if (context_->tls != nullptr) upgrades.push_back(TlsUpgrade::New());
  upgrades.insert(upgrades.end(), options_.over_tls.begin(), options_.over_tls.end());
  chain_ = std::make_unique<UpgradeChain>(
      upgrades,
      StreamUpgrade::Parts{loop_, context_, options_.bind, options_.health, metrics, label},
      [this](std::unique_ptr<ByteStream> stream) { on_accept_(std::move(stream)); },
      [this](const StreamUpgrade::Outcome& outcome) { OnFailed(outcome); });
}

Listener::Impl::~Impl() {
  chain_.reset();
  if (server_ == nullptr) return;
  uv_close(reinterpret_cast<uv_handle_t*>(server_->uv()),
           [](uv_handle_t* handle) { delete static_cast<Server*>(handle->data); });
}

Status Listener::Impl::Bind() { return is_unix() ? BindFile() : BindTcp(); }

Status Listener::Impl::BindTcp() {
  const Result<sockaddr_storage> wanted = ParseSocketAddress(options_.bind);
  if (!wanted.ok()) return wanted.status();
  server_ = new Server{.tcp = {}, .listener = this};
  SLUICE_CHECK(uv_tcp_init(loop_.uv(), &server_->tcp) == 0);
  server_->tcp.data = server_;
  int error = uv_tcp_bind(&server_->tcp, reinterpret_cast<const sockaddr*>(&*wanted), 0);
  if (error == 0) error = Listen();
  if (error != 0) return Status::FromErrno(-error, "listen on " + options_.bind);
  sockaddr_storage got{};
  int size = sizeof got;
  uv_tcp_getsockname(&server_->tcp, reinterpret_cast<sockaddr*>(&got), &size);
  address_ = FormatSocketAddress(got);
  port_ = PortOf(got);
  return Status::Ok();
}

Status Listener::Impl::BindFile() {
  auto file = UnixSocketFile::Bind(options_.bind, options_.socket_mode);
  if (!file.ok()) return file.status();
  file_ = std::move(*file);
  server_ = new Server{.pipe = {}, .listener = this};
  SLUICE_CHECK(uv_pipe_init(loop_.uv(), &server_->pipe, /*ipc=*/0) == 0);
  server_->pipe.data = server_;
  int error = uv_pipe_open(&server_->pipe, file_->Release());
  if (error == 0) error = Listen();
  if (error != 0) return Status::FromErrno(-error, "listen on " + options_.bind);
  address_ = options_.bind;
  return Status::Ok();
}

int Listener::Impl::Listen() {
  return uv_listen(server_->uv(), options_.backlog, [](uv_stream_t* handle, int status) {
    static_cast<Server*>(handle->data)->listener->OnConnection(status);
  });
}

void Listener::Impl::OnConnection(int status) {
  if (status != 0) return metrics().accept_errors.Add();
  loop_.resources().flush_queue.Add(this);
  if (++taken_ <= kAcceptsPerTurn) return Accept();
  connection_waits_ = true;
  metrics().accept_pauses.Add();
}

void Listener::Impl::OnIterationEnd() {
  taken_ = 0;
  if (std::exchange(connection_waits_, false)) Accept();
}

void Listener::Impl::Accept() {
  const bool has_room = context_->admission->MakeRoom();
  TcpStream::Socket* socket = TcpStream::Socket::New(loop_, is_unix());
  const int error = uv_accept(server_->uv(), socket->uv());
  if (error != 0 || !has_room) {
    socket->Close();
    return (error != 0 ? metrics().accept_errors : metrics().refused).Add();
  }
  metrics().accepted.Add();
  chain_->Take(std::make_unique<TcpStream>(loop_, socket, context_));
}

void Listener::Impl::OnFailed(const StreamUpgrade::Outcome& outcome) {
  if (outcome.is_told || !refusals_.Allows(loop_.Now())) return;
  LogInfo("{}: refused {}: {}{}", address_, outcome.address, outcome.reason.message(),
          refusals_.LeftOut());
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
void Listener::SetTls(std::shared_ptr<tls::Context> tls) {
  SLUICE_CHECK(impl_->context().tls != nullptr);
  impl_->context().tls = std::move(tls);
}
const std::shared_ptr<tls::Context>& Listener::tls() const { return impl_->context().tls; }
const ListenerMetrics& Listener::metrics() const { return *impl_->context().metrics; }

}  // namespace sluice::transport
