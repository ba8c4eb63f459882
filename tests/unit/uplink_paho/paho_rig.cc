#include "paho_rig.h"

#include "base/status.h"

namespace sluice::test {

PahoRig::PahoRig(codec::Version version) { options_.version = version; }

void PahoRig::StartUpstream(const Terms& terms) {
  broker_ = std::make_unique<MosquittoBroker>(MosquittoConfigOf(terms, directory_));
  options_.url = *forward::ParseUplinkUrl(broker_->url(), uplink_paho::kSchemes);
  options_.client_id = "uplink";
  options_.username = "somebody";
  options_.password = "wrong";
  uplink_.emplace(options_, executor_);
}

void PahoRig::Listen() {
  uplink_paho::PahoOptions options = options_;
  options.client_id = "subscriber";
  subscriber_.emplace(options, "#");
  SLUICE_CHECK(subscriber_->Connect().ok());
}

std::vector<std::string> PahoRig::Received(size_t count) {
  std::vector<std::string> payloads;
  std::string payload;
  while (payloads.size() < count && subscriber_->Next(WaitingExecutor::kLimit, &payload) ==
                                        uplink_paho::PahoSubscriber::Outcome::kMessage) {
    payloads.push_back(payload);
  }
  return payloads;
}

}  // namespace sluice::test
