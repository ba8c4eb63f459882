#include "transport/listen_address.h"

#include <fmt/format.h>

#include "transport/unix_socket.h"

namespace sluice::transport {

Result<ListenAddress> ListenAddress::Parse(std::string_view text) {
  ListenAddress address(text);
  if (IsUnixAddress(text)) {
    if (text.substr(kUnixPrefix.size()).starts_with('/') && !text.ends_with('/')) return address;
    return Status::InvalidArgument(
        fmt::format("'{}' names no file: write unix:/PATH, from the root", text));
  }
  auto socket = SocketAddress::Parse(text);
  if (!socket.ok()) {
    return Status::InvalidArgument(socket.status().message() + ", or unix:/PATH for a socket file");
  }
  address.socket_ = std::move(*socket);
  return address;
}

bool ListenAddress::is_unix() const { return IsUnixAddress(text_); }

std::string ListenAddress::path() const {
  return is_unix() ? text_.substr(kUnixPrefix.size()) : std::string();
}

bool ListenAddress::is_dual_stack() const {
  return !is_unix() && FormatSocketAddress(socket_.storage()).starts_with("[::]:");
}

}  // namespace sluice::transport
