#pragma once
#include "base/lifetime.h"
#include "forward/uplink.h"
#include "sim/scene.h"
#include "sim/witness.h"
namespace sluice::sim {
class Upstream {
 public:
  Upstream(Scene& s, std::string, Witness&) : scene_(s) {}
  void Mend() {}
  class Link final : public forward::Uplink {
   public:
    explicit Link(Scheduler* p) : p_(p) {}
    void SetListener(forward::UplinkListener* l) override { l_ = l; }
    void Connect() override {
      p_->Post([this, w = life_.watch()] {
        if (!w.over() && l_) l_->OnConnected({});
      });
    }
    void Publish(uint32_t token, const forward::OutgoingMessage&) override {
      p_->Post([this, token, w = life_.watch()] {
        if (!w.over() && l_) l_->OnAcknowledged(token);
      });
    }
    void Disconnect() override { life_.Renew(); }

   private:
    Scheduler* p_;
    forward::UplinkListener* l_ = nullptr;
    Lifetime life_;
  };
  std::unique_ptr<forward::Uplink> NewUplink(Scheduler* p) { return std::make_unique<Link>(p); }

 private:
  Scene& scene_;
};
}  // namespace sluice::sim
