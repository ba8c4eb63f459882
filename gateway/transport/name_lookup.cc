#include "transport/name_lookup.h"

#include <netdb.h>
#include <uv.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "transport/socket_address.h"

namespace sluice::transport {

// libuv holds it until the lookup has ended, even when nobody waits for it any more.
struct NameLookup::Request {
  uv_getaddrinfo_t request{};
  NameLookup* lookup = nullptr;
  Loop* loop = nullptr;
  std::string host;
  Callback on_done;
  Timer failure;  // of a request that did not begin

  void Finish(Result<std::vector<std::string>> result) {
    lookup->request_ = nullptr;
    const Callback callback = std::move(on_done);
    callback(std::move(result));
  }
  Status Failed(int error) const {
    return Status::NotFound("cannot look up " + host + ": " + uv_strerror(error));
  }
};

namespace {

std::vector<std::string> AddressesOf(const addrinfo* found) {
  std::vector<std::string> addresses;
  for (; found != nullptr && addresses.size() < NameLookup::kMaxAddresses; found = found->ai_next) {
    sockaddr_storage address{};
    std::memcpy(&address, found->ai_addr, std::min<size_t>(found->ai_addrlen, sizeof address));
    addresses.push_back(FormatSocketAddress(address));
  }
  return addresses;
}

}  // namespace

NameLookup::NameLookup(Loop& loop, const std::string& host, uint16_t port, Callback on_done)
    : request_(new Request) {
  request_->request.data = request_;
  request_->lookup = this;
  request_->loop = &loop;
  request_->host = host;
  request_->on_done = std::move(on_done);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  const auto done = [](uv_getaddrinfo_t* raw, int status, addrinfo* found) {
    const std::unique_ptr<Request> request(static_cast<Request*>(raw->data));
    const std::vector<std::string> addresses = AddressesOf(found);
    uv_freeaddrinfo(found);
    if (request->lookup == nullptr) return;
    if (status != 0) return request->Finish(request->Failed(status));
    if (addresses.empty()) return request->Finish(request->Failed(UV_EAI_NONAME));
    request->Finish(addresses);
  };
  const int error = uv_getaddrinfo(loop.uv(), &request_->request, done, host.c_str(),
                                   std::to_string(port).c_str(), &hints);
  if (error == 0) return;
  // Never from inside the constructor.
  request_->failure = loop.StartTimer(Duration::zero(), [request = request_, error] {
    const std::unique_ptr<Request> owned(request);
    request->Finish(request->Failed(error));
  });
}

NameLookup::~NameLookup() {
  if (request_ == nullptr) return;
  request_->lookup = nullptr;
  request_->on_done = nullptr;
  if (request_->failure.active()) {
    delete request_;
  } else {
    uv_cancel(reinterpret_cast<uv_req_t*>(&request_->request));
  }
}

}  // namespace sluice::transport
