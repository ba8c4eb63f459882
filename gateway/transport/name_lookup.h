#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "transport/loop.h"

namespace sluice::transport {

// Addresses of a name, in the order in which the system would try them, as Connector takes them:
// "192.0.2.7:8883", "[2001:db8::7]:8883". At most kMaxAddresses. A host that is an address already
// is its own answer.
//
// On a thread of libuv's pool, since a lookup may take as long as name servers are silent. Calls
// back once, from the loop. Destroying it gives up silently; the lookup ends by itself.
class NameLookup {
 public:
  static constexpr size_t kMaxAddresses = 8;
  using Callback = std::function<void(Result<std::vector<std::string>>)>;

  // `host`: a name or an address without brackets.
  NameLookup(Loop& loop, const std::string& host, uint16_t port, Callback on_done);
  ~NameLookup();
  NameLookup(const NameLookup&) = delete;
  NameLookup& operator=(const NameLookup&) = delete;

 private:
  struct Request;
  Request* request_;
};

}  // namespace sluice::transport
