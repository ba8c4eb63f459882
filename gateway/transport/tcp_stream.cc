#include "transport/tcp_stream.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <utility>

#include "transport/socket_address.h"

namespace sluice::transport {
namespace {

constexpr unsigned kKeepAliveSeconds = 60;

Status StatusOf(int error) {
  if (error == UV_EOF) return Status::Unavailable("the peer closed the connection");
  const std::string text = fmt::format("connection lost: {}", uv_strerror(error));
  const bool by_peer = error == UV_ECONNRESET || error == UV_EPIPE || error == UV_ETIMEDOUT;
  return by_peer ? Status::Unavailable(text) : Status::IoError(text);
}

TcpStream* StreamOf(void* socket) { return static_cast<TcpStream::Socket*>(socket)->stream; }

// Who it is on the other end of a Unix socket, as the kernel knows.
ucred LocalPeer(const uv_pipe_t& pipe) {
  ucred who{};
  uv_os_fd_t fd = -1;
  socklen_t size = sizeof who;
  if (uv_fileno(reinterpret_cast<const uv_handle_t*>(&pipe), &fd) == 0) {
    ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size);
  }
  return who;
}

// Of no family when the peer has left already.
sockaddr_storage TcpPeer(const uv_tcp_t& tcp) {
  sockaddr_storage address{};
  int size = sizeof address;
  if (uv_tcp_getpeername(&tcp, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  return address;
}

}  // namespace

TcpStream::Socket* TcpStream::Socket::New(Loop& loop, bool is_unix) {
  auto* socket = new Socket;
  const int error = is_unix ? uv_pipe_init(loop.uv(), &socket->pipe, /*ipc=*/0)
                            : uv_tcp_init(loop.uv(), &socket->tcp);
  SLUICE_CHECK(error == 0);
  socket->uv()->data = socket->write.data = socket->shutdown.data = socket;
  return socket;
}

void TcpStream::Socket::Close() {
  stream = nullptr;
  uv_close(handle(), [](uv_handle_t* handle) { delete static_cast<Socket*>(handle->data); });
}

TcpStream::TcpStream(Loop& loop, Socket* socket, std::shared_ptr<StreamContext> context)
    : loop_(loop),
      resources_(loop.resources()),
      socket_(socket),
      context_(std::move(context)),
      input_(&resources_.pool, context_),
      output_charge_(context_->output_budget.get()),
      marks_(context_.get()) {
  socket_->stream = this;
  IdentifyPeer();
  context_->AddConnection();
  if (context_->admission) Join(&context_->admission->newcomers(), peer_.source);
  if (socket_->is_unix()) return;
  // Both ends write small records that somebody waits for; gathering them is our own flush's work.
  uv_tcp_nodelay(&socket_->tcp, 1);
  // A paused connection is not read, so only the kernel can find out that its peer lost power.
  uv_tcp_keepalive(&socket_->tcp, 1, kKeepAliveSeconds);
}

void TcpStream::IdentifyPeer() {
  if (socket_->is_unix()) {
    const ucred who = LocalPeer(socket_->pipe);
    peer_.address = fmt::format("process {} of uid {}", who.pid, who.uid);
    peer_.source = SourceOfUser(who.uid);
    peer_.is_local = true;
    return;
  }
  const sockaddr_storage address = TcpPeer(socket_->tcp);
  peer_.address = address.ss_family == AF_UNSPEC ? "unknown" : FormatSocketAddress(address);
  peer_.source = SourceOf(address);
}

// Who gives way is found by who really comes, and not by the proxy.
void TcpStream::SetPeerAddress(const sockaddr_storage& address) {
  peer_.address = FormatSocketAddress(address);
  peer_.source = SourceOf(address);
  peer_.is_local = false;
  if (joined()) Join(&context_->admission->newcomers(), peer_.source);
}

TcpStream::~TcpStream() {
  CloseSocket();
  resources_.pool.Return(&output_);
}

void TcpStream::CloseSocket() {
  if (socket_ == nullptr) return;
  std::exchange(socket_, nullptr)->Close();
  Leave();
  context_->RemoveConnection();
}

void TcpStream::SetStanding(Standing standing) {
  if (standing == Standing::kAdmitted) return Leave();
  SetSilent(standing == Standing::kSilent);
}

void TcpStream::GiveWay() {
  if (context_->metrics) context_->metrics->displaced.Add();
  Close({StatusCode::kResourceExhausted, "made room for others"});
}

void TcpStream::Start(StreamHandler* handler) {
  handler_ = handler;
  input_.ShowAgain();  // what the handler before this one leaves
  Queue();
  UpdateReading();
}

void TcpStream::Write(ByteSpan bytes) {
  if (state_ != State::kOpen || bytes.empty()) return;
  if (output_bytes() + bytes.size() > context_->limits.max_output_bytes) return Overflow();
  resources_.pool.Lend(&output_);
  output_.Append(bytes);
  EndWrite();
}

ByteBuffer* TcpStream::BeginWrite() {
  if (state_ != State::kOpen) return nullptr;
  resources_.pool.Lend(&output_);
  return &output_;
}

void TcpStream::EndWrite() {
  if (output_bytes() > context_->limits.max_output_bytes) return Overflow();
  CountOutput();
  Queue();
  if (output_.size() >= kEarlyFlushBytes) Flush();
}

void TcpStream::Overflow() {
  if (context_->metrics) context_->metrics->output_overflows.Add();
  Close({StatusCode::kResourceExhausted, "the peer does not read what it is sent"});
}

size_t TcpStream::output_bytes() const {
  return output_.size() + (socket_ == nullptr ? 0 : socket_->in_flight.size());
}

// The kernel knows of the peer's FIN or reset before anybody reads that far.
bool TcpStream::peer_has_left() const {
  uv_os_fd_t fd = -1;
  if (socket_ == nullptr) return true;
  if (uv_fileno(socket_->handle(), &fd) != 0) return true;
  pollfd asked{fd, POLLRDHUP, 0};
  return ::poll(&asked, 1, /*timeout=*/0) > 0;
}

void TcpStream::PauseReading() {
  input_.Pause();
  UpdateReading();
}

void TcpStream::ResumeReading() {
  input_.Resume();
  Queue();
  UpdateReading();
}

// A draining stream reads on, into the void: it waits for the peer's FIN, and closing a socket with
// unread input would reset the connection and take our last words back.
void TcpStream::UpdateReading() {
  const bool wanted = (state_ == State::kOpen && handler_ != nullptr && !input_.paused()) ||
                      state_ == State::kDraining;
  if (wanted == reading_ || socket_ == nullptr) return;
  reading_ = wanted;
  if (!wanted) {
    uv_read_stop(socket_->uv());
    return;
  }
  const auto lend = [](uv_handle_t* handle, size_t, uv_buf_t* buffer) {
    const TcpStream& stream = *StreamOf(handle->data);
    const std::span<uint8_t> space = stream.resources_.read_buffer();
    const size_t size = InputBuffer::ReadBytes(stream.context_->input_budget.get(), space.size());
    *buffer = uv_buf_init(reinterpret_cast<char*>(space.data()), static_cast<unsigned>(size));
  };
  const auto read = [](uv_stream_t* handle, ssize_t count, const uv_buf_t* buffer) {
    const bool is_full = count == static_cast<ssize_t>(buffer->len);
    StreamOf(handle->data)->OnRead(count, reinterpret_cast<const uint8_t*>(buffer->base), is_full);
  };
  if (const int error = uv_read_start(socket_->uv(), lend, read); error != 0)
    Close(StatusOf(error));
}

void TcpStream::OnRead(ssize_t count, const uint8_t* bytes, bool is_full) {
  if (count == 0) return;  // nothing there after all
  if (count > 0) {
    const ByteSpan read(bytes, static_cast<size_t>(count));
    if (state_ == State::kOpen) CloseUnless(input_.Offer(read, handler_));
    turn_bytes_ = is_full ? turn_bytes_ + static_cast<size_t>(count) : 0;
    if (turn_bytes_ >= LoopResources::kBufferBytes) EndTurn();
    return;
  }
  Flush();  // answers to what came along with the end
  Close(state_ == State::kDraining ? Status::Ok() : StatusOf(static_cast<int>(count)));
}

// libuv would read on as long as it gets a buffer full, up to two megabytes, while every other
// connection waits.
void TcpStream::EndTurn() {
  turn_bytes_ = 0;
  if (!reading_ || socket_ == nullptr) return;
  uv_read_stop(socket_->uv());
  reading_ = false;
  Queue();
}

void TcpStream::CloseUnless(const Status& verdict) {
  if (!verdict.ok()) Close(verdict);
}

void TcpStream::OnIterationEnd() {
  CloseUnless(input_.OfferKept(handler_));
  UpdateReading();
  Flush();
  if (state_ != State::kClosed) {
    if (handler_ != nullptr) marks_.Tell(output_bytes(), handler_);
    return;
  }
  if (handler_ != nullptr) std::exchange(handler_, nullptr)->OnClosed(reason_);
  // The stream may be gone.
}

void TcpStream::Flush() {
  if (socket_ == nullptr || socket_->writing) return;
  if (!output_.empty()) {
    const uv_buf_t buffer =
        uv_buf_init(reinterpret_cast<char*>(output_.data()), static_cast<unsigned>(output_.size()));
    const int sent = uv_try_write(socket_->uv(), &buffer, 1);
    if (sent < 0 && sent != UV_EAGAIN) return Close(StatusOf(sent));
    if (sent > 0) output_.Consume(static_cast<size_t>(sent));
    if (!output_.empty()) return SendRest();
  }
  resources_.pool.Return(&output_);
  CountOutput();
  if (state_ == State::kDraining) Drained();
}

void TcpStream::SendRest() {
  std::swap(output_, socket_->in_flight);
  const uv_buf_t buffer = uv_buf_init(reinterpret_cast<char*>(socket_->in_flight.data()),
                                      static_cast<unsigned>(socket_->in_flight.size()));
  const auto done = [](uv_write_t* request, int status) {
    if (TcpStream* stream = StreamOf(request->data)) stream->OnWritten(status);
  };
  socket_->writing = true;
  if (const int error = uv_write(&socket_->write, socket_->uv(), &buffer, 1, done); error != 0) {
    Close(StatusOf(error));
  }
}

void TcpStream::OnWritten(int status) {
  socket_->writing = false;
  resources_.pool.Return(&socket_->in_flight);
  CountOutput();
  if (status != 0) return Close(StatusOf(status));
  Queue();
}

void TcpStream::Drained() {
  if (std::exchange(shutdown_sent_, true)) return;
  const auto ignore = [](uv_shutdown_t*, int) {};
  if (uv_shutdown(&socket_->shutdown, socket_->uv(), ignore) != 0) Close(Status::Ok());
}

void TcpStream::CountOutput() {
  const size_t bytes = output_bytes();
  output_charge_.Set(bytes);
  marks_.Count(bytes);
}

void TcpStream::CloseAfterFlush() {
  if (state_ != State::kOpen) return;
  state_ = State::kDraining;
  input_.End();
  marks_.End();
  linger_ = loop_.StartTimer(context_->limits.close_linger, [this] { Close(Status::Ok()); });
  UpdateReading();
  Queue();
}

void TcpStream::Close(Status reason) {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  reason_ = std::move(reason);
  CloseSocket();
  if (linger_.active()) linger_.Stop();
  resources_.pool.Return(&output_);
  output_charge_.Set(0);
  input_.End();
  marks_.End();
  Queue();
}

}  // namespace sluice::transport
