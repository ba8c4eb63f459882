#pragma once

#include <memory>
#include <utility>

#include "sim/client.h"
#include "transport/byte_stream.h"

namespace sluice::sim {

// One connection of a client. What comes on one that the client has put away is not looked at.
class Client::Connection final : public transport::StreamHandler {
 public:
  Connection(Client* client, std::shared_ptr<Overheard> overheard)
      : reader(client->options_.connect.version),
        overheard_(std::move(overheard)),
        client_(*client) {}

  void Start(std::unique_ptr<transport::ByteStream> its_stream) {
    stream = std::move(its_stream);
    stream->Start(this);
  }
  Overheard& overheard() { return *overheard_; }

  std::unique_ptr<transport::ByteStream> stream;
  mqtt::Reader reader;

 private:
  size_t OnBytes(ByteSpan bytes) override {
    if (client_.connection_.get() == this) client_.OnBytes(bytes);
    return bytes.size();
  }
  void OnClosed(const Status& reason) override { client_.OnClosed(this, reason); }

  const std::shared_ptr<Overheard> overheard_;
  Client& client_;
};

}  // namespace sluice::sim
