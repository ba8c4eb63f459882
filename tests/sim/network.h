#pragma once
#include <functional>
#include <memory>
#include "sim/scene.h"
#include "support/memory_stream.h"
namespace sluice::sim {
class Network {
 public:
  explicit Network(Scene& s) : scene_(s) {}
  using Acceptor = std::function<void(const std::string&, std::unique_ptr<transport::ByteStream>)>;
  void SetAcceptor(Acceptor a, Scheduler* p) {
    a_ = std::move(a);
    p_ = p;
  }
  void OnProcessEnded(bool) {}
  void Mend() {}
  std::unique_ptr<transport::ByteStream> Dial(const std::string& who) {
    if (!a_) return nullptr;
    auto pair = test::MemoryStream::Connect(&scene_.scheduler, {}, {.address = "10.0.0.1:1"},
                                            {.address = "gw"});
    auto server = std::make_shared<std::unique_ptr<transport::ByteStream>>(std::move(pair.second));
    p_->Post([this, who, server] {
      if (a_) a_(who, std::move(*server));
    });
    return std::move(pair.first);
  }

 private:
  Scene& scene_;
  Acceptor a_;
  Scheduler* p_ = nullptr;
};
}  // namespace sluice::sim
